"""What holds for a while: a device that cannot be reached, a bad revision, a fight. Said when it begins and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.daemon.event import Bus
from reconciler.report.event import Event, Level


@dataclass(frozen=True, slots=True)
class Condition:
    """``kind`` and ``subject`` (a device, an entry, the source) tell it from others.

    ``since``: seconds since the epoch.
    """

    kind: str
    subject: str
    words: str
    since: float


class Conditions:
    """Those that hold now. Of one that goes on, a change of its words is told, for the debug log."""

    def __init__(self, bus: Bus, clock: Callable[[], float] = time.time) -> None:
        self._bus = bus
        self._clock = clock
        self._open: dict[tuple[str, str], Condition] = {}

    def __iter__(self) -> Iterator[Condition]:
        return iter(sorted(self._open.values(), key=lambda one: (one.since, one.kind, one.subject)))

    def of(self, subject: str) -> list[Condition]:
        return [condition for condition in self if condition.subject == subject]

    def begin(self, kind: str, subject: str, words: str, *, level: Level = "warning", device: str = "") -> None:
        """It holds from now on, or still."""
        before = self._open.get((kind, subject))
        since = before.since if before else self._clock()
        self._open[kind, subject] = Condition(kind, subject, words, since)
        if before is None or before.words != words:
            told: Level = level if before is None else "debug"
            data = {"episode": "opened" if before is None else "updated", "subject": subject}
            self._bus.publish(Event(kind, words, device, told, data))

    def end(self, kind: str, subject: str, words: str = "", *, device: str = "") -> None:
        """It holds no longer, if it did."""
        before = self._open.pop((kind, subject), None)
        if before is not None:
            lasted = round(self._clock() - before.since, 3)
            data = {"episode": "resolved", "subject": subject, "lasted": lasted}
            self._bus.publish(Event(kind, words or f"over: {before.words}", device, "info", data))

    def end_all(self, device: str) -> None:
        """The device is nobody's business any more."""
        for kind, subject in list(self._open):
            if subject == device or subject.startswith(f"{device}: "):  # an entry of it
                self.end(kind, subject, "no longer looked after", device=device)
