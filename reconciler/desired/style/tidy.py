"""Comments to where they can stay: what is written once has to be read the same way the next time."""

from __future__ import annotations

from reconciler.desired.style.value import Entry, Value


def tidy(value: Value) -> None:
    """Move the comments of items that begin in the middle of a line above them, and drop blank lines at the edges."""
    for place, entry in enumerate(value.entries):
        tidy(entry.value)
        entry.above = _blanks(entry.above, first=place == 0)
        _lift(entry, is_item=value.shape == "list")
    value.foot = _blanks(value.foot, first=not value.entries)
    while value.foot and not value.foot[-1]:
        value.foot.pop()


def _lift(entry: Entry, *, is_item: bool) -> None:
    """Above an item: what stands above its first key, which has a dash before it. Nothing stands in an empty list."""
    value = entry.value
    if not value.entries:
        entry.above += [line for line in value.foot if line]
        value.foot = []
    elif is_item and value.shape == "map" and not value.anchor:
        entry.above += value.entries[0].above
        value.entries[0].above = []


def _blanks(lines: list[str], *, first: bool) -> list[str]:
    """One blank line at most between two, and none before the first entry."""
    kept: list[str] = []
    for line in lines:
        if line or (kept[-1] if kept else not first):
            kept.append(line)
    return kept
