"""When a plan waits for a person: it would delete or change too much, or it would cut the branch that we sit on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.absent import LINK
from reconciler.core.change import Change
from reconciler.core.resource import Key, State
from reconciler.core.way import Way
from reconciler.core.words import plural


@dataclass(frozen=True, slots=True)
class Bound:
    """What is beyond it waits: at least ``count`` entries, and more than ``percent`` (0 to 100) of what is ours.

    Both have to hold: a small table may change as a whole, and a large one a little at a time.
    """

    percent: float
    count: int

    def is_broken(self, number: int, owned: int) -> bool:
        return number >= self.count and number * 100 > self.percent * owned


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is ours one plan may delete and change of its own accord, on one device or on all together.

    ``updates`` are changes of entries that are ours and stay (update, replace). What is adopted counts for neither: it
    was never ours, and stands in the documents entry by entry.
    """

    deletes: Bound = Bound(30, 10)
    updates: Bound = Bound(50, 100)


EACH = Limits()
"""Of one device, where nobody says otherwise."""
TOTAL = Limits(Bound(30, 100), Bound(50, 1000))
"""Of all devices together."""


@dataclass(frozen=True, slots=True)
class FleetLimits:
    """Each device's limits, those of devices without any of their own, and those of all together."""

    default: Limits = EACH
    total: Limits = TOTAL
    devices: Mapping[str, Limits] = field(default_factory=dict)

    def of(self, device: str) -> Limits:
        return self.devices.get(device, self.default)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a plan does: entries that it deletes and updates, of so many that are ours."""

    deletes: int = 0
    updates: int = 0
    owned: int = 0

    @property
    def is_harmless(self) -> bool:
        """Whether it only adds."""
        return not (self.deletes or self.updates)


def extent(changes: Iterable[Change], owned: int) -> Extent:
    """``changes``: those that would be written; ``owned``: entries that are ours now."""
    verbs = [change.verb for change in changes]
    return Extent(verbs.count("delete"), verbs.count("update") + verbs.count("replace"), owned)


def too_much(does: Extent, limits: Limits) -> str | None:
    """Why a plan of this extent is held."""
    judged = (("delete", does.deletes, limits.deletes), ("change", does.updates, limits.updates))
    said = [
        f"would {verb} {number} of {plural(does.owned, 'owned entry', 'owned entries')}, more than {bound.percent:g}%"
        for verb, number, bound in judged
        if bound.is_broken(number, does.owned)
    ]
    return "; ".join(said) or None


def own_session(changes: Sequence[Change], session: Mapping[Key, str], way: Way | None = None) -> str | None:
    """Why the plan is refused: it would cut our own session.

    By changing what carries it (``session``: key -> reason), or by leading the packets back to us off their ``way``.
    """
    reasons = [(change, session.get(change.key) or (way and way.cut_by(change, changes))) for change in changes]
    return "; ".join(f"would {change.verb} {change.key}: {reason}" for change, reason in reasons if reason) or None


def strange_interfaces(changes: Iterable[Change]) -> str | None:
    """Why the plan is refused: for an interface of ours, one that somebody else made would have to be deleted."""
    hits = [
        f"{change.key} is there, is another one, and does not carry our mark; use another name, or delete it first"
        for change in changes
        if change.key.kind == LINK and change.adopts and change.recreates
    ]
    return "; ".join(hits) or None


def interfaces_on_top(changes: Sequence[Change], *states: State) -> str | None:
    """Why the plan is refused: an interface of somebody else's, in one of ``states``, would go with one of ours.

    Kernel: a macvlan, a VLAN and a tunnel are deleted along with the device below them, also where that is made again.
    """
    links = [change for change in changes if change.key.kind == LINK]
    gone = {change.subject.name for change in links if change.after is None or change.recreates}
    if not gone:
        return None
    meant = {key for change in changes for key in (change.key, *(one.key for one in change.replays))}
    there = (one for state in states for key, one in state.items() if key.kind == LINK and key not in meant)
    upon = ((one.key, getattr(one, "lower", None)) for one in there)
    hits = [f"{key} stands on {lower}, and would go with it; delete it first" for key, lower in upon if lower in gone]
    return "; ".join(hits) or None


def immutable_pools(changes: Iterable[Change]) -> str | None:
    """Why the plan is refused: Calico fixes a pool's ``cidr`` and ``blockSize`` at creation (clientv3/ippool.go)."""
    hits = [
        f"{change.key}: {field} is {old} and cannot become {new}; make a new pool, move the pods, drop the old one"
        for change in changes
        if change.key.kind == "ippool" and change.recreates
        for field, (old, new) in change.fields.items()
        if field in change.subject.recreated_by
    ]
    return "; ".join(hits) or None
