"""Signs of life for systemd: the loop itself feeds the watchdog, and says how things stand as soon as that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reconciler.daemon import systemd

BEAT = 2.0
"""Seconds between two signs, at most: a status that is older helps nobody."""


async def beat(status: Callable[[], str]) -> None:
    """Until cancelled. A callback that never ends keeps this from its turn, and so do we from the watchdog."""
    interval, said = min(systemd.watchdog_interval() or BEAT, BEAT), ""
    while True:
        systemd.alive()
        now = status()
        if now != said:
            systemd.say(now)
            said = now
        await asyncio.sleep(interval)
