"""Devices that are not as they should be, the worst first; those with the same trouble are said once."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

from reconciler.cli.fitting import Block, Section
from reconciler.daemon.standing import CALM
from reconciler.report.change_json import recorded_text
from reconciler.report.screen import Screen
from reconciler.report.text import NAMED, Piece, folded, named
from reconciler.report.times import age

WORST_FIRST = {
    "failed": "red",
    "unreachable": "magenta",
    "unreadable": "magenta",
    "held": "yellow",
    "withheld": "yellow",
    "applying": "cyan",
    "reading": "cyan",
    "new": "cyan",
}
"""Phases of devices to look after, and their colours."""
MARGIN = "  "
HOST = re.compile(r"(\S+)(?: port \d+)?: ")
"""With what the reason of a device that does not answer begins (`transport.settings`)."""
PLANNED = ("withheld", "held", "drift")
"""Conditions that carry the changes that are not written; of a device with several the last counts."""
CHANGES = 2
LINES = 2
"""Lines that a reason may take on a terminal; `reconcile plan` has it in full."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One device that is not calm. ``why`` is what devices with the same trouble share; ``reason`` its very own.

    ``drift`` is what somebody else has changed, ``differs`` what else waits to be written.
    """

    name: str
    phase: str
    since: float
    reason: str
    why: str
    drift: str
    differs: str = ""
    digest: str = ""

    @property
    def kind(self) -> tuple[str, ...]:
        return self.phase, self.why, self.drift, "approvable" if self.digest else ""


def sections(found: Mapping[str, Any], now: float, screen: Screen) -> Iterator[Section]:
    """One for each phase. ``found``: ``reconciler/status/v1``; ``now`` in seconds since the epoch."""
    waiting = {one["subject"]: one for kind in PLANNED for one in found["conditions"] if one["kind"] == kind}
    groups: dict[tuple[str, ...], list[Trouble]] = {}
    for name, device in found["devices"].items():
        if device["phase"] not in CALM:
            trouble = _trouble(name, found, waiting.get(name, {}))
            groups.setdefault(trouble.kind, []).append(trouble)
    ordered = sorted(groups.values(), key=lambda alike: (rank(alike[0].phase), min(one.since for one in alike)))
    for number, (phase, of_phase) in enumerate(groupby(ordered, key=lambda alike: alike[0].phase)):
        blocks = tuple(_block(alike, found, now, screen) for alike in of_phase)
        yield Section(blocks, f"{phase} device", joined=number > 0)


def rank(phase: str) -> int:
    """Its place among phases, the worst first; one that is not known yet is no news."""
    return list(WORST_FIRST).index(phase if phase in WORST_FIRST else "applying")


def command(alike: Sequence[Trouble], found: Mapping[str, Any]) -> str:
    """What to type, exactly; empty: nothing helps but time, or another section says it.

    Nobody is asked to approve what is not shown: of different plans that is `reconcile plan`.
    """
    first = alike[0]
    if first.phase == "held" and first.digest:
        if len({one.differs for one in alike}) > 1:
            return "reconcile plan"
        digests = sorted(one.digest for one in alike)
        return f"reconcile approve {' '.join(digests)}" if len(digests) <= NAMED else "reconcile plan"
    if first.phase == "unreachable" and "host key" in first.reason:
        targets = [f" --target {shlex.quote(one.name)}" for one in alike]
        return f"reconcile trust{''.join(targets if len(targets) <= NAMED else ())}"
    if first.phase in ("failed", "held", "withheld") and not _is_restrained(first.name, found):
        return f"reconcile plan {shlex.quote(first.name)}"
    return ""


def _trouble(name: str, found: Mapping[str, Any], waiting: Mapping[str, Any]) -> Trouble:
    """``waiting``: the condition that has the device's changes."""
    device = found["devices"][name]
    phase, reason = device["phase"], device.get("reason", "")
    changes = [recorded_text(change | {"withheld": "", "written": True}) for change in waiting.get("changes", ())]
    if changes:  # they are said below
        reason = reason.partition(f": {changes[0].head} ")[0]
    reason = _referred(name, reason, found)
    said = [f"{change.head} {change.detail}".rstrip() for change in changes]
    is_drift = waiting.get("kind") == "drift"
    drift = _drift(waiting, said) if is_drift else ""
    differs = _differs(waiting, said) if said and not is_drift else ""
    return Trouble(name, phase, device["since"], reason, _why(name, phase, reason), drift, differs, _digest(device))


def _referred(name: str, reason: str, found: Mapping[str, Any]) -> str:
    """The reason without what fights and suspensions say in sections of their own (`fights.Fight`, `Suspension`)."""
    for fight in found["fights"]:
        if fight["device"] == name:
            words = rf"{re.escape(fight['words'])}(; healing of it stops until `[^`]*`)?"
            reason = re.sub(words, "a fight, see below", reason)
    for one in found["suspended"]:
        if fnmatchcase(name, one["target"]):
            words = rf"suspended (until \S+ \S+ \S+ )?by .*? since \S+ \S+ \S+: {re.escape(one['reason'])}"
            reason = re.sub(words, "suspended, see below", reason)
    return reason


def _digest(device: Mapping[str, Any]) -> str:
    return str(device.get("digest", "")) if device["phase"] == "held" else ""


def _why(name: str, phase: str, reason: str) -> str:
    """A reason without what is this device's alone: its name, and the address that it is reached at."""
    host = HOST.match(reason) if phase == "unreachable" else None
    own = [name, *([host[1]] if host else [])]
    for word in own:
        reason = re.sub(rf"(?<![\w.:-]){re.escape(word)}(?![\w-])", "…", reason)
    return reason


def _drift(drift: Mapping[str, Any], changes: Sequence[str]) -> str:
    """What somebody has changed, and who; only ``words`` where it is from before a restart."""
    if not drift:
        return ""
    if not changes:
        return str(drift["words"]).partition(": ")[2]
    return "; ".join([_differs(drift, changes), *([f"by {drift['by']}"] if drift.get("by") else [])])


def _differs(waiting: Mapping[str, Any], changes: Sequence[str]) -> str:
    """The first changes, and how many there are besides."""
    count = waiting.get("count", len(changes))
    more = [f"and {count - CHANGES} more"] if count > CHANGES else []
    return "; ".join([*changes[:CHANGES], *more])


def _is_restrained(name: str, found: Mapping[str, Any]) -> bool:
    """Whether a suspension or a fight has a line of its own, with the way out."""
    suspended = any(fnmatchcase(name, one["target"]) for one in found["suspended"])
    return suspended or any(one["device"] == name for one in found["fights"])


def _block(alike: Sequence[Trouble], found: Mapping[str, Any], now: float, screen: Screen) -> Block:
    first, color = alike[0], WORST_FIRST.get(alike[0].phase, "")
    reason = first.reason if len({one.reason for one in alike}) == 1 else first.why
    names = named([one.name for one in alike], screen)
    head = [Piece(names, bold=True), Piece(": "), Piece(first.phase, color), Piece(f" for {_ages(alike, now)}")]
    room = len("".join(piece.text for piece in head))
    said = [*folded([*head, Piece(f": {_short(reason, room, screen)}" if reason else "")], screen, "", MARGIN * 2)]
    differs = first.differs if len({one.differs for one in alike}) == 1 else ""
    for label, changes in (("drift: ", first.drift), ("differs: ", differs)):
        if changes:
            told = Piece(_short(changes, len(MARGIN), screen))
            said += folded([Piece(label, color), told], screen, MARGIN, MARGIN * 2)
    way = command(alike, found)
    said += folded([Piece(way, "cyan")], screen, MARGIN, MARGIN * 2) if way else ()
    return Block(tuple(said), len(alike), way=bool(way))


def _short(text: str, taken: int, screen: Screen) -> str:
    """As much as has room in a few lines of a terminal; the words that are left out are in the plan."""
    if screen.width is None or screen.verbose:
        return text
    room = max(LINES * (screen.width - 2 * len(MARGIN)) - taken - len("drift: "), screen.width // 2)
    return textwrap.shorten(text, room, placeholder=" …")


def _ages(alike: Sequence[Trouble], now: float) -> str:
    shortest, longest = (age(now - pick(one.since for one in alike)) for pick in (max, min))
    return longest if shortest == longest else f"{shortest} to {longest}"
