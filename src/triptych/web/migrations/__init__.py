"""How the tables of the accounts file came to be."""
