"""What happened, entry by entry: when, what, where, how it ended, and who it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.core.words import brief, plural
from reconciler.report.change_json import recorded_text
from reconciler.report.screen import Screen
from reconciler.report.text import Piece, folded
from reconciler.report.times import age, clock, span

COLORS = {
    **dict.fromkeys(("healed", "applied", "converged", "resolved"), "green"),
    **dict.fromkeys(("failed", "cut short"), "red"),
    "superseded": "cyan",
}
"""By outcome; what goes on is yellow."""
BAD = frozenset({"failed", "cut short"})
INDENT = "      "
Entry = Mapping[str, Any]
"""One of ``reconciler/history/v1``."""


def lines(entries: Sequence[Entry], now: float, screen: Screen) -> Iterator[str]:
    """``entries``: the newest first; ``now`` in seconds since the epoch.

    The newest is printed last. `git log` can begin with it because a pager keeps it on the screen; without a pager, as
    with `journalctl -n` and `tail`, what is said last is what stands above the prompt of who was woken up.
    """
    for entry in reversed(entries):
        yield from folded(headline(entry, now), screen, hanging=INDENT)
        yield from _body(entry, screen)


def headline(entry: Entry, now: float) -> Iterator[Piece]:
    """``41  2026-11-21 03:04:05  drift on k01-worker: healed after 540ms``."""
    yield Piece(f"{entry['id']:>4}  ", dim=True)
    yield Piece(f"{clock(entry['began'])}  ")
    yield from title(entry)
    if is_moment(entry):
        yield Piece(f": {entry['words']}" if entry.get("words") else "")
    else:
        yield Piece(": ")
        yield ending(entry, now)
    yield Piece(f", {plural(entry['devices'], 'device')}" if "devices" in entry else "")
    yield Piece(f", {plural(entry['count'], 'change')}" if "devices" in entry and "count" in entry else "")
    yield Piece(f" (part of {entry['parent']})" if "parent" in entry else "", dim=True)


def title(entry: Entry) -> Iterator[Piece]:
    """What it is and where: ``drift on k01-worker``, ``revision b03484800f36 (Rename the cable)``.

    The condition ``revision`` is about one that is not in force: its words say which.
    """
    yield Piece(entry["kind"], bold=True)
    device, subject = entry.get("device", ""), entry.get("subject", "")
    if is_cycle(entry):
        yield Piece(f" {brief(entry['revision'])}" + (f" ({subject})" if subject else ""))
    elif device:
        yield Piece(f" on {subject if subject.startswith(device) else device}")


def is_cycle(entry: Entry) -> bool:
    """Whether a revision was put in force, and what became of it."""
    return entry["kind"] == "revision" and "episode" not in entry and bool(entry.get("revision"))


def ending(entry: Entry, now: float) -> Piece:
    """``healed after 540ms``, ``open for 12m``."""
    if "ended" not in entry:
        return Piece(f"open for {age(now - entry['began'])}", "yellow")
    outcome = entry.get("outcome", "over")
    return Piece(f"{outcome} after {span(entry['ended'] - entry['began'])}", COLORS.get(outcome, ""))


def is_moment(entry: Entry) -> bool:
    """Whether it is what somebody did, which is over as soon as it is done."""
    return entry.get("outcome") == "done" and entry.get("ended") == entry["began"]


def _body(entry: Entry, screen: Screen) -> Iterator[str]:
    changes = entry.get("changes", ())
    for change in changes:
        yield from recorded_text(change, screen).printed(screen, INDENT)
    if changes and (more := entry.get("count", 0) - len(changes)) > 0:
        yield from _said(f"and {more} more: reconcile history {entry['id']}", screen)
    if not changes and not is_cycle(entry) and not is_moment(entry):
        yield from _said(entry.get("words", ""), screen)
    if is_cycle(entry) or entry.get("outcome") in BAD:
        yield from _said(entry.get("ending", ""), screen)
    if not is_moment(entry):
        yield from _said(f"by {entry['by']}" if entry.get("by") else "", screen)


def _said(words: str, screen: Screen) -> Iterator[str]:
    if words:
        yield from folded([Piece(words)], screen, INDENT, INDENT + "    ")
