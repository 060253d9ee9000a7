"""Everything back as it was, on all devices at once, and looked at until that is proven."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from reconciler.core.driver import Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.engine.observe import Sight, side_by_side
from reconciler.engine.transaction.party import Party
from reconciler.engine.transaction.run import MARGIN, Transaction

PAUSE = 0.5
"""Seconds between two looks at what is not back yet."""


async def take_back(transaction: Transaction) -> dict[str, str]:
    """By device: how it ended, in words; empty where nothing had been armed.

    Who cannot be reached takes back by itself: that is waited for.
    """
    parties = list(transaction.parties)
    failpoint("before rolled back")
    said = dict(zip((p.name for p in parties), await side_by_side(map(_rolled_back, parties)), strict=True))
    failpoint("all rolled back")
    waiting = {party.name: party for party in parties}
    while waiting:
        sights = await transaction.world.look(waiting)
        for name, party in list(waiting.items()):
            if await _is_back(party, sights[name]):
                del waiting[name]
        if transaction.left < -MARGIN:
            break
        await asyncio.sleep(PAUSE if waiting else 0)
    return {name: _words(said[name], name in waiting) for name in said}


async def _rolled_back(party: Party) -> str:
    """What went wrong, in words."""
    try:
        failures = await party.commit.roll_back()
    except Unreachable as error:
        return str(error)
    failpoint("one rolled back")
    return "; ".join(failure.reason for failure in failures)


async def _is_back(party: Party, sight: Sight) -> bool:
    """Whether all that the plan concerns is as it was; what is not is sent once more."""
    if sight.reading is None:
        return False
    script = party.back_from(sight.reading)
    if not script.lines:
        return True
    with suppress(Unreachable):
        await party.device.transport.apply(script)
    return False


def _words(said: str, lost: bool) -> str:
    if not lost:
        return "rolled back"
    return f"rolled back, but that cannot be proven{f': {said}' if said else ''}"
