"""Devices that differ because of a new revision are written to together: in order, and all of it or nothing."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.core.failpoint import failpoint
from reconciler.core.plan import DevicePlan, Plan
from reconciler.core.words import plural
from reconciler.daemon.rolling import Rolling
from reconciler.daemon.standing import Standing
from reconciler.daemon.writing import Writing
from reconciler.engine.cycle import Cycle
from reconciler.engine.order import coupled
from reconciler.engine.outcome import Outcome
from reconciler.settings.loop import LoopSettings

Record = Callable[[DevicePlan, str, str, str], Awaitable[bool]]
"""Writes down what is about to be applied: (device, revision, digest, by). Whether it may be."""


class Around(Protocol):
    """The part of the hub that is needed here (`daemon.hub.Hub`)."""

    approved: set[str]
    writing: Writing
    rolling: Rolling

    @property
    def cycle(self) -> Cycle: ...
    @property
    def loop(self) -> LoopSettings: ...
    @property
    def record(self) -> Record: ...
    @property
    def now(self) -> Callable[[], float]: ...
    def stand(self, device: str, standing: Standing) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """What has become of one device. ``outcome`` None: nothing was sent, ``plan`` says why; ``digest``: of all."""

    cycle: Cycle
    plan: DevicePlan
    outcome: Outcome | None
    digest: str


@dataclass
class Joint:
    """Whoever comes first leads: it plans for all, and carries that out; the others find what has become of them."""

    hub: Around
    call: Callable[[str], None] = lambda device: None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _parts: dict[str, Part] = field(default_factory=dict)
    _grouping: asyncio.Lock = field(default_factory=asyncio.Lock)
    _grouped: Cycle | None = None
    _groups: dict[str, frozenset[str]] = field(default_factory=dict)
    _culprits: dict[str, float] = field(default_factory=dict)

    async def group(self, device: str, cycle: Cycle) -> frozenset[str]:
        """Who has to be written to together with ``device`` at this revision, itself included."""
        async with self._grouping:
            if self._grouped is not cycle:
                drafts = await cycle.drafted(cycle.seen)
                pending = tuple(one for one in drafts if one.writes and one.cause == "pending")
                plan = await asyncio.to_thread(cycle.in_order, Plan(cycle.repository.revision, pending))
                self.hub.rolling.begin(cycle.repository.revision, [device.name for device in pending])
                self._groups = {name: group for group in coupled(plan) for name in group}
                self._grouped = cycle
                failpoint("joint grouped")
        return self._groups.get(device, frozenset({device}))

    def part(self, device: str) -> Part | None:
        """What has become of ``device`` since it was asked last; None: nothing, or of another revision."""
        part = self._parts.pop(device, None)
        return part if part is not None and part.cycle is self.hub.cycle else None

    async def act(self, device: str, cycle: Cycle) -> Part | None:
        """Bring all devices that are pending to their state; what became of ``device``, None: look again."""
        async with self._turn:
            if (part := self.part(device)) is not None:
                return part
            if cycle is not self.hub.cycle:
                return None
            plan = cycle.held_where_it_interrupts(await self._plan(device, cycle))
            failpoint("joint planned")
            parts = await self._carried_out(cycle, plan) if plan.writable else _waiting(cycle, plan)
            self._parts |= {one: part for one, part in parts.items() if one != device}
            for other in parts.keys() - {device}:
                self.call(other)
            return parts.get(device)

    async def _plan(self, leader: str, cycle: Cycle) -> Plan:
        """Without devices that have just failed: they keep nobody waiting, and come when they lead."""
        late = {name for name, until in self._culprits.items() if until > self.hub.now() and name != leader}
        members = await self.group(leader, cycle) - late
        plan = await self._of(members, cycle)
        if plan.schedule is not None and plan.schedule.blast.interrupted and self.hub.rolling.is_in_waves:
            self.hub.rolling.all_at_once()
            plan = await self._of(members, cycle)
        return plan

    async def _of(self, members: frozenset[str], cycle: Cycle) -> Plan:
        plan = cycle.planned(cycle.seen, members)
        pending = tuple(one for one in plan.devices if one.writes and one.cause == "pending")
        return await asyncio.to_thread(cycle.in_order, dataclasses.replace(plan, devices=pending))

    async def _carried_out(self, cycle: Cycle, plan: Plan) -> dict[str, Part]:
        members = [one for one in plan.writable if await self._recorded(cycle, plan, one)]
        plan = dataclasses.replace(plan, devices=tuple(members))
        failpoint("joint recorded")
        self._stand(cycle, plan)
        outcomes = await self._applied(cycle, plan)
        failpoint("joint applied")
        self.hub.approved.discard(plan.digest)
        self._blame(outcomes)
        by_name = {outcome.device: outcome for outcome in outcomes}
        return {one.name: Part(cycle, one, by_name.get(one.name), plan.digest) for one in members}

    async def _recorded(self, cycle: Cycle, plan: Plan, device: DevicePlan) -> bool:
        return await self.hub.record(device, cycle.repository.revision, plan.digest, "")

    def _stand(self, cycle: Cycle, plan: Plan) -> None:
        """Everybody sees who is being written to."""
        for device in plan.devices:
            words = plural(len(device.written), "change")
            self.hub.stand(device.name, Standing("applying", words, cycle.repository.revision, plan.digest))

    async def _applied(self, cycle: Cycle, plan: Plan) -> Sequence[Outcome]:
        limit = self.hub.loop.apply_timeout
        try:
            async with self.hub.writing(device.name for device in plan.devices), asyncio.timeout(limit):
                return await cycle.apply(plan)
        except TimeoutError:
            return [Outcome(device.name, error=f"applying took longer than {limit:g} s") for device in plan.devices]

    def _blame(self, outcomes: Iterable[Outcome]) -> None:
        now = self.hub.now()
        self._culprits = {name: until for name, until in self._culprits.items() if until > now}
        for outcome in outcomes:
            if outcome.culprit:
                self._culprits[outcome.device] = now + self.hub.loop.retry.longest


def _waiting(cycle: Cycle, plan: Plan) -> dict[str, Part]:
    """Nothing of it is to be sent now."""
    return {one.name: Part(cycle, one, None, plan.digest) for one in plan.devices}
