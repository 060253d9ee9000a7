"""A plan as people read it: by device, one line a change, every changed attribute as old → new, and a last line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import click

from reconciler.cli.nested import parts
from reconciler.core.change import SIGNS, Change, Verb
from reconciler.core.codec import plain
from reconciler.core.plan import DevicePlan, Plan, Planned
from reconciler.core.words import plural

COLORS: dict[Verb, str] = {
    "create": "green",
    "adopt": "cyan",
    "update": "yellow",
    "replace": "magenta",
    "delete": "red",
}
NOT_WRITTEN = "(not written)"


def lines(plan: Plan, *, color: bool = False) -> Iterator[str]:
    """The whole plan; the last line counts."""
    for names, device in _folded(plan.devices):
        yield from _device(names, device, color)
        yield ""
    yield summary(plan)


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


def _folded(devices: Iterable[DevicePlan]) -> list[tuple[list[str], DevicePlan]]:
    """Devices that have the same to say are said once; those in sync are left to the last line."""
    groups: dict[object, tuple[list[str], DevicePlan]] = {}
    for device in devices:
        if not device.in_sync or device.notes:
            said = (tuple(_device([], device, False)), device.platform)
            groups.setdefault(said, ([], device))[0].append(device.name)
    return list(groups.values())


def _device(names: Sequence[str], device: DevicePlan, color: bool) -> Iterator[str]:
    title = f"{', '.join(names)} ({device.platform})"
    yield click.style(title, bold=True) if color else title
    if device.status != "ok":
        approval = "; --approve with this plan's digest applies it" if device.approvable else ""
        yield f"  ! {device.status}: {device.reason}{approval}"
    for planned in device.changes:
        yield _line(planned, color)
    yield from (f"  ? {note}" for note in device.notes)


def _line(planned: Planned, color: bool) -> str:
    change = planned.change
    head = f"{SIGNS[change.verb]} {change.key}"
    detail = " ".join(part for part in (_detail(change), "" if planned.written else NOT_WRITTEN) if part)
    origin = f"  [{change.subject.origin.partition(', ')[0]}]" if change.subject.origin else ""
    if color:
        head, origin = click.style(head, fg=COLORS[change.verb]), click.style(origin, dim=True)
    return f"  {head}" + (f"  {detail}" if detail else "") + origin


def _detail(change: Change) -> str:
    if change.after is None:
        return "wanted by no document"
    if change.before is None:
        return ", ".join(f"{name} {_shown(value)}" for name, value in change.after.told.items())
    differing = (part for name, (old, new) in change.fields.items() for part in parts(name, plain(old), plain(new)))
    changed = ", ".join(f"{part.path} {_shown(part.old)} → {_shown(part.new)}" for part in differing)
    again = f", and {plural(len(change.replays), 'entry', 'entries')} on it again" if change.replays else ""
    return changed + again


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return json.dumps(value) if isinstance(value, bool) else str(value)
