"""Arguments of commands: how many words each takes, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, Self

from . import flash, ids, names
from .refusal import INCOMPLETE, Refused

IGNORED = "IGNORED"
"""The rest of the line, whatever it is: words behind a `no` that say nothing new."""
DURATION = re.compile(r"(\d+):(\d{1,2}):(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a line that are still to be read; ``text`` from the first of them on, as it was typed."""

    text: str
    list: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> Self:
        return cls(line.strip(), tuple(line.split()))

    def __bool__(self) -> bool:
        return bool(self.list)

    @property
    def first(self) -> str:
        return self.list[0]

    def after(self, count: int) -> Words:
        parts = self.text.split(maxsplit=count)
        return Words(parts[count] if len(parts) > count else "", self.list[count:])


Argument = Callable[[Words], tuple[Any, int] | None]
"""The value and the number of words it takes; None or ValueError where the words are none of this type."""


def _word(words: Words) -> tuple[str, int]:
    return words.first, 1


def _line(words: Words) -> tuple[str, int]:
    return words.text, len(words.list)


def _interfaces(words: Words) -> tuple[tuple[str, ...], int] | None:
    return names.parse(words.list)


def _vlans(words: Words) -> tuple[frozenset[int], int]:
    """EOS takes `vlan 0` for a line that has not ended yet."""
    if words.first == "0":
        raise Refused(INCOMPLETE)
    return ids.vlans(words.first), 1


def _vlan(words: Words) -> tuple[int, int]:
    (vlan,) = ids.vlans(words.first)
    return vlan, 1


def _number(low: int, high: int) -> Argument:
    def parse(words: Words) -> tuple[int, int] | None:
        fits = words.first.isdecimal() and low <= int(words.first) <= high
        return (int(words.first), 1) if fits else None

    return parse


def _address(words: Words) -> tuple[IPv4Address, int]:
    return IPv4Address(words.first), 1


def _with_mask(words: Words) -> tuple[str, int]:
    """``10.0.0.1/24`` or ``10.0.0.1 255.255.255.0``."""
    if "/" in words.first:
        return words.first, 1
    if len(words.list) < 2:
        raise Refused(INCOMPLETE)
    return f"{words.list[0]}/{IPv4Network(f'0.0.0.0/{words.list[1]}').prefixlen}", 2


def _ifaddr(words: Words) -> tuple[IPv4Interface, int]:
    text, taken = _with_mask(words)
    return IPv4Interface(text), taken


def _prefix(words: Words) -> tuple[IPv4Network, int]:
    text, taken = _with_mask(words)
    return IPv4Network(text, strict=False), taken


def _ifaddr6(words: Words) -> tuple[IPv6Interface, int] | None:
    return (IPv6Interface(words.first), 1) if "/" in words.first else None


def _prefix6(words: Words) -> tuple[IPv6Network, int] | None:
    return (IPv6Network(words.first, strict=False), 1) if "/" in words.first else None


def _hop(parse: Callable[[str], object]) -> Argument:
    """Where a route leads: Null0, an address, an interface, or an address behind an interface."""

    def parse_hop(words: Words) -> tuple[tuple[str | None, str | None], int] | None:
        if "null0".startswith(words.first.lower()) and len(words.first) > 1:
            return ("Null0", None), 1
        found = names.parse(words.list)
        if found is None:
            return (None, str(parse(words.first))), 1
        (name,), taken = found
        try:
            return (name, str(parse(words.list[taken]))), taken + 1
        except (IndexError, ValueError):
            return (name, None), taken

    return parse_hop


def _duration(words: Words) -> tuple[int, int] | None:
    """Seconds of HH:MM:SS, or plain ones (the reference's section 12, number 9)."""
    found = DURATION.fullmatch(words.first)
    if found is None:
        return (int(words.first), 1) if re.fullmatch(r"[1-9]\d{0,6}", words.first) else None
    hours, minutes, seconds = map(int, found.groups())
    return ((hours * 60 + minutes) * 60 + seconds, 1) if minutes < 60 and seconds < 60 else None


def _file(words: Words) -> tuple[str, int] | None:
    """The name of a file on flash."""
    name = flash.file_name(words.first)
    return (name, 1) if name else None


TYPES: Mapping[str, Argument] = {
    "WORD": _word,
    "NAME": _word,
    "VRF": _word,
    "LINE": _line,
    IGNORED: _line,
    "INTERFACES": _interfaces,
    "VLANS": _vlans,
    "VLAN": _vlan,
    "MTU": _number(68, 9214),
    "GROUP": _number(1, 2000),
    "WIDTH": _number(10, 32767),
    "LENGTH": _number(0, 32767),
    "DISTANCE": _number(1, 255),
    "COUNT": _number(1, 1_000_000),
    "ADDRESS": _address,
    "IFADDR": _ifaddr,
    "PREFIX": _prefix,
    "HOP": _hop(IPv4Address),
    "IFADDR6": _ifaddr6,
    "PREFIX6": _prefix6,
    "HOP6": _hop(IPv6Address),
    "DURATION": _duration,
    "FILE": _file,
}
