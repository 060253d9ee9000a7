"""What a drift is told as: what differs, since when, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.plan import DevicePlan, Planned
from reconciler.core.words import plural
from reconciler.report.event import Event
from reconciler.report.plan_json import change_document
from reconciler.report.plan_text import change_words
from reconciler.settings.duration import words

SHOWN = 5
"""Changes that stand in a line of the log; the event holds them all, up to ``KEPT``."""
KEPT = 200


@dataclass(frozen=True, slots=True)
class Drift:
    """One device that does not stay as it was. Times in seconds since the epoch.

    ``seen``: when it told us, or, if it did not (``told``), when we found it; ``good``: when it was last in sync.
    """

    device: str
    digest: str
    changes: tuple[Planned, ...]
    by: str
    seen: float
    told: bool = True
    good: float | None = None

    @property
    def words(self) -> str:
        """``k01-worker: ~ fdb … dst 10.0.0.9 → 10.0.0.2; by admin on vty3 (10.0.0.5)``."""
        by = f"; by {self.by}" if self.by else ""
        since = "" if self.told or self.good is None else f"; since {words(self.seen - self.good)} at most"
        return f"{self.device}: {listed(self.changes)}{by}{since}"

    def found(self) -> Event:
        return Event("drift", f"drift on {self.words}", self.device, "warning", self._data())

    def healed(self, now: float) -> Event:
        """``now``: seconds since the epoch."""
        took = now - self.seen
        after = "after the drift" if self.told else "after it was found"
        said = f"{self.device}: put back {plural(len(self.changes), 'entry', 'entries')} {took:.2f} s {after}"
        return Event("healed", said, self.device, "info", {**self._data(), "took": round(took, 3)})

    def _data(self) -> Mapping[str, object]:
        changes = [change_document(planned, "drift") for planned in self.changes[:KEPT]]
        by = {"by": self.by} if self.by else {}
        good = {} if self.good is None else {"good": self.good}
        return {"digest": self.digest, "since": self.seen, "told": self.told, **good, **by, "changes": changes}


def listed(changes: Iterable[Planned]) -> str:
    """The first changes in words, and how many more there are."""
    known = list(changes)
    more = f"; and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return "; ".join(map(change_words, known[:SHOWN])) + more


def shows_drift(plan: DevicePlan) -> bool:
    """Whether the device differs although nothing else is wanted of it."""
    return plan.cause == "drift" and bool(plan.changes)
