"""One packet, hop by hop: what happens to it in a world, why, and which entries decided that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.resource import Key
from reconciler.walk.flow import Flow
from reconciler.walk.packet import Outcome, Used, Verdict
from reconciler.walk.scene import Scene, scene_of
from reconciler.walk.topology import Topology, World
from reconciler.walk.walker import Walker


class Hop(NamedTuple):
    """One step: on which device, and in words what it does."""

    device: str
    words: str


@dataclass(frozen=True, slots=True)
class Walk:
    """``why``: what happened at the end, in words. ``consulted``: (device, key) of the entries that were used.

    ``devices``: those whose tables were looked at; a change of another device can change this walk only by what it
    answers to (an address, a MAC). ``unknown``: it left what the documents and readings tell; it counts neither as
    alive nor as interrupted.
    """

    verdict: Verdict
    why: str
    hops: tuple[Hop, ...] = ()
    consulted: frozenset[tuple[str, Key]] = frozenset()
    devices: frozenset[str] = frozenset()


def walk(world: World, topology: Topology, flow: Flow) -> Walk:
    """Follow the packets of ``flow``; of several equal ways all have to deliver."""
    return _walk(scene_of(world, topology), flow)


def walks(world: World, topology: Topology, flows: Iterable[Flow]) -> dict[Flow, Walk]:
    """The walks of many flows through one world."""
    scene = scene_of(world, topology)
    return {flow: _walk(scene, flow) for flow in flows}


def _walk(scene: Scene, flow: Flow) -> Walk:
    walker = Walker(scene, flow.target)
    outcome: Outcome = walker.start(flow.source, flow.src, flow.dst)
    used: set[Used] = walker.used
    hops = tuple(Hop(*hop) for hop in walker.hops)
    return Walk(outcome.verdict, outcome.why, hops, frozenset(used), frozenset(walker.devices))


__all__ = ["Hop", "Verdict", "Walk", "walk", "walks"]
