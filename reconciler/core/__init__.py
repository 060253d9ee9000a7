"""Facts by identity, and the one diff: no networks, no I/O."""
