"""What is heard of a device that speaks several languages: each line is its part's, a complaint is everybody's."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.core.driver import Reading, Rumours
from reconciler.core.resource import Resource, State
from reconciler.core.watching import STDERR


class PartsRumours:
    """``quick``: only the main part had news, and the others need not be asked."""

    def __init__(self, main: Rumours, *others: Rumours) -> None:
        self._main, self._others = main, others
        self.quick = True

    def takes(self, line: str) -> bool:
        return True

    def hear(self, line: str) -> None:
        takers = [other for other in self._others if other.takes(line)]
        for taker in takers:
            taker.hear(line)
        if not takers or line.startswith(STDERR):
            self._main.hear(line)

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        told = [other.news(reading, desired, owns) for other in self._others]
        self.quick = not any(told)
        return "; ".join(filter(None, [self._main.news(reading, desired, owns), *told]))
