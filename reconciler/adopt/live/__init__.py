"""What devices have right now, turned into the shortest documents that want exactly that."""
