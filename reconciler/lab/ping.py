"""Who reaches whom: an ICMP echo from every pod to every other pod, and from every node to every other node."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from . import netns
from .state import Lab

ROUNDS = 2
"""A first packet may be lost to ARP, so whoever did not answer is asked once more."""
PATIENCE = 1.0
"""Seconds to wait for the last answers of a round."""
ECHO_REQUEST, ECHO_REPLY = 8, 0
IP_HEADER = 20

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
    """Ping all pairs of nodes (by the underlay addresses of the topology) and all pairs of pods."""
    nodes = [
        Place(node.name, node.namespace, str(node.kubernetes.underlay.ip))
        for node in lab.nodes
        if node.kubernetes and node.kubernetes.underlay
    ]
    pods = [Place(pod.name, pod.namespace, str(pod.address)) for node in lab.nodes for pod in node.pods]
    return [_group("nodes", nodes), _group("pods", pods)]


def _group(group: str, places: Sequence[Place]) -> Result:
    with ExitStack() as stack:
        sockets = [stack.enter_context(netns.within(place.namespace, _open)) for place in places]
        waiting = set(_pairs(len(places)))
        for _ in range(ROUNDS):
            waiting = _round(sockets, places, waiting)
    return Result(group, places, frozenset(waiting))


def _open() -> socket.socket:
    """A raw socket belongs for good to the namespace of the thread that opens it."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    opened.setblocking(False)
    return opened


def _pairs(count: int) -> Iterator[Pair]:
    """All pairs; each source's next target follows only after all other sources have sent: no one is flooded."""
    return ((source, (source + step) % count) for step in range(1, count) for source in range(count))


def _round(sockets: Sequence[socket.socket], places: Sequence[Place], waiting: set[Pair]) -> set[Pair]:
    """Ask every pair of ``waiting``; return those that did not answer within ``PATIENCE`` after the last question."""
    missing = set(waiting)
    for number, (source, target) in enumerate(_in_turn(waiting, len(places)), start=1):
        _ask(sockets[source], places[target].address, target)
        if number % len(sockets) == 0:
            missing -= _answers(sockets, 0.002)
    deadline = time.monotonic() + PATIENCE
    while missing and (left := deadline - time.monotonic()) > 0:
        missing -= _answers(sockets, left)
    return missing


def _in_turn(waiting: set[Pair], count: int) -> list[Pair]:
    return [pair for pair in _pairs(count) if pair in waiting]


def _ask(sender: socket.socket, address: str, target: int) -> None:
    try:
        sender.sendto(_echo(target), (address, 0))
    except OSError:  # no route, or no room: the answer will be missing
        return


def _answers(sockets: Sequence[socket.socket], patience: float) -> set[Pair]:
    """Everything that has been answered by now; waits up to ``patience`` seconds for the first answer."""
    poll = select.poll()
    sources = {opened.fileno(): index for index, opened in enumerate(sockets)}
    for handle in sources:
        poll.register(handle, select.POLLIN)
    ready = [handle for handle, _ in poll.poll(patience * 1000)]
    return {(sources[handle], target) for handle in ready for target in _drain(sockets[sources[handle]])}


def _drain(opened: socket.socket) -> Iterator[int]:
    """The targets whose answers wait at a socket."""
    for packet in iter(partial(_receive, opened), b""):
        kind, _, _, identifier, target = struct.unpack("!BBHHH", packet[IP_HEADER : IP_HEADER + 8])
        if kind == ECHO_REPLY and identifier == _identifier():
            yield target


def _receive(opened: socket.socket) -> bytes:
    try:
        return opened.recv(2048)
    except BlockingIOError:
        return b""


def _identifier() -> int:
    return os.getpid() & 0xFFFF


def _echo(target: int) -> bytes:
    """An echo request whose sequence number says who is asked (RFC 792, with the checksum of RFC 1071)."""
    body = struct.pack("!HH", _identifier(), target)
    total = sum(struct.unpack("!HHH", struct.pack("!BB", ECHO_REQUEST, 0) + body))
    folded = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBH", ECHO_REQUEST, 0, ~(folded + (folded >> 16)) & 0xFFFF) + body
