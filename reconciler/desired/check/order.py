"""Which devices come before which, as the inventory has it: patterns become names, and nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import filter as matching
from typing import NamedTuple

from reconciler.core.waves import loop_in
from reconciler.desired.codes import Code
from reconciler.desired.device import Device
from reconciler.desired.documents.globs import is_glob
from reconciler.desired.suggestion import did_you_mean


class Misorder(NamedTuple):
    """What is wrong with the order of ``device``, and what would be right."""

    device: str
    code: Code
    what: str
    right: str


def after_of(devices: Mapping[str, Device]) -> dict[str, frozenset[str]]:
    """By device: those that have to be converged before it. Nobody is meant by a pattern of its own."""
    patterns = {pattern for device in devices.values() for pattern in device.after}
    meant = {pattern: frozenset(_meant_by(pattern, devices)) for pattern in patterns}
    found = {
        name: frozenset[str]().union(*(meant[one] - {name} if is_glob(one) else meant[one] for one in device.after))
        for name, device in devices.items()
    }
    return {name: before for name, before in found.items() if before}


def misorders(devices: Mapping[str, Device], known: Collection[str]) -> Iterator[Misorder]:
    """Names that nobody has (``known``: all devices there are), tiers that say the contrary, and circles."""
    after = after_of(devices)
    for name, device in sorted(devices.items()):
        for other in device.after:
            if not is_glob(other) and other not in known:
                what = f"{name} is to come after {other}, which is no device"
                yield Misorder(name, Code.UNKNOWN_DEVICE, what, did_you_mean(other, sorted(known)))
        for other in sorted(after.get(name, ())):
            if devices[other].tier > device.tier:
                what = f"{name} (tier {device.tier}) is to come after {other} (tier {devices[other].tier})"
                yield Misorder(
                    name,
                    Code.TIER_CONTRADICTS_AFTER,
                    what,
                    "lower tiers come first: give it a higher tier, or remove its after",
                )
    if loop := loop_in(after):
        yield Misorder(
            loop[0],
            Code.ORDER_LOOP,
            f"{' after '.join(loop)}: these devices wait for each other",
            "remove one of the after",
        )


def _meant_by(pattern: str, devices: Collection[str]) -> list[str]:
    return matching(devices, pattern) if is_glob(pattern) else [name for name in (pattern,) if name in devices]
