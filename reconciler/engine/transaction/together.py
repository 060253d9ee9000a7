"""What interrupts somebody takes effect on all devices at one moment: those that take long begin, the others wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

from reconciler.core.driver import Failure, serious


class Together:
    """``count``: so many begin. A switch needs some 100 ms to commit, a node some ms for all of its lines."""

    def __init__(self, count: int) -> None:
        self._missing = count
        self._failed = False
        self._took = asyncio.Event()
        if not count:
            self._took.set()

    def one_took(self) -> None:
        """What one of those that begin was sent is in force."""
        self._missing -= 1
        if self._missing <= 0:
            self._took.set()

    async def first(self, applied: Awaitable[Sequence[Failure]]) -> Sequence[Failure]:
        """One of those that begin; when it fails nobody has to wait any longer."""
        try:
            failures = await applied
        except BaseException:
            self._fail()
            raise
        if serious(failures):
            self._fail()
        return failures

    async def all_took(self) -> bool:
        """Wait for them; False: one has failed, nothing more is to be sent."""
        await self._took.wait()
        return not self._failed

    def _fail(self) -> None:
        self._failed = True
        self._took.set()
