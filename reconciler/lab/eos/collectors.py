"""Where the switch sends its log: `logging host`, as real datagrams or lines of a TCP connection; nobody waits for it.

VRFs are no namespaces here: whatever VRF a host stands in, it is reached through the switch's own.
"""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from .config import Block, has_line
from .logging_lines import HOST

FACILITY = re.compile(r"logging facility local([0-7])")
SEVERITY = re.compile(r"[^%]*%[A-Z0-9_]+-([0-7])-")
RFC5424 = "logging format rfc5424"
PORT, LOCAL4, LOCAL0, NOTICE = 514, 20, 16, 5
PATIENCE = 2.0
"""Seconds for a connection and a name."""
WAITING = 1000
"""Messages that wait to be sent, at most."""


class Collector(NamedTuple):
    """A host and port that hears the log."""

    host: str
    port: int
    kind: socket.SocketKind


@dataclass(frozen=True, slots=True)
class Message:
    """``text``: from the agent's name on; ``when``: seconds since the epoch."""

    when: float
    hostname: str
    text: str

    @property
    def shown(self) -> str:
        """As `show logging` prints it, and RFC 3164 behind its priority."""
        return f"{time.strftime('%b %e %H:%M:%S', time.gmtime(self.when))} {self.hostname} {self.text}"

    @property
    def new_style(self) -> str:
        """RFC 5424 behind its priority."""
        agent, _, words = self.text.partition(": ")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.when))
        return f"1 {stamp}.{int(self.when % 1 * 1e6):06}+00:00 {self.hostname} {agent} - - - {words}"


def collectors(verbatim: Sequence[Block]) -> list[Collector]:
    """All that the configuration names."""
    said = [found for block in verbatim if (found := HOST.fullmatch(block.line))]
    kinds = {"tcp": socket.SOCK_STREAM}
    return [
        Collector(found["host"], int(port), kinds.get(found["protocol"], socket.SOCK_DGRAM))
        for found in said
        for port in found["ports"].split() or [str(PORT)]
    ]


def datagram(message: Message, verbatim: Sequence[Block]) -> bytes:
    """With priority: EOS's facility is local4 unless it is told another, the severity stands in the tag."""
    told = [found for block in verbatim if (found := FACILITY.fullmatch(block.line))]
    facility = LOCAL0 + int(told[-1][1]) if told else LOCAL4
    severity = SEVERITY.match(message.text)
    text = message.new_style if has_line(verbatim, RFC5424) else message.shown
    return f"<{facility * 8 + (int(severity[1]) if severity else NOTICE)}>{text}".encode()


class Forwarder:
    """A thread that sends; it begins with the first message and ends with the process. No failure leaves it."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Collector, bytes]] = queue.Queue(WAITING)
        self._streams: dict[Collector, socket.socket] = {}
        self._thread: threading.Thread | None = None

    def send(self, message: Message, verbatim: Sequence[Block]) -> None:
        found = collectors(verbatim)
        if found and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="syslog", daemon=True)
            self._thread.start()
        for collector in found:
            with suppress(queue.Full):
                self._waiting.put_nowait((collector, datagram(message, verbatim)))

    def _run(self) -> None:
        while True:
            collector, data = self._waiting.get()
            with suppress(OSError, UnicodeError, OverflowError):
                self._deliver(collector, data)

    def _deliver(self, collector: Collector, data: bytes) -> None:
        """A connection is kept; one that the other end has closed is opened once more. Raises: OSError."""
        if collector.kind == socket.SOCK_DGRAM:
            with _opened(collector) as one:
                one.send(data)
            return
        kept = self._streams.pop(collector, None)
        if kept is None or _is_closed(kept):
            kept = _opened(collector)
        kept.sendall(data + b"\n")
        self._streams[collector] = kept


def _opened(collector: Collector) -> socket.socket:
    """Raises: OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(collector.host, collector.port, type=collector.kind)[0]
    one = socket.socket(family, kind, protocol)
    one.settimeout(PATIENCE)
    try:
        one.connect(address)
    except OSError:
        one.close()
        raise
    return one


def _is_closed(one: socket.socket) -> bool:
    """A collector never answers: whatever can be read is the connection's end."""
    one.settimeout(0)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        one.settimeout(PATIENCE)
        return False
    except OSError:
        return True
