"""Bring switches and Kubernetes nodes to the network state that a repository wants, and keep them there."""
