"""One episode on its way to those who have to know of it: how far each of them is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from reconciler.sinks.alerts.alert import Alert, of_document
from reconciler.sinks.alerts.clock import Clock

NUMBERS = re.compile(r"\d+")
STEADY = frozenset({"unreachable", "unreadable", "source", "receiver", "socket", "state", "journal", "forgotten"})
"""Kinds of which nobody needs another message because the reason is worded otherwise than before."""
SAID = 100
LONGER = 1.5
"""How often ``group`` the first of many that begin one after the other waits at most."""


@dataclass(slots=True)
class Told:
    """One receiver's knowledge of one episode. Times of the loop's clock. ``updates``: how many it was told."""

    status: Literal["opened", "resolved"]
    version: int
    at: float
    updated: float
    updates: int = 0


@dataclass(slots=True)
class Burst:
    """What begins together, and is told together: ``due``, by the loop's clock."""

    began: float
    due: float

    def joined(self, now: float, group: float) -> bool:
        """Whether what begins now still belongs to it; then it waits for more, and not for ever."""
        if now > self.due:
            return False
        self.due = max(self.due, min(now + group, self.began + LONGER * group))
        return True


@dataclass(slots=True)
class Episode:
    """``now``: the daemon's own id of what holds. ``version``: how often there was something new to say of it.

    Times of the loop's clock: ``began``; ``calm``: since when it is over. ``burst``: when it is told. ``shown``: it was
    to be told at one time, so it will be; ``closed``: it stayed over.
    """

    alert: Alert
    now: str
    began: float
    burst: Burst
    version: int = 1
    calm: float | None = None
    shown: bool = False
    closed: bool = False
    told: dict[str, Told] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.said.add(_meaning(self.alert))

    def update(self, news: Alert) -> None:
        """It is worded otherwise; what was said before, but for its numbers, is nothing new."""
        self.alert = news
        meaning = _meaning(news)
        if meaning not in self.said and len(self.said) < SAID:
            self.said.add(meaning)
            self.version += 1

    def document(self, clock: Clock) -> dict[str, Any]:
        """To be kept."""
        told = {
            name: {"status": one.status, "at": clock.wall(one.at), "updated": clock.wall(one.updated)}
            | {"version": one.version, "updates": one.updates}
            for name, one in self.told.items()
        }
        rest = {"now": self.now, "version": self.version, "shown": self.shown, "closed": self.closed}
        return {"alert": self.alert.document(), **rest, "told": told, "said": sorted(self.said)}


def restored(found: Any, clock: Clock) -> Episode | None:
    """What was kept, where anything may stand. What had not stayed over long enough has to do so once more."""
    alert = of_document(found.get("alert")) if isinstance(found, dict) else None
    if alert is None:
        return None
    try:
        kept = TypeAdapter(_Kept).validate_python({name: found.get(name) for name in _Kept.__annotations__})
    except ValidationError:
        return None
    now = clock.now()
    told = {
        name: Told(one.status, one.version, clock.loop(one.at), clock.loop(one.updated), one.updates)
        for name, one in kept.told.items()
    }
    calm = None if alert.ended is None else now
    return Episode(
        alert, kept.now, now, Burst(now, now), kept.version, calm, kept.shown, kept.closed, told, set(kept.said)
    )


@dataclass(frozen=True)
class _Kept:
    now: str
    version: int
    shown: bool
    closed: bool
    told: dict[str, Told]
    said: list[str]


def _meaning(alert: Alert) -> str:
    if alert.kind in STEADY:
        return ""
    said = f"{alert.digest} {alert.by} {alert.waits}" if alert.kind == "drift" else NUMBERS.sub("#", alert.words)
    return hashlib.sha256(said.encode()).hexdigest()[:12]
