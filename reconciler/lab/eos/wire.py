"""What goes out to a client, byte by byte, with the faults of the line: pieces, pauses, and an end in the middle."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator

from .faults import Faults

PAUSE = 0.001
"""Seconds between two pieces, so that they stay pieces on their way through TCP."""
FLUSH = 0.02
"""Seconds that the last bytes get before a connection is cut behind them."""


class Wire:
    """One connection's output. ``write`` takes bytes, ``drain`` waits until they are under way."""

    def __init__(self, faults: Faults, write: Callable[[bytes], None], drain: Callable[[], Awaitable[None]]) -> None:
        self._faults, self._write, self._drain = faults, write, drain
        self._dice = random.Random(0)  # noqa: S311 - sizes of pieces, the same in every run

    async def send(self, data: bytes) -> None:
        """Raises: ConnectionAbortedError where the connection is to be cut in or behind ``data``."""
        left = self._faults.cut_after
        if left is not None:
            self._faults.cut_after = left - len(data)
        if left is not None and left <= len(data):
            await self._last(data[:left])
        if self._faults.chunks:
            await self._pieces(data)
        elif data:
            self._write(data)

    async def _last(self, data: bytes) -> None:
        self._faults.cut_after = None
        if data:
            self._write(data)
        await self._drain()
        await asyncio.sleep(FLUSH)
        raise ConnectionAbortedError

    async def _pieces(self, data: bytes) -> None:
        for piece in self._cut(data):
            self._write(piece)
            await self._drain()
            await asyncio.sleep(PAUSE)

    def _cut(self, data: bytes) -> Iterator[bytes]:
        place = 0
        while place < len(data):
            size = self._dice.randint(1, max(1, self._faults.chunks))
            yield data[place : place + size]
            place += size
