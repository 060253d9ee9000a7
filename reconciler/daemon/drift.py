"""What a drift is told as: what differs, since when, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.plan import DevicePlan, Planned
from reconciler.core.span import words
from reconciler.core.words import plural
from reconciler.report.plan_json import change_document
from reconciler.report.plan_text import change_words

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

    def words(self, waits: str = "") -> str:
        """``drift on k01-worker: ~ fdb … dst 10.0.0.9 → 10.0.0.2; by admin on vty3 (10.0.0.5)``.

        ``waits``: why it is not put back now.
        """
        by = f"; by {self.by}" if self.by else ""
        since = "" if self.told or self.good is None else f"; since {words(self.seen - self.good)} at most"
        held = f"; {waits}" if waits else ""
        return f"drift on {self.device}: {listed(self.changes)}{by}{since}{held}"

    def healed(self, now: float) -> str:
        """``now``: seconds since the epoch."""
        after = "after the drift" if self.told else "after it was found"
        entries = plural(len(self.changes), "entry", "entries")
        return f"{self.device}: put back {entries} {max(0.0, now - self.seen):.2f} s {after}"

    @property
    def data(self) -> Mapping[str, object]:
        """For programs; what is not known is left out."""
        changes = [change_document(planned, "drift") for planned in self.changes[:KEPT]]
        by = {"by": self.by} if self.by else {}
        good = {} if self.good is None else {"good": self.good}
        known = {"digest": self.digest, "seen": self.seen, "told": self.told, **good, **by}
        return {**known, "changes": changes, "count": len(self.changes)}


def listed(changes: Iterable[Planned]) -> str:
    """The first changes in words, and how many more there are."""
    known = list(changes)
    more = f"; and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return "; ".join(map(change_words, known[:SHOWN])) + more


def shows_drift(plan: DevicePlan) -> bool:
    """Whether the device differs although nothing else is wanted of it."""
    return plan.cause == "drift" and bool(plan.changes)
