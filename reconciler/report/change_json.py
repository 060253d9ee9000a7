"""A change as a plan's JSON has it, read back: what was recorded is shown to people as a plan shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.core.change import SIGNS, Change
from reconciler.core.codec import from_json
from reconciler.core.plan import Planned
from reconciler.core.resource import Resource
from reconciler.report.plan_text import COLORS, change_text, turn
from reconciler.report.screen import PIPE, Screen
from reconciler.report.text import Text

Document = Mapping[str, Any]
"""As `report.plan_json.change_document` has written it, maybe years ago, by another version."""


def recorded_text(document: Document, screen: Screen = PIPE) -> Text:
    """One change on one line, as in a plan."""
    try:
        return change_text(_planned(document), screen)
    except (ValueError, TypeError, AttributeError, LookupError):
        return _plainly(document)


def _planned(document: Document) -> Planned:
    before, after = (_resource(document, side) for side in ("before", "after"))
    change = Change(before, after, adopts=document["verb"] == "adopt")
    return Planned(change, (), document.get("written", True), withheld=document.get("withheld", ""))


def _resource(document: Document, side: str) -> Resource | None:
    values = document[side]
    if not values:
        return None
    return replace(from_json({"kind": document["kind"], **values}, _kinds()), origin=document.get("origin", ""))


def _plainly(document: Document) -> Text:
    """Of a change that this version would write down in another way."""
    verb, name = document.get("verb", ""), f"{document.get('kind', '')} {document.get('name', '')}"
    fields = document.get("fields", {})
    detail = ", ".join(f"{field} {turn(*sides)}" for field, sides in fields.items() if len(sides) == 2)
    return Text(f"{SIGNS.get(verb, '?')} {name}", detail, color=COLORS.get(verb, ""))


def _kinds() -> Sequence[type[Resource]]:
    from reconciler.cluster.driver import ClusterDriver  # costs time to import: a line of text may do without
    from reconciler.linux.driver import LinuxDriver
    from reconciler.switch.eos.driver import EosDriver

    return [*LinuxDriver.kinds, *ClusterDriver.kinds, *EosDriver.kinds]
