"""The text of `show running-config`, cut into stanzas: a line at the margin and what is indented below it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.core.driver import Unreadable
from reconciler.switch.eos.shown import shown

END_OF_TEXT = "EOF"
INDENT = "   "
FREE_TEXT = ("banner ", "action bash", "code")
"""Words without which no line can begin free text: looking for them is cheap."""
HERE_DOCUMENT = re.compile(
    r"^[ ]*(?:banner (?:login|motd|exec)|action bash|code(?: unit \S+)?)\n(?:.*\n)*?(?:[ ]*EOF[ ]*(?=\n)|\Z)",
    re.MULTILINE,
)
"""Free text, which goes on to a line that says EOF and may look like configuration."""
SEAL = "\0"
"""Stands for the line ends within free text, so that the whole of it is one line to the cutter."""
STANZA = re.compile(r"(?:[ ]*!?\n)*+(.+)\n((?:(?:[ ]*!?\n)*   .*\n)*)")
"""Separators, a head, and a body of indented lines; separators within the body stay in it."""
SEPARATORS = ("", "!")


class Stanza(NamedTuple):
    """``head`` and ``body`` verbatim."""

    head: str
    body: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Head and body, separators left out; free text with its own line ends again."""
        whole = f"{self.head}\n{self.body}"
        lines = tuple([line for line in whole.split("\n") if line.strip() not in SEPARATORS])
        return lines if SEAL not in whole else tuple(line for sealed in lines for line in sealed.split(SEAL))


def complete(text: str) -> str:
    """The text with plain line ends. Raises: Unreadable unless it is all there, down to its ``end``."""
    plain = (text.replace("\r", "") if "\r" in text else text).rstrip()
    if not plain.endswith("\nend") and plain != "end":
        raise Unreadable(_incomplete(plain.split("\n")))
    if SEAL in plain:
        raise Unreadable("an answer with a NUL in it")
    return plain + "\n"


def stanzas(text: str) -> list[Stanza]:
    """All of a ``complete`` running configuration but its `end`. Raises: Unreadable for free text without its EOF."""
    return list(map(Stanza._make, STANZA.findall(_sealed(text))))[:-1]


def line_of(text: str, place: int, line: str) -> int:
    """The number, from 1, of ``line`` in the stanza at ``place``."""
    found = next(itertools.islice(STANZA.finditer(_sealed(text)), place, None))
    lines = text[found.start(1) : found.end()].split("\n")
    return text.count("\n", 0, found.start(1)) + 1 + (lines.index(line) if line in lines else 0)


def _sealed(text: str) -> str:
    return HERE_DOCUMENT.sub(_seal, text) if any(word in text for word in FREE_TEXT) else text


def _seal(found: re.Match[str]) -> str:
    document = found[0]
    if document.rstrip().rpartition("\n")[2].strip() != END_OF_TEXT:
        raise Unreadable(f"half an answer: {shown(document.strip().partition(chr(10))[0])} has no {END_OF_TEXT}")
    return document.replace("\n", SEAL)


def _incomplete(lines: Sequence[str]) -> str:
    """The switch's own complaint where there is one, else where the text breaks off."""
    complaints = [line for line in lines if line.startswith("% ")]
    if complaints:
        return f"no configuration but {shown(complaints[0])}"
    return f"half an answer: it ends with {shown(lines[-1])} and not with 'end'" if any(lines) else "an empty answer"
