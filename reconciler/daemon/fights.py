"""Somebody else writes the same entry again and again: after a few rounds healing it only makes noise, so it stops."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, asdict, dataclass, field

from pydantic import TypeAdapter, ValidationError

from reconciler.core.change import Change
from reconciler.core.codec import attributes
from reconciler.core.resource import Key
from reconciler.report.plan_text import turn

KEPT = 10_000
"""Entries whose healing is remembered; a flood of them is no fight about one."""


@dataclass(frozen=True, slots=True)
class Fight:
    """One entry that does not stay as it is healed. ``times``: when it was, in seconds since the epoch."""

    device: str
    key: Key
    words: str
    times: tuple[float, ...]

    @property
    def subject(self) -> str:
        return f"{self.device}: {self.key}"

    def __str__(self) -> str:
        return f"{self.words}; healing of it stops until `reconcile resume {self.device}`"


@dataclass
class Fights:
    """Healed entries and when. ``flips`` within ``within`` seconds: the next time the entry is left alone.

    ``known``: fights from before a restart, whatever stands there; ``changed``: they are to be kept.
    """

    flips: int = 3
    within: float = 600.0
    clock: Callable[[], float] = time.time
    known: InitVar[object] = ()
    changed: Callable[[], None] = lambda: None
    _healed: dict[tuple[str, Key], deque[float]] = field(default_factory=dict)
    _open: dict[tuple[str, Key], Fight] = field(default_factory=dict)

    def __post_init__(self, known: object) -> None:
        fights = filter(None, map(_fight, known if isinstance(known, list) else ()))
        self._open = {(fight.device, fight.key): fight for fight in fights}

    def __iter__(self) -> Iterator[Fight]:
        return iter(sorted(self._open.values(), key=lambda fight: (fight.device, fight.key)))

    def become(self, flips: int, within: float) -> None:
        """Other limits. A fight that is known goes on until somebody has looked after it."""
        self.flips, self.within = flips, within
        self._healed = {entry: deque(times, maxlen=flips) for entry, times in self._healed.items()}

    def healed(self, device: str, changes: Iterable[Change]) -> None:
        """These entries had drifted and were put back."""
        for change in changes:
            times = self._healed.setdefault((device, change.key), deque(maxlen=self.flips))
            times.append(self.clock())
        while len(self._healed) > KEPT:
            self._healed.pop(next(iter(self._healed)))

    def judged(self, device: str, change: Change) -> Fight | None:
        """The fight that ``change``, a drift, is part of, or would begin if it came to it."""
        entry = (device, change.key)
        if entry in self._open or self._recent(entry) < self.flips:
            return self._open.get(entry)
        return Fight(device, change.key, _against(change), tuple(self._healed[entry]))

    def begin(self, fight: Fight) -> None:
        """From now on, until somebody has looked after it."""
        if self._open.setdefault((fight.device, fight.key), fight) is fight:
            self.changed()

    def documents(self) -> list[dict[str, object]]:
        """What a restart has to know."""
        return [asdict(fight) | {"key": list(fight.key), "times": list(fight.times)} for fight in self]

    def acknowledge(self, device: str) -> list[Fight]:
        """Somebody has looked after it: healing goes on. The fights that end."""
        ended = [fight for (name, _), fight in self._open.items() if name == device]
        for fight in ended:
            self._open.pop((device, fight.key))
            self._healed.pop((device, fight.key), None)
        if ended:
            self.changed()
        return ended

    def _recent(self, entry: tuple[str, Key]) -> int:
        now = self.clock()  # what was healed in the future was healed before the clock was put back
        return sum(now - self.within <= at <= now for at in self._healed.get(entry, ()))


def _fight(found: object) -> Fight | None:
    """From the state directory, where anything may stand."""
    try:
        return TypeAdapter(Fight).validate_python(found)
    except ValidationError:
        return None


def _against(change: Change) -> str:
    """What somebody else makes of the entry, and who that may be."""
    if change.before is None:
        return f"{change.key} is removed again and again"
    number = change.before.values.get("protocol")
    protocol = "" if number is None else f" by protocol {number}"
    if change.after is None:
        said = ", ".join(f"{name} {value}" for name, value in attributes(change.before).items())
        return f"{change.key} comes back again and again{protocol}: {said}"
    values = ", ".join(f"{name} {turn(new, old)}" for name, (old, new) in change.fields.items())
    return f"{change.key} is changed again and again{protocol}: {values}"
