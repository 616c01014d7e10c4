"""Measurements of the spine, each beside a peer or a limit in the same run. `python -m bench` prints the table."""
