"""What a break is: a scenario, found in the live world, with its commands and with what a plan will say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .live import Cluster, Node, Switch


@dataclass(frozen=True, slots=True)
class Broken:
    """One line that the plan must now have: ``kind``, ``name`` and ``verb`` are the plan's own words."""

    scenario: str
    device: str
    kind: str
    name: str
    verb: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be broken now: the commands, and for each plan line its kind, name and verb."""

    commands: tuple[str, ...]
    plan: tuple[tuple[str, str, str], ...]
    tool: str = "ip"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to break devices of one sort (``node``, ``switch`` or ``cluster``)."""

    name: str
    on: str
    summary: str
    find: Callable[[Any], Iterable[Deed]]
    cascade: bool = False
    """Other entries fall with it (the kernel drops what stands on a device), so the plan has further lines."""


@dataclass(frozen=True, slots=True)
class Break:
    """A deed chosen on one device."""

    scenario: Scenario
    world: Node | Switch | Cluster
    deed: Deed

    @property
    def broken(self) -> tuple[Broken, ...]:
        """What the plan must say."""
        device = self.world.device
        return tuple(Broken(self.scenario.name, device, *line) for line in self.deed.plan)

    def commit(self) -> None:
        """Break it."""
        self.world.run(self.deed.tool, self.deed.commands)

    def collides(self, other: Break) -> bool:
        """Whether the two would blur each other: one entry, or one of them takes more of the device along."""
        if self.world.device != other.world.device:
            return False
        if self.scenario.cascade or other.scenario.cascade:
            return True
        mine, theirs = ({line[:2] for line in deed.plan} for deed in (self.deed, other.deed))
        return bool(mine & theirs)
