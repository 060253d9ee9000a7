"""A person says: leave this alone for a while, for this reason. It expires, and it is not forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True, slots=True)
class Suspension:
    """``target``: a glob of device names. Times in seconds since the epoch; ``until`` None: until it is resumed."""

    target: str
    reason: str
    by: str
    since: float
    until: float | None = None

    def __str__(self) -> str:
        end = f"until {clock(self.until)}" if self.until is not None else "until it is resumed"
        return f"suspended {end} by {self.by} since {clock(self.since)}: {self.reason}"


def clock(at: float) -> str:
    """``2026-11-21 03:04:05 +0100``, in the time zone of this machine."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


class Suspensions:
    """Those in force; expired ones fall out by themselves."""

    def __init__(
        self,
        known: Iterable[Any] = (),
        changed: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._by_target = {one.target: one for one in filter(None, map(_suspension, known))}
        self._changed = changed
        self._now = now

    def __iter__(self) -> Iterator[Suspension]:
        return iter(sorted(self._by_target.values(), key=lambda one: one.target))

    def of(self, device: str) -> Suspension | None:
        """What keeps ``device`` from being written, the one that lasts longest."""
        found = [one for one in self._by_target.values() if fnmatchcase(device, one.target) and not self._over(one)]
        return max(found, key=lambda one: one.until or float("inf"), default=None)

    def add(self, suspension: Suspension) -> None:
        """In force from now on, in place of one for the same target."""
        self._by_target[suspension.target] = suspension
        self._changed()

    def drop(self, target: str) -> list[Suspension]:
        """End what was asked for ``target``, and, if that is a device, nothing that others share. What has ended."""
        ended = [self._by_target.pop(target)] if target in self._by_target else []
        if ended:
            self._changed()
        return ended

    def expire(self) -> list[Suspension]:
        """Those whose time is over, once."""
        over = [one for one in self._by_target.values() if self._over(one)]
        for one in over:
            self._by_target.pop(one.target)
        if over:
            self._changed()
        return over

    @property
    def next_end(self) -> float | None:
        return min((one.until for one in self._by_target.values() if one.until is not None), default=None)

    def documents(self) -> list[dict[str, object]]:
        """As JSON; without an end there is no ``until``."""
        return [{name: value for name, value in asdict(one).items() if value is not None} for one in self]

    def _over(self, one: Suspension) -> bool:
        return one.until is not None and one.until <= self._now()


def _suspension(found: Any) -> Suspension | None:
    """From the state directory, where anything may stand."""
    try:
        return TypeAdapter(Suspension).validate_python(found)
    except ValidationError:
        return None
