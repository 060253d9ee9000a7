"""The kubeconfig that points kubectl at the lab's API server. No credentials: it listens inside the lab only."""

from __future__ import annotations


def render(server_url: str) -> str:
    """The text of a kubeconfig for a server such as ``http://127.0.0.1:6443``."""
    return f"""\
apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: {server_url}
users:
- name: lab
  user: {{}}
contexts:
- name: lab
  context:
    cluster: lab
    user: lab
current-context: lab
"""
