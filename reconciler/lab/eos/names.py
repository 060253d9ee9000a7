"""Interface names: the many spellings that EOS takes, its long and its short form, and the Linux interface behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from . import ids

KINDS = (
    ("Port-Channel", "Po", 2),
    ("Ethernet", "Et", 1),
    ("Loopback", "Lo", 2),
    ("Management", "Ma", 2),
    ("Tunnel", "Tu", 2),
    ("Vlan", "Vl", 2),
    ("Vxlan", "Vx", 2),
)
"""Long form, short form, the fewest letters that are taken; in the order of the running configuration."""
SHORT = {long: short for long, short, _ in KINDS}
RANK = {long: number for number, (long, _, _) in enumerate(KINDS)}
SPELLING = re.compile(r"([A-Za-z-]+?)(\d[\d/.,-]*)?")
PARTS = re.compile(r"([A-Za-z-]+)([\d/.]+)")
NUMBER = re.compile(r"(?:\d+/)*\d+(?:\.\d+)?")
PORT = re.compile(r"eth(\d+(?:_\d+)*)")
PHYSICAL = ("Ethernet", "Management")


def parse(words: Sequence[str]) -> tuple[tuple[str, ...], int] | None:
    """The names that ``words`` begin with (``et1-3,5``, ``vlan 10``) and how many words they take; None: no names."""
    spelled = SPELLING.fullmatch(words[0])
    kind = _kind(spelled[1]) if spelled else None
    if spelled is None or kind is None:
        return None
    numbers = spelled[2] or (words[1] if len(words) > 1 else "")
    try:
        return tuple(f"{kind}{number}" for number in _numbers(kind, numbers)), 1 if spelled[2] else 2
    except ValueError:
        return None


def kind(name: str) -> str:
    """``Ethernet`` of ``Ethernet1/1``."""
    return _parts(name)[0]


def vlan_of(name: str) -> int | None:
    """The VLAN whose SVI this is."""
    word, number = _parts(name)
    return int(number) if word == "Vlan" else None


def short(name: str) -> str:
    """``Et1`` for ``Ethernet1``; names that are no interface (``Cpu``) stay as they are."""
    found = PARTS.fullmatch(name)
    return SHORT[found[1]] + found[2] if found else name


def in_order(name: str) -> tuple[int, tuple[int, ...]]:
    """Sort key: by type, and Ethernet2 before Ethernet10."""
    word, number = _parts(name)
    return RANK[word], tuple(int(part) for part in re.split(r"[/.]", number))


def joined(names: Iterable[str]) -> str:
    """``Et1-4,7``: how a prompt names the interfaces that are being configured."""
    ordered = sorted(names, key=in_order)
    kinds, numbers = zip(*(_parts(name) for name in ordered), strict=True)
    plain = all(number.isdecimal() for number in numbers)
    return SHORT[kinds[0]] + (ids.compress(map(int, numbers)) if plain else ",".join(numbers))


def device(name: str) -> str | None:
    """The Linux interface behind a physical port, as containerlab names them: ``eth1_1`` is Ethernet1/1."""
    word, number = _parts(name)
    if word == "Management":
        return "eth0" if number == "0" else None
    return "eth" + number.replace("/", "_") if word == "Ethernet" and "." not in number else None


def port(device_name: str) -> str | None:
    """The port that a Linux interface is; None for those that are none."""
    found = PORT.fullmatch(device_name)
    if found is None:
        return None
    return "Management0" if device_name == "eth0" else "Ethernet" + found[1].replace("_", "/")


def _parts(name: str) -> tuple[str, str]:
    found = PARTS.fullmatch(name)
    assert found is not None, name
    return found[1], found[2]


def _kind(letters: str) -> str | None:
    fitting = [long for long, _, fewest in KINDS if len(letters) >= fewest and long.lower().startswith(letters.lower())]
    return fitting[0] if len(fitting) == 1 else None


def _numbers(kind: str, text: str) -> list[str]:
    numbers = [number for part in text.split(",") for number in _range(part)]
    for number in numbers:
        if not _exists(kind, number):
            raise ValueError(number)
    return numbers


def _range(part: str) -> list[str]:
    """``1/1-4`` and ``1/1-1/4`` count the last number up."""
    first, dash, last = part.partition("-")
    if not NUMBER.fullmatch(first) or (dash and not NUMBER.fullmatch(last)):
        raise ValueError(part)
    if not dash:
        return [first]
    head, slash, low = first.rpartition("/")
    return [f"{head}{slash}{number}" for number in sorted(ids.parse(f"{low}-{last.rpartition('/')[2]}"))]


def _exists(kind: str, number: str) -> bool:
    """Whether the platform can have such an interface."""
    if kind in PHYSICAL or kind == "Port-Channel":
        return kind == "Management" or number != "0"
    if not number.isdecimal():
        return False
    return int(number) in ids.ALL_VLANS if kind == "Vlan" else kind != "Vxlan" or number == "1"
