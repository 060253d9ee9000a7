"""How a Kubernetes cluster's network objects are read and written with kubectl. Pure."""
