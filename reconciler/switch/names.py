"""Interface names and VLAN lists, in the one form that running configurations print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def natural(name: str) -> tuple[object, ...]:
    """Sort key that puts Ethernet2 before Ethernet10."""
    return tuple((part.isdigit(), int(part) if part.isdigit() else part) for part in re.split(r"(\d+)", name))


def expand(vlans: str) -> Iterator[int]:
    """``10,20-22`` -> 10, 20, 21, 22. Raises: ValueError."""
    for part in vlans.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def compress(vlans: Iterable[int]) -> str:
    """10, 20, 21, 22 -> ``10,20-22``: two neighbours are a range already, as EOS prints them."""
    runs: list[list[int]] = []
    for vlan in sorted(set(vlans)):
        if runs and vlan == runs[-1][1] + 1:
            runs[-1][1] = vlan
        else:
            runs.append([vlan, vlan])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
