"""Which packets stand for all that nodes and pods send one another: one per pair of nodes and network."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.walk.homes import Home, homes_of
from reconciler.walk.kept import Kept
from reconciler.walk.prefixes import Prefix
from reconciler.walk.scene import node_of
from reconciler.walk.topology import EOS, Topology, World

HOMES: Kept[list[Home]] = Kept(1024)


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


def flows(before: World, after: World, topology: Topology, ends: Container[str] | None = None) -> list[Flow]:
    """One flow per source node and home network of the target, as seen in either world; by node, pods' first.

    A node's homes: networks of its blackhole routes, host routes on pod interfaces, subnets of pod bridges, host
    addresses of tunnel devices; and its own addresses. To a home of pods and to the end of a tunnel a pod of the source
    sends, to a node's own address the node itself: from its address on that network, where it has one. With ``ends``
    only flows that begin or end on one of them.
    """
    nodes = [name for name in sorted({*before, *after}) if _is_node(name, topology)]
    known = {name: homes(name, before, after) for name in nodes}
    senders = {name: _Senders(mine) for name, mine in known.items()}
    return [
        Flow(source, target, src, home.address)
        for source in nodes
        for target in nodes
        if source != target and (ends is None or source in ends or target in ends)
        for home in known[target]
        if (src := senders[source].to(home))
    ]


def _is_node(name: str, topology: Topology) -> bool:
    return topology.platforms.get(name) != EOS


def homes(name: str, *worlds: World) -> Sequence[Home]:
    """A node's in all ``worlds``, each network once: with a real pod of the later world, where it knows one."""
    found: dict[tuple[object, str], Home] = {}
    for world in reversed(worlds):
        for home in _homes_in(name, world):
            there = found.setdefault((home.prefix, home.sort), home)
            if home.is_real and not there.is_real:
                found[home.prefix, home.sort] = home
    return tuple(found.values())


def _homes_in(name: str, world: World) -> Sequence[Home]:
    state = world.get(name)
    return () if state is None else HOMES.of([state], lambda: homes_of(node_of(state)))


@dataclass(slots=True)
class _Senders:
    """Who of one node, which has the homes ``mine``, sends to others."""

    mine: Sequence[Home]
    known: dict[tuple[int, bool, Prefix | None], str] = field(default_factory=dict)

    def to(self, home: Home) -> str:
        """Its address; empty: nobody here has one of this family."""
        key = (home.prefix.version, home.sort == "own", home.wire)
        if key not in self.known:
            self.known[key] = next(self._fitting(home), "")
        return self.known[key]

    def _fitting(self, home: Home) -> Iterator[str]:
        fitting = [one for one in self.mine if one.prefix.version == home.prefix.version]
        if home.sort != "own":
            yield from (one.address for one in fitting if one.sort == "pods")
        yield from (one.address for one in fitting if one.sort == "own" and one.wire == home.wire)
        yield from (one.address for one in fitting if one.sort == "own")
