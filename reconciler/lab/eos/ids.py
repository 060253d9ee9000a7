"""Lists of numbers as switches write them: ``10,20-22``, sorted and compressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

FIRST_VLAN, LAST_VLAN = 1, 4094
ALL_VLANS = frozenset(range(FIRST_VLAN, LAST_VLAN + 1))


def parse(text: str) -> frozenset[int]:
    """Raises: ValueError for anything but numbers, ranges and commas."""
    return frozenset(number for part in text.split(",") for number in _part(part))


def vlans(text: str) -> frozenset[int]:
    """Raises: ValueError, also for numbers that no VLAN can have."""
    numbers = parse(text)
    if not numbers <= ALL_VLANS:
        raise ValueError(f"no VLANs: {text}")
    return numbers


def compress(numbers: Iterable[int]) -> str:
    """Two consecutive numbers are a range already: ``123-124,126``."""
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in _ranges(sorted(numbers)))


def _part(part: str) -> range:
    first, dash, last = part.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not dash)):
        raise ValueError(f"not a number or a range: {part!r}")
    numbers = range(int(first), int(last or first) + 1)
    if not numbers or len(numbers) > LAST_VLAN:
        raise ValueError(f"not a range: {part!r}")
    return numbers


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield numbers[start], numbers[place - 1]
            start = place
