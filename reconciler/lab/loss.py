"""Packets from every pod to every other pod while something is changed: how many are lost, and for how long.

One process has a UDP socket in each pod's namespace; a thread of it sends and receives. The kernel says when a packet
arrived (SO_TIMESTAMPNS, socket(7)), so that a busy machine makes no gap where there was none.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from . import netns, ping
from .errors import LabError
from .loss_tally import Tally
from .ping import Place
from .state import Lab

RATE = 1000
"""Packets per second on each directed pair."""
MOST = 20_000
"""Packets per second that one process can send and count, all pairs together; 12,000 take a third of a CPU."""
SO_TIMESTAMPNS = 35
ANCILLARY = socket.CMSG_SPACE(16)
"""Room for one ``struct timespec``."""
BUFFER = 8 << 20
"""Bytes of a socket's queue: seconds of packets, while this process has to wait for a CPU."""
PACKET = struct.Struct("!8sII")
"""Which meter, which pair, which number of it."""
WARMING = 2**32 - 1
"""The number of packets that do not count: they have ARP done before the measuring begins."""
WARM_ROUNDS, WARM_SECONDS = 5, 0.05
LISTEN_EVERY = 0.005
PATIENCE = 0.3
"""Seconds for what is still on the way when the sending has ended."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What one measuring found. ``late``: how long the sender itself had to wait at most, in milliseconds."""

    rate: int
    seconds: float
    pairs: Sequence[Tally]
    late: float

    @property
    def sent(self) -> int:
        return sum(pair.sent for pair in self.pairs)

    @property
    def lost(self) -> int:
        return sum(pair.lost for pair in self.pairs)

    @property
    def gap(self) -> float:
        """Milliseconds: the longest one of any pair."""
        return max((pair.gap for pair in self.pairs), default=0.0)


class Meter:
    """``with Meter(lab) as meter: change(…)``; then ``meter.losses``.

    Raises: LabError without two pods, or where the rate is more than this process could keep.
    """

    def __init__(self, lab: Lab, rate: int = RATE) -> None:
        self._places = [place for version in lab.overlay.versions for place in ping.pods(lab, version)]
        self._pairs = list(_pairs(self._places))
        if not self._pairs:
            raise LabError(f"Lab {lab.name} has no two pods to send packets between.")
        if rate * len(self._pairs) > MOST:
            most = MOST // len(self._pairs)
            few = f"at most --rate {most}" if most else "a lab with fewer pods"
            raise LabError(f"{len(self._pairs)} pairs with {rate} packets a second each are too many: {few}.")
        self.rate = rate
        self._mark = os.urandom(8)
        self._tallies = [Tally(source.name, target.name) for source, target in self._ends()]
        self._stack = ExitStack()
        self._sockets: list[socket.socket] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="loss", daemon=True)
        self._seconds = self._late = 0.0
        self._failed: Exception | None = None

    def __enter__(self) -> Self:
        with self._stack:
            for place in self._places:
                self._sockets.append(self._stack.enter_context(netns.within(place.namespace, partial(_opened, place))))
            self._targets = [(place.address, made.getsockname()[1]) for place, made in self._both()]
            self._warm()
            self._stack = self._stack.pop_all()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join()
        self._stack.close()
        if self._failed is not None and error is None:
            raise LabError(f"The measuring broke off: {self._failed}") from self._failed

    @property
    def losses(self) -> Losses:
        """What was found; only once the measuring has ended."""
        return Losses(self.rate, self._seconds, self._tallies, self._late * 1e3)

    def _ends(self) -> Iterator[tuple[Place, Place]]:
        return ((self._places[source], self._places[target]) for source, target in self._pairs)

    def _both(self) -> Iterator[tuple[Place, socket.socket]]:
        return zip(self._places, self._sockets, strict=True)

    def _warm(self) -> None:
        """Until each pair has been heard of, or is given up: then its losses are real ones."""
        waiting = set(range(len(self._pairs)))
        for _ in range(WARM_ROUNDS):
            for pair in waiting:
                self._send(pair, WARMING)
            time.sleep(WARM_SECONDS)
            waiting -= {pair for pair, _, _ in self._arrivals()}
            if not waiting:
                return

    def _work(self) -> None:
        try:
            self._measure()
        except Exception as error:
            self._failed = error

    def _measure(self) -> None:
        """Send at the moments that the rate says, whatever came in between; listen in the time that is left."""
        began, number, heard = time.monotonic(), 0, 0.0
        for tally in self._tallies:
            tally.start(time.time_ns())
        while not self._ending.is_set():
            due = began + number / self.rate
            now = time.monotonic()
            if now < due:
                time.sleep(due - now)
                continue
            self._late = max(self._late, now - due)
            self._send_all(number)
            number += 1
            if now - heard > LISTEN_EVERY:
                self._listen()
                heard = now
        self._seconds = time.monotonic() - began
        self._finish()

    def _finish(self) -> None:
        ended, deadline = time.time_ns(), time.monotonic() + PATIENCE
        self._listen()
        while any(tally.lost for tally in self._tallies) and time.monotonic() < deadline:
            time.sleep(LISTEN_EVERY)
            self._listen()
        for tally in self._tallies:
            tally.end(ended)

    def _send_all(self, number: int) -> None:
        for pair, tally in enumerate(self._tallies):
            self._send(pair, number)
            tally.sent += 1

    def _send(self, pair: int, number: int) -> None:
        """One that cannot be sent, for want of a route or of room, is lost."""
        source, target = self._pairs[pair]
        try:
            self._sockets[source].sendto(PACKET.pack(self._mark, pair, number), self._targets[target])
        except OSError:
            return

    def _listen(self) -> None:
        for pair, number, at in self._arrivals():
            if number != WARMING:
                self._tallies[pair].hear(number, at)

    def _arrivals(self) -> Iterator[tuple[int, int, int]]:
        """What waits at the sockets and is ours: pair, number, nanoseconds."""
        for receiver in self._sockets:
            for packet, at in _received(receiver):
                if len(packet) == PACKET.size:
                    mark, pair, number = PACKET.unpack(packet)
                    if mark == self._mark:
                        yield pair, number, at


def _pairs(places: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """All directed pairs of one IP version."""
    for source, one in enumerate(places):
        for target, other in enumerate(places):
            if source != target and (":" in one.address) == (":" in other.address):
                yield source, target


def _opened(place: Place) -> socket.socket:
    """A socket at a pod's address; it belongs for good to the namespace of the thread that opens it."""
    made = socket.socket(socket.AF_INET6 if ":" in place.address else socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    for option in (33, 32):  # SO_RCVBUFFORCE and SO_SNDBUFFORCE, which Python has no names for
        made.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    made.bind((place.address, 0))
    return made


def _received(receiver: socket.socket) -> Iterator[tuple[bytes, int]]:
    while True:
        try:
            packet, ancillary, _, _ = receiver.recvmsg(PACKET.size + 1, ANCILLARY)
        except BlockingIOError:
            return
        seconds, rest = struct.unpack("qq", ancillary[0][2])
        yield packet, seconds * 10**9 + rest
