"""The `reconcile` command: what people type, and what they read."""
