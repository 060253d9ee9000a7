"""A switch's startup configuration as somebody typed it, brought into the form in which EOS itself prints one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.adopt.adopted import Remark
from reconciler.core.driver import Unreadable
from reconciler.switch.eos.config import END_OF_TEXT, INDENT
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.shown import shown
from reconciler.switch.names import MANAGEMENT

NEVER_MEANT = frozenset({"end", "exit", "enable", "configure", "configure terminal", "conf t", "no shutdown"})
"""Lines that lead to where the next one is typed, and what is so anyway."""
ONLY_A_HEAD = "address-family "
"""What is below it speaks for itself."""
FREE_TEXT = re.compile(r"banner (login|motd|exec)|action bash|code( unit \S+)?")
VARIABLE = re.compile(r"\{\{-? *\.(\w+) *-?\}\}")
TEMPLATE = "{{"
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
            yield INDENT * len(depths if depth else ()) + words
            depths = depths if depth else []


def _remarks(configuration: Configuration, file: str) -> Iterator[Remark]:
    """What the reader did not understand, and what documents do not speak of; Management is never spoken of."""
    text = configuration.text.split("\n")
    for reason in configuration.frozen.values():
        said, _, why = reason.partition(", ")
        number = said.removeprefix("line ")
        yield Remark(
            file,
            int(number) if number.isdigit() else 1,
            why,
            "left as it is on the switch; write it by hand if it is wanted",
        )
    place = 0
    for lines in configuration.foreign:
        place = _find(text, lines[0], place)
        if lines[0].strip() not in NEVER_MEANT:
            yield Remark(file, place, f"{shown(lines[0])}{_more(lines)}", OTHERS)
    for key, lines in configuration.rest.items():
        if key not in configuration.frozen and not key.name.startswith(MANAGEMENT):
            for line in lines:
                if line.strip() not in NEVER_MEANT and not line.strip().startswith(ONLY_A_HEAD):
                    yield Remark(file, _within(text, key.name, line), f"{key}: {shown(line)}", OTHERS)


def _more(lines: tuple[str, ...]) -> str:
    return f" and {len(lines) - 1} more lines" if len(lines) > 2 else " and what is below it" if len(lines) > 1 else ""


def _find(text: list[str], line: str, after: int) -> int:
    """The number of the next line like it."""
    first = line.split("\n")[0]
    return next((place + 1 for place in range(after, len(text)) if text[place].rstrip() == first.rstrip()), after or 1)


def _within(text: list[str], name: str, line: str) -> int:
    """The number of a line below the head that names the resource."""
    return _find(text, line, _head(text, name))


def _head(text: list[str], name: str) -> int:
    """The place, from 0, of the first line at the margin that names it, or that has it among its words."""
    words = name.split()[:1]
    heads = [place for place, one in enumerate(text) if one[:1].strip() and one.split()[-1] == name]
    heads += [place for place, one in enumerate(text) if words and words[0] in one.split()]
    return heads[0] if heads else 0


def line_of(text: str, name: str) -> int:
    """The line, from 1, at which a port, an SVI, a VLAN, a prefix begins to be configured."""
    return _head(text.split("\n"), name) + 1
