"""Connections from anybody: few at once, and none for long. An HTTP server by itself waits for ever for a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast


class Bounded:
    """Protocols of ``made``, on at most ``most`` connections; none lasts longer than ``longest`` seconds.

    When there is one too many, the oldest goes: whoever asks and reads is through long before.
    """

    def __init__(self, made: Callable[[], asyncio.Protocol], most: int, longest: float) -> None:
        self._made, self._most, self._longest = made, most, longest
        self._open: dict[_Connection, asyncio.Transport] = {}

    def protocol(self) -> asyncio.Protocol:
        """For `create_server`."""
        return _Connection(self, self._made())

    def begun(self, connection: _Connection, transport: asyncio.Transport) -> asyncio.TimerHandle:
        if len(self._open) >= self._most:
            self._open.pop(next(iter(self._open))).abort()
        self._open[connection] = transport
        return asyncio.get_running_loop().call_later(self._longest, transport.abort)

    def ended(self, connection: _Connection) -> None:
        self._open.pop(connection, None)


class _Connection(asyncio.Protocol):
    """Hands everything on."""

    def __init__(self, bounded: Bounded, inner: asyncio.Protocol) -> None:
        self._bounded, self._inner = bounded, inner
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._end = self._bounded.begun(self, cast("asyncio.Transport", transport))
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        self._bounded.ended(self)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
