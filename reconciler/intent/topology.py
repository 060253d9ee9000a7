"""Which cables the documents tell of: a switch port's `to`, or a description that names exactly one node."""

from __future__ import annotations

from reconciler.desired.repository import Repository
from reconciler.walk.topology import Topology


def topology_of(repository: Repository) -> Topology:
    """What is plugged in where. A port with neither, or whose description fits several nodes, has no known cable."""
    raise NotImplementedError
