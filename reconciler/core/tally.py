"""How much one revision does to all devices together, while they are planned one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core.limits import Extent, Limits, too_much
from reconciler.core.words import plural


@dataclass
class Tally:
    """What each device's plan does, and which of them were let through: they count also once they are carried out."""

    _owned: dict[str, int] = field(default_factory=dict)
    _admitted: dict[str, Extent] = field(default_factory=dict)

    def refused(self, plans: Mapping[str, Extent], limits: Limits, devices: int) -> dict[str, str]:
        """Those of ``plans`` that are too much together with all that were let through before, and why; else none.

        ``devices``: how many there are; those that were not planned so far are taken to have as much as the others.
        A plan that was let through is not judged again unless it has grown (what is left of it after applying is less).
        """
        self._count(plans)
        new = {name: does for name, does in plans.items() if not self._covers(name, does)}
        reason = self._judged(self._admitted | new, limits, devices) if new else None
        if reason is not None:
            return dict.fromkeys(new, reason)
        self.let(new)
        return {}

    def let(self, plans: Mapping[str, Extent]) -> None:
        """These may go on, whatever they do."""
        self._count(plans)
        self._admitted |= {name: does for name, does in plans.items() if not does.is_harmless}

    def _count(self, plans: Mapping[str, Extent]) -> None:
        """What is ours now; what was deleted meanwhile was ours, too."""
        self._owned |= {name: max(does.owned, self._owned.get(name, 0)) for name, does in plans.items()}

    def _covers(self, name: str, does: Extent) -> bool:
        before = self._admitted.get(name, Extent())
        return does.deletes <= before.deletes and does.updates <= before.updates

    def _judged(self, counted: Mapping[str, Extent], limits: Limits, devices: int) -> str | None:
        owned = round(sum(self._owned.values()) / len(self._owned) * max(devices, len(self._owned)))
        does = Extent(sum(x.deletes for x in counted.values()), sum(x.updates for x in counted.values()), owned)
        said = too_much(does, limits)
        return said and f"on {plural(len(counted), 'device')} together {said}"
