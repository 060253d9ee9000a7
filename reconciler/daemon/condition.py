"""What holds for a while: a device that cannot be reached, a drift, a bad revision. An episode: it begins and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.daemon.event import Bus
from reconciler.report.event import Event, Level

Data = Mapping[str, object]
NOTHING: Data = {}


@dataclass(frozen=True, slots=True)
class Condition:
    """``kind`` and ``subject`` (a device, an entry, the source) tell it from others that hold; ``id`` from all others.

    ``since``: seconds since the epoch. ``device``: whose it is; empty: nobody's.
    """

    kind: str
    subject: str
    words: str
    since: float
    id: str
    device: str = ""

    @property
    def data(self) -> dict[str, object]:
        return {"id": self.id, "condition": self.kind, "subject": self.subject, "since": self.since}


class Conditions:
    """Those that hold now. Of one that goes on, a change of its words is told, for the debug log.

    ``known``: those from before a restart, whatever stands there: they hold until somebody ends them, so nobody is
    told twice. ``changed``: they are to be kept.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Callable[[], float] = time.time,
        known: Any = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._changed = changed
        found = filter(None, map(_condition, known if isinstance(known, list) else ()))
        self._open = {(one.kind, one.subject): one for one in found}

    def __iter__(self) -> Iterator[Condition]:
        return iter(sorted(self._open.values(), key=lambda one: (one.since, one.kind, one.subject)))

    def of(self, subject: str) -> list[Condition]:
        return [condition for condition in self if condition.subject == subject]

    def has(self, kind: str, subject: str) -> bool:
        return (kind, subject) in self._open

    def says(self, kind: str, subject: str, words: str) -> bool:
        """Whether just that was told: beginning it once more would tell nobody anything."""
        known = self._open.get((kind, subject))
        return known is not None and known.words == words

    def begin(
        self,
        kind: str,
        subject: str,
        words: str,
        *,
        level: Level = "warning",
        device: str = "",
        since: float | None = None,
        data: Data = NOTHING,
    ) -> None:
        """It holds from now on, or still. ``since``: for how long, if not just now; ``data``: what programs may use."""
        before = self._open.get((kind, subject))
        began = self._clock() if since is None else since
        since, known = (before.since, before.id) if before else (began, token_hex(6))
        now = self._open[kind, subject] = Condition(kind, subject, words, since, known, device)
        if before is None or before.words != words:
            told: Level = level if before is None else "debug"
            episode = "opened" if before is None else "updated"
            self._bus.publish(Event(kind, words, device, told, {"episode": episode, **now.data, **data}))
            self._changed()

    def end(self, kind: str, subject: str, words: str = "", *, told_as: str = "", data: Data = NOTHING) -> None:
        """It holds no longer, if it did. ``told_as``: the event's kind, where that is not ``kind``."""
        before = self._open.pop((kind, subject), None)
        if before is None:
            return
        told = {
            "episode": "resolved",
            **before.data,
            "lasted": round(max(0.0, self._clock() - before.since), 3),
            **data,
        }
        self._bus.publish(Event(told_as or kind, words or f"over: {before.words}", before.device, "info", told))
        self._changed()

    def end_all(self, device: str) -> None:
        """The device is nobody's business any more."""
        for condition in [one for one in self if one.device == device]:
            self.end(condition.kind, condition.subject, f"{device}: no longer looked after")

    def documents(self) -> list[dict[str, object]]:
        """As JSON, for a restart."""
        return [asdict(one) for one in self]


def _condition(found: Any) -> Condition | None:
    """From the state directory, where anything may stand."""
    try:
        return TypeAdapter(Condition).validate_python(found)
    except ValidationError:
        return None
