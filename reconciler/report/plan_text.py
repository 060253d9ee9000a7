"""A plan as people read it: by device, one line a change, every changed attribute as old → new, and a last line."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from reconciler.core.change import SIGNS, Change, Verb
from reconciler.core.codec import plain
from reconciler.core.plan import DevicePlan, Ignored, Plan, Planned
from reconciler.core.words import plural, printable
from reconciler.report import blast_text
from reconciler.report.nested import parts
from reconciler.report.screen import PIPE, Screen
from reconciler.report.text import Piece, Text, folded

COLORS: dict[Verb, str] = {
    "create": "green",
    "adopt": "cyan",
    "update": "yellow",
    "replace": "magenta",
    "delete": "red",
}
NOT_WRITTEN = "(not written)"
WayOut = Callable[[Sequence[DevicePlan]], str]
"""The words that have held devices, which all say the same, carried out: `reconcile approve 9e01962fb62a`."""


def lines(plan: Plan, screen: Screen = PIPE, way_out: WayOut | None = None) -> Iterator[str]:
    """The whole plan, then whom it touches; the last line counts.

    ``way_out``: how it is approved; without it as a single run is.
    """
    yield from blocks(plan.devices, screen, way_out or (lambda devices: f"--approve {plan.digest}"))
    yield from blast_text.lines(plan, screen)
    yield summary(plan)


def blocks(devices: Iterable[DevicePlan], screen: Screen, way_out: WayOut) -> Iterator[str]:
    """What is to be said of each device, an empty line after each; devices with the same text are one block."""
    for alike in _folded(devices, screen):
        names = ", ".join(device.name for device in alike)
        yield from folded([Piece(f"{names} ({alike[0].platform})", bold=True)], screen)
        for line in _device(alike[0], screen, _approval(alike, way_out)):
            yield from line.printed(screen)
        yield ""


def summary(plan: Plan) -> str:
    """``Plan: …`` with what would be done, or ``In sync: …``; then who is unknown or held."""
    total, unknown = len(plan.devices), len(plan.having("unreachable", "unreadable"))
    held = len(plan.having("held"))
    if not unknown and not held and not plan.count.total():
        return f"In sync: {total} devices, {sum(device.owned for device in plan.devices)} resources."
    count = plan.count
    counted = (
        f"Plan: {count['create']} to create, {count['adopt']} to adopt, {count['update'] + count['replace']} to change,"
        f" {count['delete']} to delete on {sum(bool(device.changes) for device in plan.devices)} of {total} devices."
    )
    rest = [f"{plan.summary['in_sync']} in sync."]
    rest += [f"{unknown} unknown."] if unknown else []
    rest += [f"{held} held."] if held else []
    return " ".join([counted, *rest])


def _folded(devices: Iterable[DevicePlan], screen: Screen) -> list[list[DevicePlan]]:
    """Devices that have the same to say are said once; those in sync are left to the last line."""
    groups: dict[object, list[DevicePlan]] = {}
    for device in devices:
        if not device.in_sync or device.notes:
            said = (tuple(_device(device, screen)), device.platform, device.approvable, device.vanished)
            groups.setdefault(said, []).append(device)
    return list(groups.values())


def _device(device: DevicePlan, screen: Screen, approval: str = "") -> Iterator[Text]:
    if device.status != "ok":
        yield Text(f"! {device.status}: {device.reason}{approval}")
    yield from (change_text(planned, screen) for planned in device.changes)
    yield from (Text(f"? {note}") for note in device.notes)
    yield from (_ignored_text(one) for one in (device.ignored if screen.verbose else ()))


def _approval(alike: Sequence[DevicePlan], way_out: WayOut) -> str:
    if not alike[0].approvable:
        return ""
    result = "forgets it, its configuration stays as it is" if alike[0].vanished else "applies it"
    return f"; {way_out(alike)} {result}"


def change_text(planned: Planned, screen: Screen) -> Text:
    """One change on one line."""
    change = planned.change
    other = f"(otherwise: {planned.otherwise})" if screen.verbose and planned.otherwise else ""
    detail = " ".join(filter(None, (_detail(change), _not_written(planned), other)))
    origin = change.subject.origin.partition(", ")[0]
    return Text(f"{SIGNS[change.verb]} {change.key}", detail, f"[{origin}]" if origin else "", COLORS[change.verb])


def _ignored_text(one: Ignored) -> Text:
    """A difference that is left as it is, as the change that it would be, and the line that says so."""
    detail = f"{_detail(one.change, one.fields)} (ignored)"
    return Text(f"= {one.change.key}", detail, f"[{one.origin}]" if one.origin else "")


def change_words(planned: Planned) -> str:
    """One change on one line, as in a plan, without why it is not written: whoever lists many says that once."""
    line = change_text(dataclasses.replace(planned, withheld=""), PIPE)
    return printable(" ".join(part for part in (line.head, line.detail, line.origin) if part))


def _not_written(planned: Planned) -> str:
    if planned.written:
        return ""
    return f"(not written: {planned.withheld})" if planned.withheld else NOT_WRITTEN


def _detail(change: Change, only: Collection[str] = ()) -> str:
    """``only``: of an entry that stays these attributes; none: all that differ."""
    if change.after is None:
        return "wanted by no document"
    if change.before is None:
        return values_words(change.after.told)
    fields = [(name, sides) for name, sides in change.fields.items() if not only or name in only]
    differing = (part for name, (old, new) in fields for part in parts(name, plain(old), plain(new)))
    changed = ", ".join(f"{part.path} {turn(part.old, part.new)}" for part in differing)
    again = f", and {plural(len(change.replays), 'entry', 'entries')} on it again" if change.replays else ""
    return changed + again


def values_words(values: Mapping[str, object]) -> str:
    """``gateway 10.0.0.1, dev eth1``."""
    return ", ".join(f"{name} {_shown(value)}" for name, value in values.items())


def turn(old: object, new: object) -> str:
    """``old → new``; a text in quotes where it looks like what it is not: a trunk of no VLAN, and no trunk list."""
    sides = (_shown(old), _shown(new))
    if sides[0] == sides[1]:
        sides = (_quoted(old), _quoted(new))
    return " → ".join(sides)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return f"[{', '.join(value)}]"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return json.dumps(value) if isinstance(value, bool) else str(value)
