"""Sections of a configuration that somebody typed, as EOS keeps them: one for each port and VLAN, in one place.

People type ranges (``interface Ethernet1-4``, ``vlan 10,20``), and come back to what they have begun before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from reconciler.adopt.containerlab import abbreviated
from reconciler.desired.documents.switch_values import LAST_VLAN
from reconciler.switch.eos.config import END_OF_TEXT, INDENT

FREE_TEXT = re.compile(r"banner (login|motd|exec)|action bash|code( unit \S+)?")
NAMED = re.compile(r"(?P<words>vlan |interface (?P<kind>Ethernet|Port-Channel|Vlan|Loopback))(?P<items>[0-9].*)")
ITEM = re.compile(
    "(?P<kind>[A-Za-z-]*) *(?P<before>(?:[0-9]{1,3}/){0,2})(?P<first>[0-9]{1,4})(?:-(?P<last>[0-9]{1,4}))?"
)
PORTS = re.compile("int[a-z]* +e.*", re.IGNORECASE)
ONE_WORD = (
    *("switchport mode", "switchport access vlan", "switchport trunk allowed vlan", "switchport trunk native vlan"),
    *("channel-group", "description", "name", "shutdown", "mtu", "vrf", "ip address"),
)
"""Commands of which the last one counts."""
BESIDES = re.compile(".* (secondary|add [0-9,-]+|remove [0-9,-]+|except [0-9,-]+)")
MOST_LINES = 20_000
"""What the ranges of one configuration may come to; those beyond stay as they are."""


class Line(NamedTuple):
    """``number``: where it was typed, from 1. ``free``: within free text, which may look like configuration."""

    number: int
    text: str
    free: bool = False


def sections(lines: Iterable[str]) -> list[Line]:
    """Heads at the margin, three blanks a level below; comments and ``end`` are left out, free text as it stands."""
    found: dict[str, list[Line]] = {}
    left = MOST_LINES
    for head, *body in _cut(_canonical(lines)):
        names = _names(head.text)
        if len(names) > 1:
            left -= len(names) * (1 + len(body))
        for name in names if left > 0 else [head.text]:
            once = name if NAMED.fullmatch(name) else f"{head.number}"
            found.setdefault(once, [head._replace(text=name)]).extend(body)
    return [line for section in found.values() for line in _last_words(section)]


def may_be_of_ports(head: str) -> bool:
    """Whether a head speaks of ports, perhaps of several."""
    return PORTS.fullmatch(head) is not None


def _names(head: str) -> list[str]:
    """The heads that one of several ports or VLANs stands for; itself where it is none, or no list."""
    named = NAMED.fullmatch(head)
    items = [_span(item.strip(), named["kind"] or "") for item in named["items"].split(",")] if named else []
    if named is None or None in items:
        return [head]
    numbers = (f"{before}{number}" for before, span in filter(None, items) for number in span)
    return [f"{named['words']}{number}" for number in islice(numbers, MOST_LINES)]


def _span(item: str, kind: str) -> tuple[str, range] | None:
    """``1/1-3`` -> ``1/`` and 1, 2, 3; None for what is no range of this kind."""
    found = ITEM.fullmatch(item)
    if found is None or not kind.lower().startswith(found["kind"].lower()):
        return None
    span = range(int(found["first"]), int(found["last"] or found["first"]) + 1)
    return (found["before"], span) if span and span[-1] <= LAST_VLAN else None


def _last_words(section: list[Line]) -> list[Line]:
    """Without what a later line takes back; what is deeper stays below its line."""
    if NAMED.fullmatch(section[0].text) is None:
        return section
    stems = [_stem(line.text.strip()) for line in section]
    last = {stem: place for place, stem in enumerate(stems) if stem}
    return [line for place, line in enumerate(section) if last.get(stems[place], place) == place]


def _stem(words: str) -> str:
    """What a line and its opposite are about; empty where several of them count."""
    if BESIDES.fullmatch(words):
        return ""
    positive = words.removeprefix("no ")
    if positive == "switchport":
        return positive
    return next((stem for stem in ONE_WORD if positive == stem or positive.startswith(f"{stem} ")), "")


def _cut(lines: Iterable[Line]) -> Iterator[list[Line]]:
    section: list[Line] = []
    for line in lines:
        if section and not line.free and not line.text.startswith(INDENT):
            yield section
            section = []
        section.append(line)
    if section:
        yield section


def _canonical(lines: Iterable[str]) -> Iterator[Line]:
    """Three blanks a level, whatever it was; what can only be said of a port or VLAN belongs to the last one."""
    depths: list[int] = []
    free = named = False
    for number, line in enumerate(lines, 1):
        words = line.strip()
        if free:
            free = words != END_OF_TEXT
            yield Line(number, line, free=True)
        elif words and not words.startswith("!") and words not in ("end", "exit"):
            depth = len(line) - len(line.lstrip())
            while depths and depths[-1] > depth:
                depths.pop()
            if depth and (not depths or depths[-1] < depth):
                depths.append(depth)
            free = bool(FREE_TEXT.fullmatch(words))
            level = len(depths) if depth else int(named and abbreviated.is_body(words))
            typed = Line(number, INDENT * level + (abbreviated.body(words) if level else abbreviated.head(words)))
            yield typed
            named = NAMED.fullmatch(typed.text) is not None if not level else named
            depths = depths if depth else []
