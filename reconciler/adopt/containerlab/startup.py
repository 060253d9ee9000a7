"""A switch's startup configuration as somebody typed it, brought into the form in which EOS itself prints one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from reconciler.adopt.adopted import Remark
from reconciler.adopt.containerlab.sections import Line, may_be_of_ports, sections
from reconciler.core.driver import Unreadable
from reconciler.core.resource import Key
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.shown import shown
from reconciler.switch.kinds import Interface, Svi, Vlan
from reconciler.switch.names import MANAGEMENT

FILLED_IN = "{{ }}"
"""In the place of a line that containerlab writes: nothing that EOS would take, so it is seen where it belongs."""
NEVER_MEANT = frozenset(
    {FILLED_IN, "end", "exit", "enable", "configure", "configure terminal", "conf t", "no shutdown"}
)
"""Lines that lead to where the next one is typed, and what is so anyway."""
ONLY_A_HEAD = "address-family "
"""What is below it speaks for itself."""
VARIABLE = re.compile(r"\{\{-? *\.(\w+) *-?\}\}", re.ASCII)
TEMPLATE = "{{"
ACTION = re.compile(r"\{\{[^{}]*\}\}")
SEVERAL = "which ports is not clear: give each of them lines of its own"
TEMPLATED = "a line of it is a template: left out as a whole, write it by hand if wanted"
DECLARED = frozenset({Interface.kind, Svi.kind, Vlan.kind})
"""What a document says as a whole: with a line missing it would say something else."""
OTHERS = "no document speaks of it, left as it is"


class Startup(NamedTuple):
    """What is configured, and where each line of it was typed."""

    configuration: Configuration
    lines: Lines

    @property
    def unclear(self) -> frozenset[str] | None:
        """Ports of which it says what no document has: they are not at EOS's default. None: it may be any port."""
        if any(may_be_of_ports(stanza[0]) for stanza in self.configuration.foreign):
            return None
        return frozenset(key.name for key in self.configuration.frozen if key.kind == Interface.kind)


def startup(text: str, file: str, variables: Mapping[str, str]) -> tuple[Startup | None, list[Remark]]:
    """What it configures, and what no document can say of it. Without ``end`` at its end, and with comments, as typed.

    ``variables``: what containerlab puts in for ``{{ .ShortName }}``; a line with any other template is left out.
    """
    remarks: list[Remark] = []
    typed = sections(_rendered(text.replace("\r", "").split("\n"), file, variables, remarks))
    lines = Lines(typed)
    try:
        configuration = read("\n".join([*(line.text for line in typed), "end"]))
    except Unreadable as error:
        return None, [*remarks, Remark(file, 1, "no configuration of EOS", str(error))]
    remarks += _remarks(configuration, lines, file)
    left = {key: TEMPLATED for key, rest in configuration.rest.items() if _is_open(key, rest)}
    remarks += [Remark(file, lines.of(key.name), str(key), why) for key, why in left.items()]
    found = {key: one for key, one in configuration.found.items() if key not in left}
    return Startup(replace(configuration, found=found, frozen={**configuration.frozen, **left}), lines), remarks


def _is_open(key: Key, rest: tuple[str, ...]) -> bool:
    """Management stays: its VRF is known by it."""
    ours = key.kind in DECLARED and not key.name.startswith(MANAGEMENT)
    return ours and any(line.strip() == FILLED_IN for line in rest)


def _rendered(lines: list[str], file: str, known: Mapping[str, str], remarks: list[Remark]) -> Iterator[str]:
    """Line for line, so that each keeps its number; a template that is more than a condition is ``FILLED_IN``."""
    for number, line in enumerate(lines, 1):
        filled = VARIABLE.sub(lambda found: known.get(found[1], found[0]), line) if TEMPLATE in line else line
        if TEMPLATE in filled:
            remarks.append(Remark(file, number, f"{shown(line)} is a template", "containerlab fills it in at deploy"))
            filled = line[: len(line) - len(line.lstrip())] + FILLED_IN if ACTION.sub("", filled).strip() else ""
        yield filled.expandtabs(8).replace("\0", "")


def _remarks(configuration: Configuration, lines: Lines, file: str) -> Iterator[Remark]:
    """What the reader did not understand, and what documents do not speak of; Management is never spoken of."""
    for reason in configuration.frozen.values():
        said, _, why = reason.partition(", ")
        yield Remark(file, lines.typed(said.removeprefix("line ")), why, "left as it is; write it by hand if wanted")
    place = 0
    for stanza in configuration.foreign:
        place = lines.next(stanza[0], place)
        if stanza[0].strip() not in NEVER_MEANT:
            why = SEVERAL if may_be_of_ports(stanza[0]) else OTHERS
            yield Remark(file, place, f"{shown(stanza[0])}{_more(stanza)}", why)
    for key, rest in configuration.rest.items():
        if key not in configuration.frozen and not key.name.startswith(MANAGEMENT):
            yield from _of_resource(key, rest, lines, file)


def _of_resource(key: Key, rest: tuple[str, ...], lines: Lines, file: str) -> Iterator[Remark]:
    place = lines.of(key.name)
    for line in rest:
        place = lines.next(line, place)
        if line.strip() not in NEVER_MEANT and not line.strip().startswith(ONLY_A_HEAD):
            yield Remark(file, place, f"{key}: {shown(line)}", OTHERS)


def _more(lines: tuple[str, ...]) -> str:
    return f" and {len(lines) - 1} more lines" if len(lines) > 2 else " and what is below it" if len(lines) > 1 else ""


class Lines:
    """A configuration's lines, by what is in them; numbers count from 1."""

    def __init__(self, typed: Sequence[Line] = ()) -> None:
        self._numbers = [line.number for line in typed]
        self._places: dict[str, list[int]] = {}
        self._words: dict[str, int] = {}
        self._heads: dict[str, int] = {}
        for number, line, _ in typed:
            self._places.setdefault(line.rstrip(), []).append(number)
            words = line.split()
            if words and not line[0].isspace():
                self._heads.setdefault(words[-1], number)
                for word in words:
                    self._words.setdefault(word, number)

    def typed(self, number: str) -> int:
        """Where the line with this number in what was read stands."""
        known = number.isascii() and number.isdigit() and 0 < int(number) <= len(self._numbers)
        return self._numbers[int(number) - 1] if known else 1

    def next(self, line: str, after: int) -> int:
        """The next line like it; where there is none, the one that was looked from."""
        places = self._places.get(line.partition("\n")[0].rstrip(), [])
        found = bisect_right(places, after)
        return places[found] if found < len(places) else max(after, 1)

    def of(self, name: str) -> int:
        """Where a port, an SVI, a VLAN, a prefix begins to be configured."""
        first = name.partition(" ")[0]
        return self._heads.get(name) or self._words.get(first) or 1
