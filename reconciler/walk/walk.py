"""One packet, hop by hop: what happens to it in a world, why, and which entries decided that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from reconciler.core.resource import Key
from reconciler.walk.flow import Flow
from reconciler.walk.topology import Topology, World

Verdict = Literal["delivered", "dropped", "unknown"]


class Hop(NamedTuple):
    """One step: on which device, and in words what it does."""

    device: str
    words: str


@dataclass(frozen=True, slots=True)
class Walk:
    """``why``: what happened at the end, in words. ``consulted``: (device, key) of the entries that were used.

    ``devices``: those whose tables were looked at; a change of another device cannot change this walk. ``unknown``: it
    left what the documents and readings tell; it counts neither as alive nor as interrupted.
    """

    verdict: Verdict
    why: str
    hops: tuple[Hop, ...] = ()
    consulted: frozenset[tuple[str, Key]] = frozenset()
    devices: frozenset[str] = frozenset()


def walk(world: World, topology: Topology, flow: Flow) -> Walk:
    """Follow the packets of ``flow``; of several equal ways all have to deliver."""
    raise NotImplementedError
