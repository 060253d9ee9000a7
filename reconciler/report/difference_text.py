"""What two revisions have of difference, as people read it: documents, devices as in a plan, and a line that counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.core.change import SIGNS
from reconciler.core.plan import DevicePlan, Planned
from reconciler.core.words import plural
from reconciler.report.difference import DeviceDifference, Difference
from reconciler.report.document_changes import DocumentChange, Verb
from reconciler.report.plan_text import COLORS, blocks, turn
from reconciler.report.screen import PIPE, Screen
from reconciler.report.text import Piece, Text, folded

GONE = "no document mentions it any more; nothing on it is changed"
FEW = 4
"""So many documents that change alike are named."""
ENDINGS: tuple[tuple[Verb, str], ...] = (("update", "changed"), ("create", "created"), ("delete", "deleted"))
Said = tuple[str, ...]


def lines(difference: Difference, screen: Screen = PIPE) -> Iterator[str]:
    """All of it; the last line counts."""
    yield from folded([Piece(f"{difference.old.words} → {difference.new.words}", bold=True)], screen)
    yield ""
    for alike in _folded(difference.documents):
        for text in _document(alike):
            yield from text.printed(screen)
    if difference:
        yield ""
    yield from blocks(map(_as_plan, difference.devices), screen, lambda devices: "")
    yield summary(difference)


def summary(difference: Difference) -> str:
    """``Diff: 2 documents changed, 1 created; 5 devices: 3 to create, 1 to change.``, or ``No difference: …``."""
    if not difference:
        devices = plural(len(difference.all_devices), "device")
        return f"No difference: {plural(difference.all_documents, 'document')}, {devices}."
    verbs = Counter(change.verb for change in difference.documents)
    counted = [f"{verbs[verb]} {ending}" for verb, ending in ENDINGS if verbs[verb]]
    first, rest = counted[0].split(" ", 1)
    documents = ", ".join([f"{plural(int(first), 'document')} {rest}", *counted[1:]])
    gone = sum(device.gone for device in difference.devices)
    unknown = sum(bool(device.unknown) for device in difference.devices)
    more = [f"{gone} no longer mentioned."] * bool(gone) + [f"{unknown} not fully known."] * bool(unknown)
    return " ".join([f"Diff: {documents}; {_devices(difference)}.", *more])


def _devices(difference: Difference) -> str:
    count, concerned = difference.count, sum(bool(device.count) for device in difference.devices)
    changed = count["update"] + count["replace"]
    numbers = ((count["create"], "to create"), (changed, "to change"), (count["delete"], "to delete"))
    if not concerned:
        return "no device is wanted otherwise"
    return f"{plural(concerned, 'device')}: {', '.join(f'{number} {words}' for number, words in numbers if number)}"


def _folded(changes: tuple[DocumentChange, ...]) -> list[list[DocumentChange]]:
    """Documents of a kind that change alike."""
    groups: dict[object, list[DocumentChange]] = {}
    for change in changes:
        groups.setdefault((change.verb, change.kind, _said(change)), []).append(change)
    return list(groups.values())


def _said(change: DocumentChange) -> Said:
    return tuple(f"{field.path} {turn(field.old, field.new)}" for field in change.fields)


def _document(alike: list[DocumentChange]) -> Iterator[Text]:
    """One line an attribute, with the place of the first of them."""
    change = alike[0]
    head = f"{SIGNS[change.verb]} {change.kind} {', '.join(one.name for one in alike[:FEW])}"
    head += f" and {len(alike) - FEW} more" if alike[FEW:] else ""
    color = COLORS[change.verb]
    if not change.fields:
        whole = "differs; too large to be compared value by value" if change.verb == "update" else ""
        yield Text(head, whole, f"[{change.origin}]", color)
    for field, said in zip(change.fields, _said(change), strict=True):
        yield Text(head, said, f"[{field.origin}]", color)


def _as_plan(device: DeviceDifference) -> DevicePlan:
    """As in a plan, whose words people know."""
    kind = device.kind.lower() or "device"
    if device.gone:
        return DevicePlan(device.name, kind, "held", GONE)
    notes = [f"and {plural(device.more, 'more change')}"] * bool(device.more)
    if device.unknown:
        many = plural(device.unknown, "entry is", "entries are")
        notes.append(f"{many} not compared: only the cluster tells what they need")
    return DevicePlan(
        device.name, kind, changes=tuple(Planned(change, ()) for change in device.changes), notes=tuple(notes)
    )
