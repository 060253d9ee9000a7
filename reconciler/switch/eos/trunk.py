"""Lists of VLANs that a trunk carries, changed by adding and removing, never through an empty list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from reconciler.switch.kinds import ALL_VLANS
from reconciler.switch.names import compress, expand, members

COMMAND = "switchport trunk allowed vlan"
LONGEST = 200
"""Characters of a list in one line: well below the 511 columns after which a terminal would wrap our echo."""
NONE = "none"


@lru_cache(maxsize=1024)
def normal(allowed: str) -> str:
    """As a resource has it: sorted and compressed, ``1-4094`` for all. Raises: ValueError."""
    if allowed in ("all", NONE):
        return ALL_VLANS if allowed == "all" else NONE
    return compress(expand(allowed))


def wider(old: str | None, new: str | None) -> Iterator[str]:
    """Lines for a live trunk, before anything narrows it."""
    had, wanted = _vlans(old), _vlans(new)
    if old == new or not wanted - had:
        return
    if new in (None, ALL_VLANS):
        yield f"{COMMAND} all"
    elif not had:
        yield from _set(wanted)
    else:
        yield from _pieces("add", wanted - had)


def narrower(old: str | None, new: str | None) -> Iterator[str]:
    """Lines for a live trunk, after everything has been added to it.

    From all VLANs the new list is written as it is: what would be removed is nearly all of 4,094.
    """
    had, wanted = _vlans(old), _vlans(new)
    if not wanted and had:
        yield f"{COMMAND} none"
    elif old in (None, ALL_VLANS) and had != wanted:
        yield from _set(wanted)
    elif had - wanted:
        yield from _pieces("remove", had - wanted)


def whole(old: str | None, new: str | None) -> Iterator[str]:
    """Lines for a port that is no trunk yet, or no more: the list is only remembered."""
    if (old or ALL_VLANS) == (new or ALL_VLANS):
        return
    if new in (None, ALL_VLANS):
        yield f"no {COMMAND}"
    elif new == NONE:
        yield f"{COMMAND} none"
    else:
        yield from _set(_vlans(new))


def _vlans(allowed: str | None) -> frozenset[int]:
    return frozenset() if allowed == NONE else members(allowed or ALL_VLANS)


def _set(vlans: Iterable[int]) -> Iterator[str]:
    first, *more = _cut(compress(vlans))
    yield f"{COMMAND} {first}"
    for piece in more:
        yield f"{COMMAND} add {piece}"


def _pieces(verb: str, vlans: Iterable[int]) -> Iterator[str]:
    for piece in _cut(compress(vlans)):
        yield f"{COMMAND} {verb} {piece}"


def _cut(listed: str) -> Iterator[str]:
    piece = ""
    for part in listed.split(","):
        if piece and len(piece) + len(part) >= LONGEST:
            yield piece
            piece = ""
        piece = f"{piece},{part}" if piece else part
    yield piece
