"""Who writes to which device right now: one at a time each, be it alone or together with others."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager


class Writing:
    """One lock a device."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def __call__(self, devices: Iterable[str]) -> AsyncIterator[None]:
        """Hold it while you write to ``devices``; taken in one order, so that nobody waits for somebody who waits."""
        async with AsyncExitStack() as held:
            for device in sorted(devices):
                await held.enter_async_context(self._locks[device])
            yield
