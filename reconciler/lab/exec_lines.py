"""What a host's ``exec`` lines configure: the addresses and routes of its ``ip`` commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface

from .state import Interface


@dataclass(frozen=True, slots=True)
class Route:
    """``ip route add DST via GATEWAY [dev DEV]``."""

    dst: str
    gateway: str
    dev: str | None


def addresses(lines: Sequence[str]) -> Iterator[tuple[Interface, str]]:
    """Every address that has a length, with the device that it is added to."""
    for words in _commands(lines, "address"):
        found = next((word for word in words if "/" in word and _is_address(word)), None)
        if found and "dev" in words:
            yield ip_interface(found), _after(words, "dev")


def routes(lines: Sequence[str]) -> Iterator[Route]:
    """Every route over a gateway, without the default route."""
    for words in _commands(lines, "route"):
        if "via" in words and words[0] != "default":
            yield Route(words[0], _after(words, "via"), _after(words, "dev") if "dev" in words else None)


def _commands(lines: Sequence[str], noun: str) -> Iterator[list[str]]:
    """What follows ``ip NOUN add`` (or ``replace``); iproute2 takes any abbreviation of the noun."""
    for line in lines:
        program, *words = [word for word in line.split() if word not in ("-4", "-6")] or [""]
        if program == "ip" and len(words) > 2 and noun.startswith(words[0]) and words[1] in ("add", "replace"):
            yield words[2:]


def _is_address(word: str) -> bool:
    try:
        ip_interface(word)
    except ValueError:
        return False
    return True


def _after(words: Sequence[str], word: str) -> str:
    """The word that follows ``word``; empty at the end of the line."""
    return "".join(words[words.index(word) + 1 :][:1])
