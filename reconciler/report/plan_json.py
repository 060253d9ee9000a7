"""A plan as programs read it: ``plan/v1`` of the contract, section 5."""

from __future__ import annotations

from reconciler.core.change import Change
from reconciler.core.codec import attributes, plain
from reconciler.core.plan import Cause, DevicePlan, Plan, Planned
from reconciler.core.schedule import Pair, Schedule

SCHEMA = "reconciler/plan/v1"


def document(plan: Plan) -> dict[str, object]:
    """The plan as a JSON object; absent values are left out, an absent side of a change is ``{}``."""
    warnings = {"warnings": list(plan.warnings)} if plan.warnings else {}
    return {
        "schema": SCHEMA,
        "revision": plan.revision,
        "digest": plan.digest,
        **warnings,
        "devices": [_device(device) for device in plan.devices],
        **(_order(plan.schedule) if plan.schedule is not None else {}),
        "summary": plan.summary,
    }


def _order(schedule: Schedule) -> dict[str, object]:
    """``stages``: which changes go to which devices at the same time. ``blast``: what that does to pairs of nodes.

    ``meanwhile``: what is made in one stage and gone after a later one, where there is something.
    """
    blast = schedule.blast
    interrupted = [{**_pair(pair), "why": why} for pair, why in sorted(blast.interrupted.items())]
    named = {"gained": blast.gained, "lost": blast.lost, "unknown": blast.unknown}
    listed = {name: [_pair(pair) for pair in sorted(pairs)] for name, pairs in named.items()}
    stages = [
        {step.device: [list(change.key) for change in step.changes] for step in one.steps} for one in schedule.stages
    ]
    only = {device: [list(one.key) for one in some] for device, some in sorted(schedule.stand_ins.items())}
    return {
        "stages": stages,
        **({"meanwhile": only} if only else {}),
        "blast": {"pairs": blast.pairs, "affected": len(blast.affected), "interrupted": interrupted, **listed},
    }


def _pair(pair: Pair) -> dict[str, object]:
    return {"from": pair.source, "to": pair.target}


def _device(device: DevicePlan) -> dict[str, object]:
    head = {"name": device.name, "platform": device.platform, "status": device.status}
    reason = {"reason": device.reason} if device.reason else {}
    notes = {"notes": list(device.notes)} if device.notes else {}
    ignored = {"ignored": len(device.ignored)} if device.ignored else {}
    changes = [change_document(planned, device.cause) for planned in device.changes]
    return {**head, **reason, "changes": changes, **notes, **ignored}


def change_document(planned: Planned, cause: Cause) -> dict[str, object]:
    """One change as in a plan."""
    return {
        **change_said(planned.change),
        "cause": cause,
        "commands": list(planned.commands),
        "written": planned.written,
        **({"otherwise": planned.otherwise} if planned.otherwise else {}),
        **({"withheld": planned.withheld} if planned.withheld else {}),
    }


def change_said(change: Change) -> dict[str, object]:
    """What becomes of what, and where that is wanted: also where nothing is going to be written."""
    origin = {"origin": change.subject.origin} if change.subject.origin else {}
    return {
        "verb": change.verb,
        "kind": change.key.kind,
        "name": change.key.name,
        "before": attributes(change.before) if change.before else {},
        "after": attributes(change.after) if change.after else {},
        "fields": {name: [plain(old), plain(new)] for name, (old, new) in change.fields.items()},
        **origin,
    }
