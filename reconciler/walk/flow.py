"""Which packets stand for all that nodes and pods send one another: one per pair of nodes and network."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.walk.topology import Topology, World


@dataclass(frozen=True, slots=True)
class Flow:
    """Packets from a node to another. ``source``, ``target``: node names; ``src``, ``dst``: without length."""

    source: str
    target: str
    src: str
    dst: str

    @property
    def pair(self) -> tuple[str, str]:
        """The directed node pair that it stands for."""
        return (self.source, self.target)


def flows(before: World, after: World, topology: Topology) -> list[Flow]:
    """One flow per source node and home network of the target, as seen in either world; sorted by node names.

    A node's homes: networks of its blackhole routes, host routes on pod interfaces, subnets of pod bridges, host
    addresses of tunnel devices; and its own addresses on networks with other nodes.
    """
    raise NotImplementedError
