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
from reconciler.daemon.ordering import Ordering
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
    standings: dict[str, Standing]

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
    _ordering: Ordering = field(default_factory=Ordering)

    leader: str = ""
    """Who carries something out right now, for itself and others; empty: nobody."""

    async def group(self, device: str, cycle: Cycle) -> frozenset[str]:
        """Who has to be written to together with ``device`` at this revision, itself included.

        Who had to wait when the revision came (a window, a suspension) is grouped with whoever is left, once it may.
        """
        async with self._grouping:
            if self._grouped is not cycle:
                await self._grouped_anew(cycle)
            elif device not in self._groups:
                self._groups |= {device: frozenset({device})} | await self._grouping_of(cycle)
        return self._groups.get(device, frozenset({device}))

    async def _grouped_anew(self, cycle: Cycle) -> None:
        revision = cycle.repository.revision
        self.hub.rolling.begin(revision, ())  # whom the waves of another revision keep waiting has a part in this one
        self._groups = await self._grouping_of(cycle)
        self.hub.rolling.begin(revision, self._groups)
        self._grouped = cycle
        failpoint("joint grouped")

    async def _grouping_of(self, cycle: Cycle) -> dict[str, frozenset[str]]:
        drafts = await cycle.drafted(cycle.seen)
        pending = tuple(one for one in drafts if one.writes and one.cause == "pending")
        plan = await asyncio.to_thread(cycle.in_order, Plan(cycle.repository.revision, pending))
        return {name: group for group in coupled(plan) for name in group}

    def part(self, device: str, cycle: Cycle) -> Part | None:
        """What has become of ``device`` since it was asked last; None: nothing, or of another revision."""
        part = self._parts.pop(device, None)
        return part if part is not None and part.cycle is cycle else None

    async def act(self, device: str, cycle: Cycle) -> Part | None:
        """Bring all devices that are pending to their state; what became of ``device``, None: look again."""
        async with self._turn:
            if (part := self.part(device, cycle)) is not None:
                return part
            if cycle is not self.hub.cycle:
                return None
            plan = await self._plan(device, cycle)
            failpoint("joint planned")
            parts = await self._led(device, cycle, plan) if plan.writable else _waiting(cycle, plan)
            news = {one: part for one, part in parts.items() if one != device and not self._knows(one, part)}
            self._parts |= news
            for other in news:
                self.call(other)
            return parts.get(device)

    async def shown(self, device: str, cycle: Cycle) -> Plan:
        """What would be done, now, to ``device`` and all that it is written to together with; nothing changes."""
        return await self._chosen(await self.group(device, cycle), cycle)

    def _knows(self, device: str, part: Part) -> bool:
        """Whether it stands as ``part`` says already: a plan that waits is told once."""
        now = self.hub.standings.get(device, Standing())
        return part.outcome is None and now.phase == "held" and now.digest == part.digest

    async def _plan(self, leader: str, cycle: Cycle) -> Plan:
        members = await self.group(leader, cycle)
        plan = await self._chosen(members, cycle)
        if self.hub.rolling.is_in_waves and _hurts(plan):
            self.hub.rolling.all_at_once()
            plan = await self._chosen(members, cycle)
        return plan

    async def _chosen(self, group: frozenset[str], cycle: Cycle) -> Plan:
        """Without devices that have just failed, as long as that hurts nobody: they are tried again when none is left.

        It hurts where node pairs are interrupted, or do not hear each other any more, that do with all of them.
        """
        late = {name for name, until in self._culprits.items() if until > self.hub.now()}
        whole = await self._of(group, cycle)
        if not late & {one.name for one in whole.devices}:
            return whole
        without = await self._of(group - late, cycle)
        return without if without.writable and _is_no_worse(without, whole) else whole

    async def _of(self, members: frozenset[str], cycle: Cycle) -> Plan:
        plan = cycle.planned(cycle.seen, members)
        pending = tuple(one for one in plan.devices if one.writes and one.cause == "pending")
        ordered = await self._ordering.of(dataclasses.replace(plan, devices=pending), cycle)
        return cycle.held_where_it_interrupts(ordered)

    async def _led(self, leader: str, cycle: Cycle, plan: Plan) -> dict[str, Part]:
        """Who is left out of it, for it has just failed, has its own try once the others are done."""
        names = [device.name for device in plan.devices]
        try:
            async with self.hub.writing(names):
                if self._is_outdated(cycle, plan):
                    return {}
                self.leader = leader  # and not while others are waited for: who stops us then is obeyed
                parts = await self._carried_out(cycle, plan)
        except BaseException:
            for name in names:  # nobody else would tell them
                self.call(name)
            raise
        finally:
            self.leader = ""
        failed = [part for part in parts.values() if part.outcome is not None and not part.outcome.ok]
        if leader not in parts and failed:
            kept = Outcome(leader, error=f"waits for {', '.join(sorted(parts))}, where applying failed", own=False)
            parts[leader] = Part(cycle, cycle.planned(cycle.seen, [leader]).devices[0], kept, plan.digest)
        return parts

    def _is_outdated(self, cycle: Cycle, plan: Plan) -> bool:
        """Whether, while others were waited for, another revision has come, or what is written has to wait."""
        if cycle is not self.hub.cycle:
            return True
        approved = plan.digest in self.hub.approved
        waits = (cycle.restraint(one.name, one.cause, change) for one in plan.writable for change in one.written)
        return any(wait is not None and not (approved and wait.approvable) for wait in waits)

    async def _carried_out(self, cycle: Cycle, plan: Plan) -> dict[str, Part]:
        """All of them, or none: where one cannot be recorded nothing is sent to any."""
        revision = cycle.repository.revision
        may = [await self.hub.record(device, revision, plan.digest, "") for device in plan.devices]
        if not all(may):
            return _waiting(cycle, cycle.planned(cycle.seen, {device.name for device in plan.devices}), digest="")
        failpoint("joint recorded")
        for device in plan.devices:
            words = plural(len(device.written), "change")
            self.hub.stand(device.name, Standing("applying", words, revision, plan.digest))
        outcomes = await self._applied(cycle, plan)
        failpoint("joint applied")
        self.hub.approved.discard(plan.digest)
        self._blame(outcomes)
        by_name = {outcome.device: outcome for outcome in outcomes}
        return {one.name: Part(cycle, one, by_name.get(one.name), plan.digest) for one in plan.devices}

    async def _applied(self, cycle: Cycle, plan: Plan) -> Sequence[Outcome]:
        limit = self.hub.loop.apply_timeout
        try:
            async with asyncio.timeout(limit):
                return await cycle.apply(plan)
        except TimeoutError:
            error = f"applying took longer than {limit:g} s"
            return [Outcome(device.name, error=error, own=False) for device in plan.devices]

    def _blame(self, outcomes: Iterable[Outcome]) -> None:
        now = self.hub.now()
        self._culprits = {name: until for name, until in self._culprits.items() if until > now}
        for outcome in outcomes:
            if outcome.culprit:
                self._culprits[outcome.device] = now + self.hub.loop.retry.longest


def _hurts(plan: Plan) -> bool:
    """Whether somebody is interrupted, or does not hear from the others' old state any more (a VTEP's new MAC)."""
    blast = plan.schedule.blast if plan.schedule is not None else None
    return blast is not None and bool(blast.interrupted or blast.lost)


def _is_no_worse(plan: Plan, whole: Plan) -> bool:
    """Whether ``plan`` interrupts and parts no pair that ``whole`` does not."""
    if plan.schedule is None or whole.schedule is None:
        return True
    ours, theirs = plan.schedule.blast, whole.schedule.blast
    return ours.interrupted.keys() <= theirs.interrupted.keys() and ours.lost <= theirs.lost


def _waiting(cycle: Cycle, plan: Plan, digest: str | None = None) -> dict[str, Part]:
    """Nothing of it is to be sent now. ``digest``: what approves it, if not the whole ``plan`` is to be approved."""
    approves = plan.digest if digest is None else digest
    return {one.name: Part(cycle, one, None, approves) for one in plan.devices}
