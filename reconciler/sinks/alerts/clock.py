"""Two clocks: the loop's, by which we wait, and the wall's, by which people and what is kept on disk count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


def loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Clock:
    """``now``: seconds of a clock that never jumps; ``today``: seconds since the epoch."""

    today: Callable[[], float] = time.time
    now: Callable[[], float] = loop_time

    def wall(self, at: float) -> float:
        """Since the epoch, for what the loop's clock showed or will show."""
        return self.today() - (self.now() - at)

    def loop(self, at: float) -> float:
        """By the loop's clock, for what was since the epoch; what is in the future is now: a clock was put back."""
        return self.now() - max(0.0, self.today() - at)
