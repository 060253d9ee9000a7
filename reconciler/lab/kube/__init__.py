"""A Kubernetes API server as small as it can be and still real to kubectl: nodes, IP pools, block affinities.

Run inside the control-plane node's network namespace with ``python -m reconciler.lab.kube``. The package stands alone:
it imports nothing from the rest of ``reconciler`` and nothing outside the standard library, so that it starts fast.
"""
