"""Who a participant is, apart from the ledger: sealed in a file of its own, and opened only with a recorded reason."""
