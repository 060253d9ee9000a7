"""Lines that change a switch, and the order in which a switch takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.driver import Line


class Phase(IntEnum):
    """The safe order of a change set: what is stood on comes first and goes last (eos.md 5.10).

    Addresses go before others come: EOS refuses a subnet that is still on another interface.
    """

    VLAN = 1
    TRUNK_WIDER = 2
    PORT = 3
    ADDRESS_GONE = 4
    ADDRESS = 5
    ROUTING = 6
    ROUTE = 7
    ROUTE_GONE = 8
    INTERFACE_GONE = 9
    TRUNK_NARROWER = 10
    VLAN_GONE = 11

    @property
    def breaks(self) -> bool:
        return self >= Phase.ROUTE_GONE


class Step(NamedTuple):
    """``texts`` below ``head`` (`interface Vlan10`), or at the top level where ``head`` is empty."""

    phase: Phase
    head: str
    texts: tuple[str, ...]
    change: Change


def lines(steps: Iterable[Step]) -> Iterator[Line]:
    """In order of phase; a head is sent once for neighbours that share it.

    Every command of the top level is taken below a head, too, so nothing has to be left with `exit`.
    """
    below = ""
    for step in sorted(steps, key=lambda step: (step.phase, step.change.key.kind, step.change.subject.rank)):
        if step.head and step.head != below:
            yield _line(step.head, step.change)
        for text in step.texts:
            yield _line(text, step.change)
        below = step.head


def _line(text: str, change: Change) -> Line:
    """The last gate before a terminal: documents are other people's text.

    Raises: ValueError for what a terminal would not take as a letter (`?` asks for help at once).
    """
    if not text.isprintable() or "?" in text or text != text.strip():
        raise ValueError(f"{change.key}: {text!r} cannot be typed on a switch: no control characters, no '?'")
    return Line("", text, change)


def word(text: object) -> str:
    """One word of a command. Raises: ValueError for blanks, which would make two of it."""
    if not str(text) or any(letter.isspace() for letter in str(text)):
        raise ValueError(f"{text!r} is not one word")
    return str(text)
