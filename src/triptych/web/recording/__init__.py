"""Recordings of sessions: encrypted pieces on disk, their hashes in the ledger, and who may record and look."""
