"""What two revisions have of difference, as programs read it: ``diff/v1`` of the contract, section 5."""

from __future__ import annotations

from reconciler.core.change import VERBS
from reconciler.report.difference import DeviceDifference, Difference
from reconciler.report.difference_text import lines
from reconciler.report.document_changes import DocumentChange, Field
from reconciler.report.plan_json import change_said
from reconciler.report.screen import Screen

SCHEMA = "reconciler/diff/v1"


def document(difference: Difference) -> dict[str, object]:
    """As a JSON object; absent values are left out, an absent side of a change is ``{}``."""
    count = difference.count
    return {
        "schema": SCHEMA,
        "old": difference.old.revision,
        "new": difference.new.revision,
        "documents": [_document(one) for one in difference.documents],
        "devices": [_device(one) for one in difference.devices],
        "summary": {verb: count[verb] for verb in VERBS if verb != "adopt"},
    }


def answer(difference: Difference, width: int | None = None) -> dict[str, object]:
    """The same with ``lines`` for people, on a screen of that ``width``: what the daemon answers (GET /v1/diff)."""
    return document(difference) | {"lines": list(lines(difference, Screen(width)))}


def _document(change: DocumentChange) -> dict[str, object]:
    head = {"verb": change.verb, "kind": change.kind, "name": change.name, "origin": change.origin}
    return head | ({"fields": [_field(one) for one in change.fields]} if change.fields else {})


def _field(one: Field) -> dict[str, object]:
    sides = {"old": one.old, "new": one.new}
    return {"path": one.path, **{side: value for side, value in sides.items() if value is not None}} | {
        "origin": one.origin
    }


def _device(device: DeviceDifference) -> dict[str, object]:
    kind = {"kind": device.kind} if device.kind else {}
    if device.gone:
        return {"name": device.name, **kind, "gone": True, "changes": []}
    counted = {name: number for name in ("more", "unknown") if (number := getattr(device, name))}
    return {"name": device.name, **kind, "changes": [change_said(change) for change in device.changes], **counted}
