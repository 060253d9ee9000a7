"""Whether arming is worth it: what could go wrong with a plan that nobody watches over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.core.change import Change
from reconciler.core.plan import DevicePlan, Plan
from reconciler.core.words import plural
from reconciler.engine.transaction.terms import Terms

FOUNDATIONS = frozenset({"link", "address", "rule"})
"""Kinds of a node whose loss takes others along, or the way to the node itself."""


def armed_for(plan: Plan, terms: Terms) -> str:
    """Why the plan is armed, in words; empty: it is sent as it is."""
    if terms.mode == "never" or not plan.writable:
        return ""
    reason = next(_risks(plan, terms), "")
    return reason or ("it is always" if terms.mode == "always" else "")


def _risks(plan: Plan, terms: Terms) -> Iterator[str]:
    devices = plan.writable
    if terms.lockout:
        yield "it may lock us out"
    if len(devices) > 1:
        yield f"it changes {plural(len(devices), 'device')}"
    if plan.schedule is not None:
        blast = plan.schedule.blast
        if blast.interrupted:
            yield f"it interrupts {plural(len(blast.interrupted), 'node pair')}"
    for device in devices:
        yield from _of_device(device)


def _of_device(device: DevicePlan) -> Iterator[str]:
    written = [planned.change for planned in device.changes if planned.written]
    touched = sorted({change.key.kind for change in written} & FOUNDATIONS)
    if touched:
        yield f"it changes {touched[0]} entries of {device.name}, which others stand on"
    if _near(written):
        yield f"it changes a default route of {device.name}"


def _near(changes: Iterable[Change]) -> bool:
    """Routes that lead everywhere, also to us; what is sure to cut us off is held before (`core.limits`)."""
    return any(change.key.kind == "route" and change.key.name.startswith(("0.0.0.0/0 ", "::/0 ")) for change in changes)
