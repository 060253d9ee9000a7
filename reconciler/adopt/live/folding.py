"""Many lines under `ignore` that together say "everything of this kind on that interface", as the one that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.adopt.live.sketch import Sketch
from reconciler.core.resource import Key
from reconciler.core.words import plural

FEW = 4
"""So many lines are read one by one."""
ON = re.compile(r".* dev ([A-Za-z0-9_.+-]+)(?: dst .*)?")
Line = Mapping[str, Any]


def folded(sketch: Sketch, keys: Iterable[Key]) -> bool:
    """Whether something could be folded. ``keys``: all that the device has, and all that is wanted of it."""
    groups: dict[tuple[str, tuple[str, ...], str], list[Line]] = {}
    for line in sketch.spec.get("ignore", ()):
        if on := ON.fullmatch(line["name"]):
            groups.setdefault((line["kind"], tuple(line.get("fields", ())), on[1]), []).append(line)
    there: dict[tuple[str, str], set[str]] = {}
    for key in keys:
        if on := ON.fullmatch(key.name):
            there.setdefault((key.kind, on[1]), set()).add(key.name)
    found = False
    for (kind, fields, dev), lines in groups.items():
        if len(lines) > FEW and there.get((kind, dev), set()) <= {line["name"] for line in lines}:
            _replace(
                sketch, lines, {"kind": kind, "name": f"* dev {dev}*"} | ({"fields": list(fields)} if fields else {})
            )
            found = True
    return found


def _replace(sketch: Sketch, lines: list[Line], whole: dict[str, Any]) -> None:
    gone = set(map(id, lines))
    sketch.spec["ignore"] = [line for line in sketch.spec["ignore"] if id(line) not in gone]
    sketch.add("ignore", whole, f"{plural(len(lines), 'line')} in one: take it out to have all of them put right")
