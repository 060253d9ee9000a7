"""What of a plan is held: too much at once, or the branch that we sit on; and what somebody has agreed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core import limits as checks
from reconciler.core.limits import EACH, Extent, Limits
from reconciler.core.plan import DevicePlan
from reconciler.engine.plan import held


@dataclass(frozen=True, slots=True)
class Leave:
    """What somebody has agreed to. ``out_of_band``: there is another way into the device. ``armed``: it comes back."""

    approved: bool = False
    lockout: bool = False
    out_of_band: bool = False
    armed: bool = True

    @property
    def to_cut(self) -> bool:
        """Whether our own way to a device may be cut."""
        return self.armed and (self.lockout or (self.approved and self.out_of_band))


NOTHING = Leave()


def restrain(
    plan: DevicePlan, holds: Sequence[str], limits: Limits = EACH, leave: Leave = NOTHING, cut: str | None = None
) -> DevicePlan:
    """The plan, held where a limit says so, for what its wish ``holds``, or since a way to us would be ``cut``.

    An approval lifts what a person may decide, never the rest.
    """
    if plan.status in ("unreachable", "held") or plan.reading is None:
        return plan
    reading = plan.reading
    session, way = reading.session, reading.way
    written = plan.written
    never: Sequence[Callable[[], str | None]] = (
        lambda: checks.immutable_pools(written),
        lambda: checks.strange_interfaces(written),
        lambda: checks.interfaces_on_top(written, reading.found, reading.partial),
    )
    for limit in never:
        if reason := limit():
            return held(plan, reason)
    cutting = checks.own_session(written, session, way) or cut
    if cutting and not leave.to_cut:
        return held(plan, cutting, approvable=leave.out_of_band)
    if holds and any(not planned.written and not planned.withheld for planned in plan.changes):
        return held(plan, "; ".join(holds))
    reason = checks.too_much(checks.extent(written, plan.owned), limits)
    return held(plan, reason, approvable=True) if reason and not leave.approved else plan


def extents(plans: Iterable[DevicePlan]) -> dict[str, Extent]:
    """What would be written now, by device; a device that could not be read says nothing."""
    return {
        plan.name: checks.extent(plan.written if plan.writes else (), plan.owned)
        for plan in plans
        if plan.reading is not None
    }


def in_total(plans: Sequence[DevicePlan], refused: Mapping[str, str]) -> tuple[DevicePlan, ...]:
    """The plans; of those that are too much together with all others (device -> why) nothing is sent."""
    return tuple(held(plan, refused[plan.name], approvable=True) if plan.name in refused else plan for plan in plans)
