"""Internal VLANs: a routed port takes one from 1006 up, which no user VLAN can have then (reference, section 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from . import names
from .config import Config

FIRST, LAST = 1006, 4094
RANGE = re.compile(r"vlan internal order (ascending|descending) range (\d+) (\d+)")
IN_USE = "% VLAN {vlan} is in use as an internal VLAN"
"""The text of EOS is not known (the reference's section 12, number 1)."""


def allocated(config: Config, before: Mapping[str, int]) -> dict[str, int]:
    """The internal VLAN of each routed port: the one it has, else the first that neither a user nor a port has."""
    routed = [name for name in sorted(config.interfaces, key=names.in_order) if _takes_one(config, name)]
    result = {name: before[name] for name in routed if name in before and before[name] not in config.vlans}
    free = _free(config, result)
    for name in routed:
        if name not in result:
            vlan = next(free, None)
            if vlan is not None:
                result[name] = vlan
    return result


def policy(config: Config) -> tuple[str, int, int]:
    """Order, first and last VLAN."""
    for block in config.verbatim:
        found = RANGE.fullmatch(block.line)
        if found:
            return found[1], int(found[2]), int(found[3])
    return "ascending", FIRST, LAST


def _takes_one(config: Config, name: str) -> bool:
    if not name.startswith(("Ethernet", "Port-Channel")) or config.interfaces[name].channel_group is not None:
        return False
    return not config.is_switched(name)


def _free(config: Config, taken: Mapping[str, int]) -> Iterator[int]:
    order, first, last = policy(config)
    used = {*config.vlans, *taken.values()}
    numbers = range(first, last + 1)
    return (vlan for vlan in (numbers if order == "ascending" else reversed(numbers)) if vlan not in used)
