"""One entry of the history in full: both sides of every change, what was sent, who wanted it, device by device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.cli.history_text import Entry, ending, headline, is_moment, title
from reconciler.core.words import plural
from reconciler.report.change_json import recorded_text
from reconciler.report.plan_text import values_words
from reconciler.report.screen import Screen
from reconciler.report.text import Piece, folded, named
from reconciler.report.times import clock

SENT = frozenset({"healed", "applied", "failed", "cut short"})
"""Outcomes of what was written; of a drift that went away by itself nothing was sent."""
INDENT = "    "
COLUMN = 10
FACTS = ("cause", "by", "revision", "digest", "tries", "episode", "words", "ending")


def lines(entries: Sequence[Entry], now: float, screen: Screen) -> Iterator[str]:
    """``entries``: the one that is asked for, then its children."""
    entry, *children = entries
    how = [] if is_moment(entry) else [Piece(": "), ending(entry, now)]
    yield from folded([Piece(f"{entry['id']}: ", dim=True), *title(entry), *how], screen, hanging=INDENT)
    for name, value in _facts(entry):
        yield from _fact(name, value, screen, "")
    for change in entry.get("changes", ()):
        yield ""
        yield from _change(change, screen, sent=entry.get("outcome") in SENT)
    yield from _unkept(entry, screen)
    for alike in _alike(children):
        yield ""
        yield from _child(alike, now, screen)


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "began", clock(entry["began"])
    if "ended" in entry:
        yield "ended", clock(entry["ended"])
    for name in FACTS:
        if entry.get(name):
            yield name, str(entry[name])
    if "parent" in entry:
        yield "part of", f"reconcile history {entry['parent']}"


def _fact(name: str, value: str, screen: Screen, indent: str) -> Iterator[str]:
    hanging = indent + " " * COLUMN
    yield from folded([Piece(f"{name:<{COLUMN}}", dim=True), Piece(value)], screen, indent, hanging)


def _change(change: Mapping[str, Any], screen: Screen, *, sent: bool) -> Iterator[str]:
    """As in a plan, then what a plan leaves out."""
    yield from recorded_text({**change, "origin": ""}, screen).printed(screen, "")
    for side in ("before", "after"):
        if values := change.get(side):
            yield from _fact(side, values_words(values), screen, INDENT)
    if change.get("origin"):
        yield from _fact("origin", change["origin"], screen, INDENT)
    label = "sent" if sent and change.get("written", True) else "command"
    for number, command in enumerate(change.get("commands", ())):
        yield from _fact("" if number else label, command, screen, INDENT)
    if change.get("otherwise"):
        yield from _fact("otherwise", change["otherwise"], screen, INDENT)


def _unkept(entry: Entry, screen: Screen) -> Iterator[str]:
    changes = entry.get("changes", ())
    more = entry.get("count", 0) - len(changes)
    if changes and more > 0 and "devices" not in entry:
        yield from folded([Piece(f"and {plural(more, 'change')} more that the history does not keep")], screen)


def _alike(children: Sequence[Entry]) -> list[list[Entry]]:
    """Devices that were changed alike, and ended alike, are shown once."""
    groups: dict[str, list[Entry]] = {}
    for child in children:
        texts = [recorded_text({**change, "origin": ""}) for change in child.get("changes", ())]
        groups.setdefault(repr((child["kind"], child.get("outcome"), texts, child.get("count"))), []).append(child)
    return list(groups.values())


def _child(alike: Sequence[Entry], now: float, screen: Screen) -> Iterator[str]:
    first = alike[0]
    if len(alike) == 1:
        yield from folded(headline({k: v for k, v in first.items() if k != "parent"}, now), screen, hanging=INDENT)
    else:
        names = named([child.get("device", "") for child in alike], screen)
        told = Piece(f" on {names}: {first.get('outcome', 'open')}")
        numbers = Piece(f"{first['id']}-{alike[-1]['id']}  ", dim=True)
        yield from folded([numbers, Piece(first["kind"], bold=True), told], screen, hanging=INDENT)
    changes = first.get("changes", ())
    for change in changes:
        yield from recorded_text(change, screen).printed(screen, INDENT)
    if (more := first.get("count", 0) - len(changes)) > 0:
        yield from folded([Piece(f"and {more} more: reconcile history {first['id']}")], screen, INDENT)
    if first.get("outcome") in ("failed", "cut short") and first.get("ending"):
        yield from folded([Piece(first["ending"], "red")], screen, INDENT, INDENT * 2)
