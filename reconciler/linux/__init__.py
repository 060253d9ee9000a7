"""How a Linux node's tables are read and written: text in, resources out, lines out. Pure."""
