"""The walk of a packet through a network, in memory: what the kernel of each node and each switch would do with it."""
