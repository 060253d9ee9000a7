"""Interface names and VLAN lists, in the one form that running configurations print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

MANAGEMENT = "Management"
"""How the names of ports begin that lead to a network of their own, beside all that the switch forwards."""
RANGE = re.compile(r" *([0-9]{1,4})(?:-([0-9]{1,4}))? *")
"""No VLAN has more digits; more numbers than VLANs would only cost memory."""


def expand(vlans: str) -> Iterator[int]:
    """``10,20-22`` -> 10, 20, 21, 22. Raises: ValueError, also for ``22-20``, which would be nothing, and ``1_0``."""
    for part in vlans.split(","):
        found = RANGE.fullmatch(part)
        if found is None or int(found[2] or found[1]) < int(found[1]):
            raise ValueError(f"{part!r} is no range of VLANs")
        yield from range(int(found[1]), int(found[2] or found[1]) + 1)


@lru_cache(maxsize=256)
def members(vlans: str) -> frozenset[int]:
    """The same as a set; the ports of a switch have few lists between them. Raises: ValueError."""
    return frozenset(expand(vlans))


def compress(vlans: Iterable[int]) -> str:
    """10, 20, 21, 22 -> ``10,20-22``: two neighbours are a range already, as EOS prints them."""
    runs: list[list[int]] = []
    for vlan in sorted(set(vlans)):
        if runs and vlan == runs[-1][1] + 1:
            runs[-1][1] = vlan
        else:
            runs.append([vlan, vlan])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
