"""In which order devices get a new state: who must not be among the first, a few at first, then many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from math import ceil


@dataclass(frozen=True, slots=True)
class Portion:
    """``count`` of some things, or ``percent`` (above 0, up to 100) of them; at least one."""

    percent: float = 100.0
    count: int | None = None

    def of(self, number: int) -> int:
        """How many that is of ``number`` things."""
        if self.count is not None:
            return self.count
        return max(1, ceil(Fraction(str(self.percent)) * number / 100))


@dataclass(frozen=True, slots=True)
class Rolling:
    """``canary``: so many devices come first, alone. ``batch``: what of the rest may be under way at the same time."""

    canary: int = 0
    batch: Portion = Portion()


AT_ONCE = Rolling()


def waves(
    devices: Iterable[str],
    tiers: Mapping[str, int],
    after: Mapping[str, Collection[str]],
    rolling: Rolling = AT_ONCE,
) -> list[list[str]]:
    """The devices in waves, sorted within each; a wave begins once all before it have converged.

    ``tiers``: lower ones come first (none: 0). ``after``: device -> those that come before it, where they are among
    ``devices``; the others have nothing to do, and are no reason to wait. Raises: ValueError for a loop.
    """
    left = set(devices)
    size = rolling.batch.of(max(0, len(left) - rolling.canary))
    found: list[list[str]] = []
    while left:
        ready = _ready(left, tiers, after)
        if not ready:
            raise ValueError(f"devices that wait for each other: {', '.join(sorted(left))}")
        is_canary = rolling.canary > 0 and not found
        wave = ready[: rolling.canary if is_canary else size]
        found.append(wave)
        left.difference_update(wave)
    return found


def _ready(left: Collection[str], tiers: Mapping[str, int], after: Mapping[str, Collection[str]]) -> list[str]:
    """Who waits for nobody of those that are left."""
    lowest = min(tiers.get(name, 0) for name in left)
    first = [name for name in left if tiers.get(name, 0) == lowest]
    return sorted(name for name in first if not any(one in left for one in after.get(name, ())))


def loop_in(after: Mapping[str, Collection[str]]) -> list[str]:
    """Devices that wait for each other in a circle, the first one also at the end; empty: there is none."""
    try:
        TopologicalSorter({name: sorted(after[name]) for name in sorted(after)}).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []
