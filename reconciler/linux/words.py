"""Words of iproute2: what its JSON numbers mean, and which words may stand in a line of a batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
"""One entry of a table as ``ip -j -d -N`` prints it."""

TYPES = {
    "1": "unicast",
    "2": "local",
    "3": "broadcast",
    "4": "anycast",
    "5": "multicast",
    "6": "blackhole",
    "7": "unreachable",
    "8": "prohibit",
    "9": "throw",
    "10": "nat",
}
"""Route types (``linux/rtnetlink.h``, RTN_*)."""
SCOPES = {"0": "global", "200": "site", "253": "link", "254": "host", "255": "nowhere"}
"""``/etc/iproute2/rt_scopes``, which a node may not have: so we ask for numbers and name them here."""

# Nothing that means something to a batch (white space, quotes, backslash, '#') or to a shell, and no option.
SAFE_WORD = re.compile(r"(?!-)[A-Za-z0-9_.:/@+=,~^-]+", re.ASCII)


def named(names: Mapping[str, str], number: str) -> str:
    """The name of ``number``; an unusual one stays a number, as iproute2 prints it."""
    return names.get(number, number)


def word(value: object) -> str:
    """``value`` as one word of a batch line. Raises: ValueError for what iproute2 would not read as one word."""
    text = str(value)
    if not (SAFE_WORD.fullmatch(text) and text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} cannot be written as one word of a command")
    return text


def pairs(**words: object) -> str:
    """``name value`` for each word that is given, with a leading space each. A ``True`` is the name alone."""
    given = ((name, value) for name, value in words.items() if value is not None and value is not False)
    return "".join(f" {name}" if value is True else f" {name} {word(value)}" for name, value in given)


def whole(address: str) -> str:
    """A prefix that always carries its length: iproute2 leaves it away from host routes."""
    if "/" in address:
        return address
    return f"{address}/{128 if ':' in address else 32}"
