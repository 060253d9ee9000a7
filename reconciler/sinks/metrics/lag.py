"""How late the event loop is: whatever holds it up keeps it from hearing what devices tell."""

from __future__ import annotations

import asyncio
from collections import deque

EVERY = 1.0
"""Seconds between two looks."""
KEPT = 60
"""Looks that count: somebody who scrapes every minute misses no delay, and two who scrape see the same."""


class Lag:
    """``worst``: the longest delay in the last minute, in seconds."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=KEPT)

    @property
    def worst(self) -> float:
        return max(self._seen, default=0.0)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            self._seen.append(max(0.0, loop.time() - due))
