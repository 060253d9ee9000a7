"""Who reaches whom: an ICMP echo from every pod to every other pod, and from every node to every other node."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from . import icmp, netns
from .state import Lab

ROUNDS = 2
"""A first packet may be lost to ARP, so whoever did not answer is asked once more."""
PATIENCE = 1.0
"""Seconds to wait for the last answers of a round."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Something that pings and is pinged."""

    name: str
    namespace: str
    address: str


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for one group: pods, or nodes."""

    group: str
    places: Sequence[Place]
    failed: frozenset[Pair]
    """Pairs (from, to) without an answer, as positions in ``places``."""

    @property
    def pairs(self) -> int:
        return len(self.places) * (len(self.places) - 1)


def everyone(lab: Lab) -> list[Result]:
    """Ping all pairs of nodes (by the underlay addresses of the topology) and all pairs of pods, per IP version."""
    return [result for version in lab.overlay.versions for result in _over(lab, version)]


def _over(lab: Lab, version: int) -> Iterator[Result]:
    over = "" if version == 4 else " over IPv6"
    yield _group(f"nodes{over}", _nodes(lab, version), version)
    yield _group(f"pods{over}", pods(lab, version), version)


def _nodes(lab: Lab, version: int) -> list[Place]:
    return [
        Place(node.name, node.namespace, str(side.underlay.ip))
        for node in lab.nodes
        for side in (node.kubernetes.sides if node.kubernetes else ())
        if side.underlay and side.version == version
    ]


def pods(lab: Lab, version: int) -> list[Place]:
    """Every pod with its address of this IP version."""
    return [
        Place(pod.name, pod.namespace, str(address))
        for node in lab.nodes
        for pod in node.pods
        for address in pod.addresses
        if address.version == version
    ]


def _group(group: str, places: Sequence[Place], version: int) -> Result:
    with ExitStack() as stack:
        opened = partial(icmp.opened, version)
        sockets = [stack.enter_context(netns.within(place.namespace, opened)) for place in places]
        waiting = set(_pairs(len(places)))
        for _ in range(ROUNDS):
            waiting = _round(sockets, places, waiting)
    return Result(group, places, frozenset(waiting))


def _pairs(count: int) -> Iterator[Pair]:
    """All pairs; each source's next target follows only after all other sources have sent: no one is flooded."""
    return ((source, (source + step) % count) for step in range(1, count) for source in range(count))


def _round(sockets: Sequence[socket.socket], places: Sequence[Place], waiting: set[Pair]) -> set[Pair]:
    """Ask every pair of ``waiting``; return those that did not answer within ``PATIENCE`` after the last question."""
    missing = set(waiting)
    for number, (source, target) in enumerate(_in_turn(waiting, len(places)), start=1):
        icmp.ask(sockets[source], places[target].address, target)
        if number % len(sockets) == 0:
            missing -= _answers(sockets, 0.002)
    deadline = time.monotonic() + PATIENCE
    while missing and (left := deadline - time.monotonic()) > 0:
        missing -= _answers(sockets, left)
    return missing


def _in_turn(waiting: set[Pair], count: int) -> list[Pair]:
    return [pair for pair in _pairs(count) if pair in waiting]


def _answers(sockets: Sequence[socket.socket], patience: float) -> set[Pair]:
    """Everything that has been answered by now; waits up to ``patience`` seconds for the first answer."""
    poll = select.poll()
    sources = {opened.fileno(): index for index, opened in enumerate(sockets)}
    for handle in sources:
        poll.register(handle, select.POLLIN)
    ready = [handle for handle, _ in poll.poll(patience * 1000)]
    return {(sources[handle], target) for handle in ready for target in icmp.answered(sockets[sources[handle]])}
