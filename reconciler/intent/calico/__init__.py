"""Calico: from pools, blocks and nodes to the rows that Felix and BIRD put into each node's kernel."""
