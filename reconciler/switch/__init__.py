"""How a switch's configuration is read and written, one file per operating system. Pure."""
