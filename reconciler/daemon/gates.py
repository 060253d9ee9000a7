"""How many devices are spoken to at once, so that those that hang never keep the others waiting."""

from __future__ import annotations

import asyncio


class Gates:
    """``places``: so many at once. A device that was cut off, or did not answer, waits for its answer elsewhere.

    There it holds nobody up but its like, and waiting costs nothing.
    """

    def __init__(self, places: int) -> None:
        self._doubted: set[str] = set()
        self.resize(places)

    def resize(self, places: int) -> None:
        """So many at once from now on; whoever is spoken to right now does not count."""
        self._all, self._apart = asyncio.Semaphore(places), asyncio.Semaphore(places)

    def of(self, device: str) -> asyncio.Semaphore:
        """Hold it while you speak to ``device``."""
        return self._apart if device in self._doubted else self._all

    def doubt(self, device: str) -> None:
        """The device may be gone."""
        self._doubted.add(device)

    def trust(self, device: str) -> None:
        """It has answered, or is nobody's business any more."""
        self._doubted.discard(device)
