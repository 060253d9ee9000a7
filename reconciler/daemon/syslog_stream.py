"""Syslog over TCP: a bounded number of connections, each of which has to finish what it has begun to say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from reconciler.daemon.framing import Framer

Take = Callable[[str, bytes], bool]
"""Given the sender's address and its message; False: it was one too many."""
MOST, MOST_OF_ONE = 64, 8
"""Connections in all, and from one address."""
SIZE = 16384
"""Bytes that are read at once, and all that a connection may cost besides the message it is within."""
REST, LONG_REST = 0.005, 0.1
"""Seconds that nobody reads from a connection that has filled the buffer, or was one too many: TCP slows it down."""
PATIENCE = 30.0
"""Seconds for a message from its first byte to its last, and for the first one of a connection."""


class Streams:
    """All connections, whoever has spoken last at the end."""

    def __init__(self, take: Take, patience: float = PATIENCE) -> None:
        self.take, self.patience = take, patience
        self._all: dict[Stream, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def new(self) -> Stream:
        return Stream(self)

    def enter(self, stream: Stream) -> None:
        """Where one is too many, the one that has been silent for longest makes room: of its own address, if it can."""
        same = [one for one in self._all if one.address == stream.address]
        if len(same) >= MOST_OF_ONE:
            self._drop(same[0])
        elif len(self._all) >= MOST:
            self._drop(next(iter(self._all)))
        self._all[stream] = None

    def spoke(self, stream: Stream) -> None:
        if stream in self._all:
            self._all[stream] = self._all.pop(stream)

    def leave(self, stream: Stream) -> None:
        self._all.pop(stream, None)

    def close(self) -> None:
        for stream in list(self._all):
            self._drop(stream)

    def _drop(self, stream: Stream) -> None:
        self.leave(stream)
        stream.drop()


class Stream(asyncio.BufferedProtocol):
    """One connection; ``address`` is its peer's."""

    def __init__(self, streams: Streams) -> None:
        self.address = ""
        self._streams, self._framer, self._buffer = streams, Framer(), bytearray(SIZE)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if not peer:  # it is gone already
            self.drop()
            return
        self.address = str(peer[0])
        self._streams.enter(self)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._forget()
        self._streams.leave(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        taken, frames = True, 0
        for frame in self._framer.feed(bytes(memoryview(self._buffer)[:nbytes])):
            taken, frames = self._streams.take(self.address, frame) and taken, frames + 1
        if frames:
            self._streams.spoke(self)
            self._forget()
        if self._framer.is_within and self._deadline is None:
            self._expect()
        if nbytes == SIZE or not taken:
            self._rest(REST if taken else LONG_REST)

    def drop(self) -> None:
        self._is_over = True
        self._forget()
        self._transport.abort()

    def _expect(self) -> None:
        self._deadline = asyncio.get_running_loop().call_later(self._streams.patience, self.drop)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None

    def _rest(self, seconds: float) -> None:
        self._transport.pause_reading()
        asyncio.get_running_loop().call_later(seconds, self._read_on)

    def _read_on(self) -> None:
        if not self._is_over:
            self._transport.resume_reading()
