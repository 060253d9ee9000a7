"""What is counted from what happens: drifts found and put back, changes written, failures, and how long it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics

from reconciler.report.event import Event

VERBS = ("create", "adopt", "update", "replace", "delete")
"""See `core.change.Change.verb`."""
FAST = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 90.0, 300.0)
"""Seconds. A node tells at once, a switch is asked every 10 s, and 90 s is when a node is read again unasked."""
SLOW = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which no rule of ours needs


@dataclass(slots=True)
class Count:
    """One device since the start. ``applied``: changes written and proven, by verb."""

    drifts: int = 0
    healed: int = 0
    failures: int = 0
    applied: Counter[str] = field(default_factory=Counter)


NOTHING = Count()


class Tally:
    """Hears events; whatever stands in their data, nothing raises."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counts: dict[str, Count] = {}
        self._detection = Histogram(
            "reconciler_drift_detection_seconds",
            "From the moment at which a device told of a drift (heard), or else was last known to be as wanted (read: "
            "at most so long), until the drift was noticed.",
            ["by"],
            registry=registry,
            buckets=FAST,
        )
        for by in ("heard", "read"):
            self._detection.labels(by)
        self._healing = Histogram(
            "reconciler_drift_healing_seconds",
            "From the moment at which a device told of a drift, or else it was found, until it was proven again.",
            registry=registry,
            buckets=FAST,
        )
        self._rollout = Histogram(
            "reconciler_rollout_seconds",
            "From a revision being put in force until every device has had its turn.",
            registry=registry,
            buckets=SLOW,
        )

    def of(self, device: str) -> Count:
        """What has been counted of it; nothing, if nothing was."""
        return self._counts.get(device, NOTHING)

    def keep(self, devices: Collection[str]) -> None:
        """All others are no devices of ours any more."""
        for gone in self._counts.keys() - devices:
            del self._counts[gone]

    def hear(self, event: Event) -> None:
        if event.kind == "rollout":
            self._observe(self._rollout, event.data.get("took"))
        if not event.device:
            return
        data, condition = event.data, (event.data.get("condition"), event.data.get("episode"))
        if condition == ("drift", "opened"):
            self._count(event).drifts += 1
            self._detected(data)
        elif event.kind == "healed":
            self._count(event).healed += 1
            self._observe(self._healing, data.get("took"))
            self._count(event).applied.update(_verbs(data))
        elif event.kind == "applied":
            self._count(event).applied.update(_verbs(data))
        elif event.kind == "retry":
            self._count(event).failures += 1

    def _count(self, event: Event) -> Count:
        return self._counts.setdefault(event.device, Count())

    def _detected(self, data: Mapping[str, object]) -> None:
        """``seen``: when the device told us, or, if it did not, when we found it; ``noticed``: when we saw what."""
        heard = data.get("told") is True
        began, noticed = data.get("seen" if heard else "good"), data.get("noticed")
        if isinstance(began, (int, float)) and isinstance(noticed, (int, float)):
            self._observe(self._detection.labels("heard" if heard else "read"), noticed - began)

    def _observe(self, histogram: Histogram, seconds: object) -> None:
        """A clock may have been put back in between."""
        if isinstance(seconds, (int, float)):
            histogram.observe(max(0.0, seconds))


def _verbs(data: Mapping[str, object]) -> Iterator[str]:
    """Of the changes that were written; ``changes`` as `report.plan_json.change_document` has them."""
    changes = data.get("changes")
    for change in changes if isinstance(changes, list) else ():
        if isinstance(change, Mapping) and change.get("written") is True and change.get("verb") in VERBS:
            yield str(change["verb"])
