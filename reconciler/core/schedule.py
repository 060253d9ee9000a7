"""A plan in its order: stages one after the other, in each the devices side by side, and whom it interrupts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Resource
from reconciler.core.words import plural


class Pair(NamedTuple):
    """Two nodes, by their names in the inventory; packets go from ``source`` to ``target``."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True, slots=True)
class Step:
    """What one device is sent at one go. ``changes`` stand in the order in which its driver writes them."""

    device: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps of different devices, by name. They run side by side: whatever their lines interleave to is safe.

    ``interrupts``: packets are lost in it whatever is done; it holds no more than what has to go at the same time.
    """

    steps: tuple[Step, ...]
    interrupts: bool = False


@dataclass(frozen=True, slots=True)
class Blast:
    """Whom a plan touches, per directed pair of nodes; of ``pairs`` only those are listed that it can touch at all.

    ``affected``: the way of some packet is another than before at some time. ``kept``: they hear each other before,
    all the time and after. ``interrupted``: before and after, but not all the time; with the reason, and the change at
    which. ``gained``, ``lost``: only after, only before. ``unknown``: their way leads over what nobody describes.
    """

    pairs: int
    affected: frozenset[Pair] = frozenset()
    kept: frozenset[Pair] = frozenset()
    interrupted: Mapping[Pair, str] = field(default_factory=dict)
    gained: frozenset[Pair] = frozenset()
    lost: frozenset[Pair] = frozenset()
    unknown: frozenset[Pair] = frozenset()

    def __str__(self) -> str:
        """``affects 3 of 12 node pairs, interrupts 0``; gained and lost ones only where there are some."""
        said = [f"affects {len(self.affected)} of {plural(self.pairs, 'node pair')}"]
        said += [f"interrupts {len(self.interrupted)}"]
        named = (("connects", self.gained), ("parts", self.lost), ("cannot tell of", self.unknown))
        return ", ".join([*said, *(f"{word} {len(pairs)}" for word, pairs in named if pairs)])


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every change of a plan once, in an order that no device refuses.

    ``stand_ins``: device -> what is made in one stage and deleted in a later one, so that nobody is interrupted
    meanwhile; a change may have two parts then, one before and one after.
    """

    stages: tuple[Stage, ...]
    blast: Blast
    stand_ins: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those of all stages, in order."""
        return tuple(step for stage in self.stages for step in stage.steps)
