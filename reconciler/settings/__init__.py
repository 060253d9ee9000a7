"""How the daemon is set up: one document, checked like desired state, with every value in its place."""
