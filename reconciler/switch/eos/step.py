"""Lines that change a switch, and the order in which a switch takes them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.driver import Line


class Phase(IntEnum):
    """The safe order of a change set: what is stood on comes first and goes last (eos.md 5.10).

    Addresses go before others come: EOS refuses a subnet that is still on another interface.
    """

    VRF = 1
    VLAN = 2
    TRUNK_WIDER = 3
    CHANNEL_GONE = 4
    PORT = 5
    ADDRESS_GONE = 6
    ADDRESS = 7
    ROUTING = 8
    ROUTE = 9
    BGP = 10
    BGP_PEER = 11
    BGP_LISTEN = 12
    BGP_GONE = 13
    BGP_GROUP_GONE = 14
    ROUTE_GONE = 15
    INTERFACE_GONE = 16
    TRUNK_NARROWER = 17
    VLAN_GONE = 18
    VRF_GONE = 19

    @property
    def breaks(self) -> bool:
        return self >= Phase.BGP_GONE


class Step(NamedTuple):
    """``texts`` below ``head`` (`interface Vlan10`), or at the top level where ``head`` is empty."""

    phase: Phase
    head: str
    texts: tuple[str, ...]
    change: Change


def script(steps: Iterable[Step]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Makes and breaks in order of phase; a head is sent once for neighbours that share it.

    Before a command of the top level a section is left by `exit`: below a head it could mean something else. `no vlan
    10` is a command of `router bgp`, too, and `no vrf` one of an interface.
    """
    lines: dict[bool, list[Line]] = {False: [], True: []}
    below = ""
    for step in sorted(steps, key=lambda step: (step.phase, step.change.key.kind, step.change.subject.rank)):
        moves = [] if step.head == below else [step.head or "exit"]
        lines[step.phase.breaks] += [_line(text, step.change) for text in (*moves, *step.texts)]
        below = step.head
    return tuple(lines[False]), tuple(lines[True])


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
