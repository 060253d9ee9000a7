"""Commands of EOS as people type them, ``int et1`` and ``sw acc vl 10``, in the words that EOS prints."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.switch.names import MANAGEMENT

INTERFACE = re.compile(r"int(?:e|er|erf|erfa|erfac|erface)? +(?P<name>[A-Za-z][A-Za-z-]+) *(?P<ports>[0-9].*)")
NAMES = ("Ethernet", "Port-Channel", "Vlan", "Loopback", MANAGEMENT)
HEADS = ("hostname", "ip route", "ip routing", "ip virtual-router", "router bgp", "vlan", "vrf instance")
BODIES = (
    *("switchport", "no switchport", "switchport mode access", "switchport mode trunk", "switchport access vlan"),
    *("switchport trunk allowed vlan", "switchport trunk native vlan", "channel-group", "description", "name"),
    *("shutdown", "no shutdown", "mtu", "vrf", "ip address", "ipv6 address"),
)
SHORTEST = 2
"""Letters of a word; EOS itself takes what is short for one word alone."""


def head(line: str) -> str:
    """A line that begins a section, or is one."""
    typed = INTERFACE.fullmatch(line)
    names = [name for name in NAMES if name.lower().startswith(typed["name"].lower())] if typed else []
    return f"interface {names[0]}{typed['ports']}" if typed and names else _in_full(line, HEADS)


def body(line: str) -> str:
    """A line within a section."""
    return _in_full(line, BODIES)


def is_body(line: str) -> bool:
    """Whether a line is one within a section, and nothing else."""
    typed = line.split()
    return any(_is_short_for(typed, command.split()) for command in BODIES) and not any(
        _is_short_for(typed, command.split()) for command in HEADS
    )


def _in_full(line: str, commands: Iterable[str]) -> str:
    """The longest command that the line's words are short for, if it is one alone; what follows it stays."""
    typed = line.split()
    fits = [words for words in map(str.split, commands) if _is_short_for(typed, words)]
    best = max((_nearness(typed, words) for words in fits), default=None)
    found = [words for words in fits if _nearness(typed, words) == best]
    if len(found) != 1:
        return line
    rest = line.split(maxsplit=len(found[0]))[len(found[0]) :]
    return " ".join([*found[0], *rest])


def _nearness(typed: list[str], words: list[str]) -> tuple[int, int]:
    """How many words stand for one of the command's, and how many of them in full: ``ip`` is no short ``ipv6``."""
    return len(words), sum(word == full for word, full in zip(typed, words, strict=False))


def _is_short_for(typed: list[str], words: list[str]) -> bool:
    short = zip(typed, words, strict=False)
    return len(typed) >= len(words) and all(
        word == full or (len(word) >= SHORTEST and full.startswith(word)) for word, full in short
    )
