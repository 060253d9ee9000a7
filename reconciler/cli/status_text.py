"""How everything stands on one screen: the revision, what is wrong and since when, and what to type."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.cli import status_devices
from reconciler.cli.fitting import Block, Section, fitted
from reconciler.core.words import brief, plural
from reconciler.daemon.standing import CALM
from reconciler.report.screen import Screen
from reconciler.report.text import Piece, folded, named
from reconciler.report.times import age, clock

ELSEWHERE = frozenset({"unreachable", "unreadable", "failed", "held", "withheld", "drift", "fight", "advice"})
"""Conditions that another section tells of."""
HANGING = "    "
Found = Mapping[str, Any]
"""``reconciler/status/v1``."""


def lines(found: Found, now: float, screen: Screen) -> Iterator[str]:
    """The whole status; ``now`` in seconds since the epoch. Where it has more than one screen, the rest is counted."""
    troubles = [one for one in found["conditions"] if one["kind"] not in ELSEWHERE]
    fights = [_block(_fight(one), screen, _resume(one["device"])) for one in found["fights"]]
    over = [_block(_over(one, now), screen) for one in found.get("over", ())]
    yield from fitted(
        [
            Section((Block(tuple(_head(found, now, screen))),), whole=True),
            Section(tuple(_block(_condition(one, now), screen) for one in troubles), whole=True),
            *status_devices.sections(found, now, screen),
            Section(tuple(fights), "fight"),
            Section(tuple(_suspensions(found["suspended"], now, screen)), "suspension"),
            Section(tuple(_advice(found["conditions"], screen)), "hint", spare=True),
            Section(tuple(over), spare=True),
        ],
        screen.height,
    )


def _head(found: Found, now: float, screen: Screen) -> Iterator[str]:
    yield from folded(list(_source(found["source"], now)), screen, hanging=HANGING)
    phases = Counter(device["phase"] for device in found["devices"].values())
    calm = sum(phases[phase] for phase in CALM)
    rest = [(phase, count) for phase, count in phases.items() if phase not in CALM]
    rest.sort(key=lambda one: status_devices.rank(one[0]))
    said = [Piece(f"{calm} of {plural(len(found['devices']), 'device')} in sync", "" if rest else "green")]
    for phase, count in rest:
        said += [Piece(", "), Piece(f"{count} {phase}", status_devices.WORST_FIRST.get(phase, ""))]
    yield from folded(said, screen, hanging=HANGING)
    yield from folded(list(_daemon(found, now)), screen, hanging=HANGING)


def _source(source: Found, now: float) -> Iterator[Piece]:
    """``revision b03484800f36 (Rename the cable) by Ada, 3h5m old, looked at 12s ago``."""
    if not source:
        yield Piece("no revision is in force yet", bold=True)
        return
    yield Piece(f"revision {brief(source['revision'])}", bold=True)
    yield Piece(f" ({source['subject']})" if source.get("subject") else "")
    yield Piece(f" by {source['author']}" if source.get("author") else "")
    yield Piece(f", {age(now - source['at'])} old" if "at" in source else "")
    yield Piece(f", signed by {source['signature']}" if "signature" in source else "")
    yield Piece(f", looked at {age(now - source['looked'])} ago" if "looked" in source else "")


def _daemon(found: Found, now: float) -> Iterator[Piece]:
    version = f" {found['version']}" if "version" in found else ""
    yield Piece(f"daemon{version}, up {age(now - found['started'])}", dim=True)
    for receiver, count in found.get("alerts", {}).items():
        if count:
            yield Piece(f"; {plural(count, 'alert')} to {receiver} waiting", "yellow")


def _block(pieces: Iterable[Piece], screen: Screen, command: str = "", about: int = 1) -> Block:
    said = [*folded(pieces, screen, hanging=HANGING)]
    way = folded([Piece(command, "cyan")], screen, "  ", HANGING) if command else ()
    return Block((*said, *way), about, way=bool(command))


def _condition(one: Found, now: float) -> Iterator[Piece]:
    yield Piece(one["kind"], "red", bold=True)
    yield Piece(f" for {age(now - one['since'])}: {one['words']}")


def _fight(one: Found) -> Iterator[Piece]:
    yield Piece("fight", "red", bold=True)
    yield Piece(f" on {one['device']}: {one['words']}; it is left alone until somebody has looked:")


def _resume(target: str) -> str:
    return f"reconcile resume {shlex.quote(target)}"


def _suspensions(suspended: Iterable[Found], now: float, screen: Screen) -> Iterator[Block]:
    """The one that ends first is what somebody waits for."""
    for one in sorted(suspended, key=lambda one: one.get("until", float("inf"))):
        end = f"for another {age(one['until'] - now)}, until {clock(one['until'])}" if "until" in one else "for good"
        words = f": {one['target']} by {one['by']} {end}: {one['reason']}"
        yield _block([Piece("suspended", "yellow", bold=True), Piece(words)], screen, _resume(one["target"]))


def _advice(conditions: Iterable[Found], screen: Screen) -> Iterator[Block]:
    """Whoever has the same advice is named together."""
    alike: dict[str, list[str]] = {}
    for one in conditions:
        if one["kind"] == "advice":
            alike.setdefault(one["words"].removeprefix(f"{one['subject']}: "), []).append(one["subject"])
    for words, names in alike.items():
        told = Piece(f" on {named(names, screen)}: {words}")
        yield _block([Piece("advice", bold=True), told], screen, about=len(names))


def _over(one: Found, now: float) -> Iterator[Piece]:
    """What was wrong a while ago."""
    lasted = one["ended"] - one["since"]
    long = f" ({one['kind']} for {age(lasted)})" if lasted >= 1 else ""
    yield Piece(f"over for {age(now - one['ended'])}: {one['words']}{long}", dim=True)
