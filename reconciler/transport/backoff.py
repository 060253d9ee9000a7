"""How long a device that could not be reached is left alone."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

FIRST = 1.0
LONGEST = 60.0


class Backoff:
    """After the first failure it is tried again at once, then after ``first`` seconds (1), twice as many … ``longest``.

    Many switches that went down together do not come back to as many logins in the same moment.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, first: float = FIRST, longest: float = LONGEST
    ) -> None:
        self._clock = clock
        self._first, self._longest = first, longest
        self._failures = 0
        self._until = 0.0
        self.reason = ""
        """Why it failed last."""

    def pace(self, first: float, longest: float) -> None:
        """Other pauses, from the next failure on."""
        self._first, self._longest = first, longest

    @property
    def left(self) -> float:
        """Seconds until the next try; 0: now."""
        return max(0.0, self._until - self._clock())

    def failed(self, reason: str) -> None:
        self._failures += 1
        self.reason = reason
        if self._failures > 1:
            wait = min(self._longest, self._first * 2.0 ** min(self._failures - 2, 60))
            self._until = self._clock() + wait * random.uniform(0.8, 1.2)  # noqa: S311 - no secret hangs on it

    def succeeded(self) -> None:
        self._failures, self._until, self.reason = 0, 0.0, ""
