"""A switch's startup configuration as somebody typed it, brought into the form in which EOS itself prints one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from reconciler.adopt.adopted import Remark
from reconciler.adopt.containerlab import abbreviated
from reconciler.core.driver import Unreadable
from reconciler.core.resource import Key
from reconciler.switch.eos.config import END_OF_TEXT, INDENT
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.shown import shown
from reconciler.switch.kinds import Interface
from reconciler.switch.names import MANAGEMENT, expand

NEVER_MEANT = frozenset({"end", "exit", "enable", "configure", "configure terminal", "conf t", "no shutdown"})
"""Lines that lead to where the next one is typed, and what is so anyway."""
ONLY_A_HEAD = "address-family "
"""What is below it speaks for itself."""
FREE_TEXT = re.compile(r"banner (login|motd|exec)|action bash|code( unit \S+)?")
VARIABLE = re.compile(r"\{\{-? *\.(\w+) *-?\}\}", re.ASCII)
TEMPLATE = "{{"
RANGE = re.compile(r"interface Ethernet([0-9]+ *[,-].*)")
SEVERAL = "several ports at once: give each of them lines of its own"
OTHERS = "no document speaks of it, left as it is"


def startup(text: str, file: str, variables: Mapping[str, str]) -> tuple[Configuration | None, list[Remark]]:
    """What it configures, and what no document can say of it. Without ``end`` at its end, and with comments, as typed.

    ``variables``: what containerlab puts in for ``{{ .ShortName }}``; a line with any other template is left out.
    """
    remarks: list[Remark] = []
    lines = list(_rendered(text.replace("\r", "").split("\n"), file, variables, remarks))
    try:
        configuration = read("\n".join([*_canonical(lines), "end"]))
    except Unreadable as error:
        return None, [*remarks, Remark(file, 1, "no configuration of EOS", str(error))]
    return configuration, [*remarks, *_remarks(configuration, file)]


def _rendered(lines: list[str], file: str, known: Mapping[str, str], remarks: list[Remark]) -> Iterator[str]:
    """Line for line, so that each keeps its number."""
    for number, line in enumerate(lines, 1):
        filled = VARIABLE.sub(lambda found: known.get(found[1], found[0]), line) if TEMPLATE in line else line
        if TEMPLATE in filled:
            remarks.append(Remark(file, number, f"{shown(line)} is a template", "containerlab fills it in at deploy"))
            filled = ""
        yield filled.expandtabs(8).replace("\0", "")


def _canonical(lines: list[str]) -> Iterator[str]:
    """Three blanks a level, whatever it was; comments and `end` are blank lines; free text as it stands."""
    depths: list[int] = []
    free = False
    for line in lines:
        words = line.strip()
        if free:
            free = words != END_OF_TEXT
            yield line
        elif not words or words.startswith("!") or words in ("end", "exit"):
            yield ""
        else:
            depth = len(line) - len(line.lstrip())
            while depths and depths[-1] > depth:
                depths.pop()
            if depth and (not depths or depths[-1] < depth):
                depths.append(depth)
            free = bool(FREE_TEXT.fullmatch(words))
            yield INDENT * len(depths if depth else ()) + (
                abbreviated.body(words) if depth else abbreviated.head(words)
            )
            depths = depths if depth else []


def not_understood(configuration: Configuration) -> set[str]:
    """Ports that it speaks of in words which no document has: they are not at EOS's default."""
    found = {key.name for key in configuration.frozen if key.kind == Interface.kind}
    for stanza in configuration.foreign:
        if ports := RANGE.fullmatch(stanza[0].strip()):
            try:
                found |= {f"Ethernet{number}" for number in expand(ports[1].replace("Ethernet", "").replace("Et", ""))}
            except ValueError:
                continue
    return found


def _remarks(configuration: Configuration, file: str) -> Iterator[Remark]:
    """What the reader did not understand, and what documents do not speak of; Management is never spoken of."""
    lines = Lines(configuration.text)
    for reason in configuration.frozen.values():
        said, _, why = reason.partition(", ")
        number = said.removeprefix("line ")
        yield Remark(file, int(number) if number.isdigit() else 1, why, "left as it is; write it by hand if wanted")
    place = 0
    for stanza in configuration.foreign:
        place = lines.next(stanza[0], place)
        if stanza[0].strip() not in NEVER_MEANT:
            why = SEVERAL if RANGE.fullmatch(stanza[0].strip()) else OTHERS
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

    def __init__(self, text: str) -> None:
        self._places: dict[str, list[int]] = {}
        self._words: dict[str, int] = {}
        self._heads: dict[str, int] = {}
        for number, line in enumerate(text.split("\n"), 1):
            self._places.setdefault(line.rstrip(), []).append(number)
            words = line.split()
            if words and not line[0].isspace():
                self._heads.setdefault(words[-1], number)
                for word in words:
                    self._words.setdefault(word, number)

    def next(self, line: str, after: int) -> int:
        """The next line like it; where there is none, the one that was looked from."""
        places = self._places.get(line.partition("\n")[0].rstrip(), [])
        found = bisect_right(places, after)
        return places[found] if found < len(places) else max(after, 1)

    def of(self, name: str) -> int:
        """Where a port, an SVI, a VLAN, a prefix begins to be configured."""
        first = name.partition(" ")[0]
        return self._heads.get(name) or self._words.get(first) or 1
