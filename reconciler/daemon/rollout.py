"""One revision on its way to all devices: who has settled, who has not, and how it ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from reconciler.core.words import brief, plural
from reconciler.daemon.event import Bus
from reconciler.daemon.standing import Phase, Standing
from reconciler.report.event import Event

TROUBLE: tuple[Phase, ...] = ("failed", "unreachable", "unreadable", "held", "withheld")


@dataclass
class Rollout:
    """It is over once every device has had its turn under ``revision``; what comes later is drift or a retry."""

    revision: str
    bus: Bus
    waiting: set[str]
    ended: dict[str, Standing] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    end: Event | None = None

    def settled(self, device: str, standing: Standing) -> None:
        """A device has had its turn."""
        if device in self.waiting and standing.revision == self.revision:
            self.ended[device] = standing
            self._without({device})

    def dropped(self, devices: Iterable[str]) -> None:
        """These are nobody's business any more."""
        self._without(self.waiting & set(devices))

    def _without(self, devices: set[str]) -> None:
        self.waiting -= devices
        if not self.waiting and self.end is None:
            self._tell()

    def _tell(self) -> None:
        took = time.monotonic() - self.began
        phases = Counter(standing.phase for standing in self.ended.values())
        bad = [f"{count} {phase}" for phase in TROUBLE if (count := phases[phase])]
        fine = f"{phases['in sync']} of {plural(len(self.ended), 'device')} in sync"
        words = f"revision {brief(self.revision)}: {', '.join([fine, *bad])} after {took:.1f} s"
        data = {"revision": self.revision, "took": round(took, 3), "phases": dict(phases), "converged": not bad}
        self.end = Event("rollout", words, level="warning" if bad else "info", data=data)
        self.bus.publish(self.end)
