"""One call into a switch's worker thread, and what becomes of it when nobody waits for it any more (Ctrl-C)."""

from __future__ import annotations

import math
import time

GLANCE = 0.1
"""Seconds between two looks whether anybody still waits."""


class GivenUp(Exception):
    """Nobody waits any more: nothing is typed but what leaves the switch as it was."""


class Job:
    """A thread cannot be stopped from outside: it looks here before each line, and while it waits for an answer.

    ``grace``: so many seconds an answer is still waited for after nobody wants it.
    """

    def __init__(self, grace: float = 0.0) -> None:
        self.typed = False
        """Whether anything has been typed for this call."""
        self._grace = grace
        self._end = math.inf

    def give_up(self) -> None:
        """From any thread."""
        self._end = min(self._end, time.monotonic() + self._grace)

    @property
    def given_up(self) -> bool:
        return self._end < math.inf

    def check(self) -> None:
        """Raises: GivenUp."""
        if self.given_up:
            raise GivenUp

    def wait(self, seconds: float) -> None:
        """Sleep; who is given up wakes. Raises: GivenUp."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, GLANCE))
        self.check()

    def until(self) -> float:
        """When waiting ends (`time.monotonic`); for ever, unless it was given up."""
        return self._end
