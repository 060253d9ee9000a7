"""Everything back as it was, on all devices at once, and looked at until that is proven."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from reconciler.core.driver import Reading, Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.engine.observe import Sight, side_by_side
from reconciler.engine.transaction.party import Party
from reconciler.engine.transaction.run import MARGIN, Transaction

PAUSE = 0.5
"""Seconds between two looks at what is not back yet."""
TIMES = 3
"""So often the difference to what it was is sent to a device; what is not back then is somebody else's doing."""
HURRY = 5.0
"""Seconds for a way back that nobody waits for any more: we are stopped. Then each device's own timer decides."""


@dataclass
class _Return:
    """One device's way back. ``led``: its own is over, or there is none. ``said``: what went wrong, in words."""

    party: Party
    led: bool = False
    back: bool = False
    said: str = ""
    left: int = TIMES

    @property
    def is_over(self) -> bool:
        return self.back or not self.left

    async def lead(self) -> None:
        """Whom nothing has come to is only disarmed: an undo would run over what somebody else has changed since."""
        party = self.party
        keeps = party.ready and not party.touched and not party.has_own_undo
        try:
            failures = await (party.commit.confirm() if keeps else party.commit.roll_back())
        except Exception as error:  # also a mistake of ours: it keeps nobody else from being led back
            self.said = str(error)
            return
        failpoint("one rolled back")
        self.led, self.said = True, "; ".join(failure.reason for failure in failures)
        self.back = not party.touched and (not keeps or not failures)

    async def see(self, sight: Sight) -> None:
        """Whether all that the plan concerns is as it was; what is not is sent once more."""
        if sight.reading is None or not self._is_known(sight.reading):
            return
        try:
            script = self.party.back_from(sight.reading)
        except ValueError as error:
            self.said, self.left = str(error), 0
            return
        self.back = not script.lines
        if script.lines:
            self.left -= 1
            with suppress(Unreachable):
                await self.party.device.transport.apply(script)

    def _is_known(self, reading: Reading) -> bool:
        return not any(key.kind in reading.unread or key in reading.frozen for key in self.party.concerned)

    @property
    def words(self) -> str:
        """How it has ended."""
        if self.back:
            return "rolled back" if self.party.touched else "nothing was sent to it"
        what = "rolled back, but that cannot be proven" if self.led else "not known to be rolled back"
        return f"{what}{f': {self.said}' if self.said else ''}"


async def take_back(transaction: Transaction) -> dict[str, str]:
    """By device: how it ended, in words.

    Who cannot be reached takes back by itself: that is waited for.
    """
    ways = [_Return(party) for party in transaction.parties]
    failpoint("before rolled back")
    await side_by_side(way.lead() for way in ways)
    failpoint("all rolled back")
    while waiting := [way for way in ways if not way.is_over]:
        await _seen(transaction, waiting)
        if transaction.left < -MARGIN:
            break
        await asyncio.sleep(0 if all(way.is_over for way in waiting) else PAUSE)
        await side_by_side(way.lead() for way in waiting if not way.led)
    return {way.party.name: way.words for way in ways}


async def abandon(transaction: Transaction) -> None:
    """As much of it as can be had at once, where somebody stops us, or a mistake of ours does."""
    if transaction.armed:
        with suppress(TimeoutError):
            async with asyncio.timeout(HURRY):
                await take_back(transaction)


async def _seen(transaction: Transaction, waiting: list[_Return]) -> None:
    led = {way.party.name: way for way in waiting if way.led and not way.is_over}
    if led:
        sights = await transaction.world.look(led)
        await side_by_side(way.see(sights[name]) for name, way in led.items())
