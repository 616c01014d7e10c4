"""The medicine session while it runs: what its screen shows, how that is pushed, and what a tablet sends."""
