"""One cycle over all devices: observe, plan, apply, prove. Everything else is somebody else's job."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.core.driver import Saves, Script
from reconciler.core.plan import DevicePlan, Plan
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.engine.apply import Application, Outcome
from reconciler.engine.facts import cluster_facts
from reconciler.engine.observe import SENSELESS, Device, Sight, observe, senseless
from reconciler.engine.plan import plan_device, restrain
from reconciler.engine.record import Record
from reconciler.intent.compile import World, compile_world
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.wish import Owns, Wish

Listener = Callable[[str, str], None]
"""Hears what just happened to a device: (device, words)."""


@dataclass
class Cycle:
    """The documents, the devices and what is remembered of both. ``seen``: every device as it was last read."""

    repository: Repository
    devices: Mapping[str, Device]
    record: Record
    owns: Mapping[str, Owns] = field(default_factory=dict)
    approval: str = ""
    listen: Listener = lambda device, words: None
    seen: dict[str, Sight] = field(default_factory=dict)
    _world: World | None = None
    _facts: Mapping[str, ClusterFacts] = field(default_factory=dict)

    async def plan(self) -> Plan:
        """Observe every device and plan. Raises: Contradiction."""
        return self.planned(await self.look(self.devices))

    async def look(self, names: Iterable[str]) -> Mapping[str, Sight]:
        """Read these devices again; of the others holds what was seen before."""
        self.seen |= await observe([self.devices[name] for name in names], self._saw)
        return self.seen

    def planned(self, sights: Mapping[str, Sight]) -> Plan:
        """The plan for what was seen. Raises: Contradiction."""
        world, holds = self._compiled(sights), {}
        free = []
        for name in filter(self._acts_on, world):
            wish = world[name]
            holds[name] = wish.holds
            free.append(self._device_plan(wish, sights))
        warnings = sorted({*self.repository.having("warning"), *world.warnings})
        plan = Plan(self.repository.revision, (*free, *self._vanished(world)), tuple(map(str, warnings)))
        approved = self.approval == plan.digest
        held = [self._held(device, holds.get(device.name, ()), approved=approved) for device in plan.devices]
        return dataclasses.replace(plan, devices=tuple(held))

    def _held(self, plan: DevicePlan, holds: Sequence[str], *, approved: bool) -> DevicePlan:
        if plan.vanished:
            return dataclasses.replace(plan, status="ok", reason="") if approved else plan
        return restrain(plan, holds, approved=approved)

    def _compiled(self, sights: Mapping[str, Sight]) -> World:
        """The documents with what the cluster tells of itself, compiled again only where that has changed."""
        facts = cluster_facts(self.repository, sights)
        if self._world is None or facts != self._facts:
            self._world = compile_world(self.repository, facts, self.owns, before=self._world)
            self._facts = facts
        if self._world.problems:
            raise Contradiction(self._world.problems)
        return self._world

    def _acts_on(self, name: str) -> bool:
        return name in self.devices and not self.devices[name].source

    def _device_plan(self, wish: Wish, sights: Mapping[str, Sight]) -> DevicePlan:
        device = self.devices[wish.device]
        sight = sights.get(wish.device, Sight(wish.device, status="unreachable", reason="not observed"))
        try:
            plan = plan_device(wish, sight, device.driver, platform=device.platform, audit=device.audit)
        except SENSELESS as error:
            plan = DevicePlan(wish.device, device.platform, "unreadable", senseless(error))
        drift = self.record.converged(wish.device, self._documents)
        return dataclasses.replace(plan, cause="drift" if drift else "pending")

    def _vanished(self, world: World) -> tuple[DevicePlan, ...]:
        """Devices that we once brought to their state and that no document mentions any more."""
        gone = sorted(name for name in self.record.devices - world.keys() if self._acts_on(name))
        reason = "no document mentions it any more; nothing on it is changed"
        return tuple(
            DevicePlan(name, self.devices[name].platform, "held", reason, approvable=True, vanished=True)
            for name in gone
        )

    async def apply(self, plan: Plan) -> list[Outcome]:
        """Carry the plan out, prove it, save what was proven, and remember it."""
        self.record.unsaved.add(device.name for device in plan.writable)
        outcomes = await Application(self, plan).outcomes()
        self.remember(plan, outcomes)
        return await self._saved(plan, outcomes)

    async def _saved(self, plan: Plan, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Also what an earlier run has changed and, cut short, not saved."""
        calm = [device.name for device in plan.devices if device.in_sync and device.name in self.record.unsaved]
        found = {outcome.device: outcome for outcome in (*map(Outcome, calm), *outcomes)}
        saved = await Application(self, plan).saved([outcome for outcome in found.values() if outcome.ok])
        self.record.unsaved.discard(name for name, outcome in saved.items() if outcome.ok and not outcome.unsaved)
        found |= saved
        return [outcome for name, outcome in found.items() if name not in calm or not outcome.ok or outcome.warnings]

    def saving(self, device: str) -> Script | None:
        """What makes ``device`` boot with what was read last, where it knows a difference."""
        reading, driver = self.seen[device].reading, self.devices[device].driver
        if reading is None or self._world is None or not isinstance(driver, Saves):
            return None
        return driver.saving(reading, self._world[device].owns) if device in self._world else None

    def remember(self, plan: Plan, outcomes: Iterable[Outcome] = ()) -> None:
        """Devices that are as wanted now; an approved plan also forgets the devices that vanished."""
        proven = [outcome.device for outcome in outcomes if outcome.ok]
        calm = [device.name for device in plan.devices if device.in_sync and not device.vanished]
        forgotten = [device.name for device in plan.devices if device.in_sync and device.vanished]
        self.record.keep(dict.fromkeys((*proven, *calm), self._documents), forgotten)

    @cached_property
    def _documents(self) -> str:
        """The documents' meaning alone, whatever commit and file they stand in."""
        said = sorted((d.kind, d.name, d.spec.model_dump_json()) for d in self.repository.documents)
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def _saw(self, sight: Sight) -> None:
        self.listen(sight.device, sight.reason or "read")


class Contradiction(Exception):
    """The documents contradict one another; ``problems`` say where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
