"""The text of `show running-config`, cut into stanzas: a line at the margin and what is indented below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.driver import Unreadable

HERE_DOCUMENT = re.compile(r"\s*(?:banner (?:login|motd|exec)|action bash|code(?: unit \S+)?)")
"""Lines that begin free text, which goes on to a line that says EOF and may look like configuration."""
END_OF_TEXT = "EOF"
SEPARATORS = ("", "!")
INDENT = "   "


@dataclass(frozen=True, slots=True)
class Stanza:
    """``head`` and ``body`` verbatim, separators left out; ``line`` is the place of the head, from 1."""

    line: int
    head: str
    body: tuple[str, ...] = ()


def stanzas(text: str) -> list[Stanza]:
    """All of a running configuration. Raises: Unreadable unless it is complete, down to its ``end``."""
    lines = text.replace("\r", "").rstrip().split("\n")
    if lines[-1] != "end":
        raise Unreadable(_incomplete(lines))
    found: list[tuple[int, list[str]]] = []
    literal = False
    for number, line in enumerate(lines[:-1], start=1):
        if not literal and line.strip() in SEPARATORS:
            continue
        if not found or not (literal or line.startswith(INDENT)):
            found.append((number, []))
        found[-1][1].append(line)
        literal = line.strip() != END_OF_TEXT if literal else HERE_DOCUMENT.fullmatch(line) is not None
    if literal:
        raise Unreadable(f"half an answer: {found[-1][1][0].strip()!r} has no {END_OF_TEXT}")
    return [Stanza(number, block[0], tuple(block[1:])) for number, block in found]


def _incomplete(lines: Sequence[str]) -> str:
    """The switch's own complaint where there is one, else where the text breaks off."""
    complaints = [line for line in lines if line.startswith("% ")]
    if complaints:
        return f"no configuration but {complaints[0]!r}"
    return f"half an answer: it ends with {lines[-1]!r} and not with 'end'" if any(lines) else "an empty answer"
