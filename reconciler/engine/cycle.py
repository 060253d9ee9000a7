"""One cycle over all devices: observe, plan, apply, prove. Everything else is somebody else's job."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.core.driver import Saves, Script
from reconciler.core.limits import FleetLimits
from reconciler.core.plan import DevicePlan, Plan, Restraint, unrestrained
from reconciler.core.tally import Tally
from reconciler.desired.repository import Repository
from reconciler.engine.apply import Application
from reconciler.engine.compiled import Compiler
from reconciler.engine.drafts import Drafts
from reconciler.engine.lockout import Ways
from reconciler.engine.observe import Device, Sight, observe
from reconciler.engine.order import held_for_interruption, in_order, probes_of
from reconciler.engine.outcome import Outcome
from reconciler.engine.record import Record
from reconciler.engine.restrain import extents, in_total
from reconciler.engine.saving import Saving
from reconciler.engine.transaction.probes import Probes
from reconciler.engine.transaction.terms import Terms
from reconciler.intent.compile import World
from reconciler.intent.topology import topology_of
from reconciler.intent.wish import Owns
from reconciler.walk.topology import Topology

Listener = Callable[[str, str], None]
"""Hears what just happened to a device: (device, words)."""


@dataclass
class Cycle:
    """The documents, the devices and what is remembered of both. ``seen``: every device as it was last read.

    ``approvals``: digests of plans that a person has approved. ``restraint``: which changes have to wait; ``limits``:
    how much may be written without anybody's approval. ``reads``: how often each device was read.
    """

    repository: Repository
    devices: Mapping[str, Device]
    record: Record
    owns: Mapping[str, Owns] = field(default_factory=dict)
    approvals: Collection[str] = ()
    terms: Terms = field(default_factory=Terms)
    restraint: Restraint = unrestrained
    limits: FleetLimits = field(default_factory=FleetLimits)
    listen: Listener = lambda device, words: None
    seen: dict[str, Sight] = field(default_factory=dict)
    before: World | None = None
    reads: Counter[str] = field(default_factory=Counter)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tally: Tally = field(default_factory=Tally)

    async def plan(self) -> Plan:
        """Observe every device and plan. Raises: Contradiction."""
        return self.ordered(self.planned(await self.look(self.devices)))

    async def look(self, names: Iterable[str], *, quick: bool = False) -> Mapping[str, Sight]:
        """Read these devices again; of the others holds what was seen before. ``quick``: only what drifts by itself.

        Who waits here goes on one at a time: what follows a look is a plan, and a thousand of them in a row would keep
        everything else waiting (systemd's watchdog too).
        """
        asked = list(names)
        self.reads.update(asked)
        self.seen |= await observe([self.devices[name] for name in asked], self._saw, self.seen if quick else {})
        async with self._one_by_one:
            await asyncio.sleep(0)
        return self.seen

    @cached_property
    def compiler(self) -> Compiler:
        return Compiler(self.repository, self.owns, self.before)

    @cached_property
    def drafts(self) -> Drafts:
        """What each device would have to do, each judged by itself."""
        return Drafts(self)

    def planned(self, sights: Mapping[str, Sight], only: Collection[str] | None = None) -> Plan:
        """The plan for what was seen, of all devices or ``only`` of some.

        Raises: Contradiction, of documents alone and where all devices are planned. Who asks for some has judged them.
        """
        world = self.compiler.world(sights)
        if only is None:
            self.compiler.judge()
        names = [name for name in world if self.drafts.acts_on(name) and (only is None or name in only)]
        gone = self.drafts.vanished(world, only)
        drafts = self._in_total(self.drafts.of(world, names, sights), whole=only is None)
        plan = self._plan((*drafts, *gone))
        if plan.digest not in self.approvals:
            return plan
        forgotten = (dataclasses.replace(device, status="ok", reason="") for device in gone)
        drafts = tuple(self.drafts.of(world, names, sights, approved=True))
        self._tally.let(extents(drafts))
        return dataclasses.replace(plan, devices=(*drafts, *forgotten))

    async def planned_one_by_one(self, sights: Mapping[str, Sight], before: Cycle | None = None) -> Plan:
        """What ``planned`` says of all devices; after each of them everybody else has a turn.

        The documents have been judged already. ``before``: what is in force; what it found in sync, and still holds, is
        taken from there.
        """
        drafts = await self.drafted(sights, before)
        vanished = self.drafts.vanished(self.compiler.world(sights), None)
        plan = self._plan((*self._in_total(drafts, whole=True), *vanished))
        digest = await asyncio.to_thread(lambda: plan.digest)
        return self.planned(sights, self.devices) if digest in self.approvals else plan

    async def drafted(self, sights: Mapping[str, Sight], before: Cycle | None = None) -> Sequence[DevicePlan]:
        """What each device would have to do, each judged by itself; after each of them everybody else has a turn."""
        world, drafts = self.compiler.world(sights), list[DevicePlan]()
        for name in filter(self.drafts.acts_on, world):
            calm = before and before.drafts.still_in_sync(name, world, sights)
            drafts += [calm] if calm else self.drafts.of(world, [name], sights)
            await asyncio.sleep(0)
        return drafts

    @cached_property
    def topology(self) -> Topology:
        """Which cables the documents tell of."""
        return topology_of(self.repository)

    @cached_property
    def ways(self) -> Ways:
        """How the devices are reached."""
        return Ways(self.devices, self.topology)

    def ordered(self, plan: Plan) -> Plan:
        """The plan with its stages; held, where it cuts flows and nobody has agreed to that."""
        return self.held_where_it_interrupts(self.in_order(plan))

    def in_order(self, plan: Plan) -> Plan:
        """The plan with its stages, for what was seen last."""
        return in_order(plan, dict(self.seen), self.topology)

    def held_where_it_interrupts(self, plan: Plan) -> Plan:
        """An ordered plan that cuts flows waits until somebody agrees."""
        agreed = self.terms.interruption or plan.digest in self.approvals
        return plan if agreed else held_for_interruption(plan)

    def probes(self, plan: Plan) -> Probes:
        """Pings that tell whether ``plan`` does what it says."""
        return probes_of(plan, dict(self.seen), self.topology, self.devices)

    def endangered(self, plan: Plan) -> list[Device]:
        """Devices that ``plan`` may cut off, although it does not touch them."""
        names = {name for device in plan.writable for name in self.ways.victims(device)}
        return [self.devices[name] for name in sorted(names)]

    def _plan(self, devices: tuple[DevicePlan, ...]) -> Plan:
        return Plan(self.repository.revision, devices, self.compiler.warnings)

    def _in_total(self, drafts: Iterable[DevicePlan], *, whole: bool) -> tuple[DevicePlan, ...]:
        """The plans, held where they are too much together.

        Not ``whole``: one after the other is planned, and all that this revision does counts, but no repairs later on.
        """
        plans = tuple(drafts)
        if whole:
            self._tally = Tally()
        counted = [plan for plan in plans if whole or plan.cause == "pending"]
        return in_total(plans, self._tally.refused(extents(counted), self.limits.total, len(self.devices)))

    async def apply(self, plan: Plan) -> list[Outcome]:
        """Carry the plan out, prove it, save what was proven, and remember it."""
        self.record.unsaved.add(device.name for device in plan.writable if self._saves(device.name))
        outcomes = await Application(self, plan).outcomes()
        self.remember(plan, outcomes)
        return await self._saved(plan, outcomes)

    async def _saved(self, plan: Plan, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Also what an earlier run has changed and, cut short, not saved."""
        calm = [device.name for device in plan.devices if device.in_sync and device.name in self.record.unsaved]
        found = {outcome.device: outcome for outcome in (*map(Outcome, calm), *outcomes)}
        saved = await Saving(self).of([outcome for outcome in found.values() if outcome.ok])
        self.record.unsaved.discard(name for name, outcome in saved.items() if outcome.ok and not outcome.unsaved)
        found |= saved
        return [outcome for name, outcome in found.items() if name not in calm or not outcome.ok or outcome.warnings]

    def _saves(self, device: str) -> bool:
        """A node has nothing to save, and the file that remembers it costs more than its repair."""
        return isinstance(self.devices[device].driver, Saves)

    def saving(self, device: str) -> Script | None:
        """What makes ``device`` boot with what was read last, where it knows a difference."""
        reading, driver = self.seen[device].reading, self.devices[device].driver
        world = self.compiler.latest
        if reading is None or world is None or device not in world or not isinstance(driver, Saves):
            return None
        return driver.saving(reading, world[device].owns)

    def remember(self, plan: Plan, outcomes: Iterable[Outcome] = ()) -> None:
        """Devices that are as wanted now; an approved plan also forgets the devices that vanished."""
        proven = [outcome.device for outcome in outcomes if outcome.ok]
        calm = [device.name for device in plan.devices if device.in_sync and not device.vanished]
        forgotten = [device.name for device in plan.devices if device.in_sync and device.vanished]
        self.record.keep(dict.fromkeys((*proven, *calm), self.repository.meaning), forgotten)

    def _saw(self, sight: Sight) -> None:
        self.listen(sight.device, sight.reason or "read")
