"""Flannel: one subnet a node, and what flanneld puts into a kernel for each backend."""
