"""One look at one device, and what follows from it: a plan, a repair, a report."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.core.driver import Reading
from reconciler.core.failpoint import failpoint
from reconciler.core.plan import DevicePlan, Plan
from reconciler.core.words import plural
from reconciler.daemon.drift import Drift, listed
from reconciler.daemon.hub import Hub
from reconciler.daemon.joint import Part
from reconciler.daemon.standing import Phase, Standing
from reconciler.daemon.telling import Telling, reason, verdict
from reconciler.engine.cycle import Cycle
from reconciler.engine.observe import Sight
from reconciler.engine.outcome import Outcome
from reconciler.intent.compile import World
from reconciler.intent.wish import Wish
from reconciler.report.event import Event
from reconciler.report.outcome import reasons


@dataclass
class Turns:
    """The turns of one device, one after the other.

    ``wish``, ``reading``: what was wanted and found last; an unchanged device costs no plan.
    """

    hub: Hub
    device: str
    wish: Wish | None = None
    reading: Reading | None = None
    _world: World | None = None
    _writing: bool = False

    def __post_init__(self) -> None:
        self._telling = Telling(self.hub, self.device)

    @property
    def applying(self) -> bool:
        """Whether something is being written right now, for this device or, by its keeper, for several."""
        return self._writing or self.hub.joint.leader == self.device

    async def take(self, told: float | None, *, quick: bool = False) -> Standing:
        """``told``: when the device said that something may have changed, seconds since the epoch; None: it did not.

        ``quick``: only what changes by itself is asked for.
        """
        cycle = self.hub.cycle
        if not self._concerns(cycle):
            self.hub.arrived(self.device)
            self.hub.conditions.end_all(self.device)
            return self._stand(cycle, "not mentioned")
        async with self.hub.gates.of(self.device):
            await self._look(cycle, quick=quick)
        failpoint("device looked at")
        self.hub.arrived(self.device)
        sight = cycle.seen[self.device]
        if sight.reading is None:
            self.reading = None
            return self._lost(cycle, sight)
        self._telling.answers()
        return await self._judged(cycle, sight.reading, told)

    async def _look(self, cycle: Cycle, *, quick: bool) -> None:
        """Every question has its own timeout; should one be forgotten, this device alone is lost, and not for ever."""
        limit = self.hub.loop.apply_timeout
        try:
            async with asyncio.timeout(limit):
                await cycle.look([self.device], quick=quick)
        except TimeoutError:
            reason = f"reading took longer than {limit:g} s"
            cycle.seen[self.device] = Sight(self.device, status="unreachable", reason=reason)

    def _concerns(self, cycle: Cycle) -> bool:
        """Whether a document wants something of it, or once did, or it is asked about its cluster."""
        world = cycle.compiler.latest
        known = self.device in cycle.record.devices or cycle.devices[self.device].source
        return known or world is None or self.device in world

    async def _judged(self, cycle: Cycle, reading: Reading, told: float | None) -> Standing:
        world = cycle.compiler.world(cycle.seen)
        self.hub.compiled(world)
        if (part := self.hub.joint.part(self.device, cycle)) is not None:
            self.reading, self._world, self.wish = reading, world, world.get(self.device)
            return self._became(cycle, part)
        now = self.hub.standings.get(self.device, Standing())
        if reading is self.reading and world is self._world and now.phase == "in sync":
            return self._stand(cycle, "in sync")
        self.reading, self._world, self.wish = reading, world, world.get(self.device)
        await self.hub.complete.wait()
        async with self.hub.one_by_one:  # all keepers are set free at once, and the loop has to breathe
            await asyncio.sleep(0)
        if cycle is not self.hub.cycle:
            return self._again(cycle)
        plan = cycle.planned(cycle.seen, [self.device])
        failpoint("device planned")
        return await self._acted(cycle, plan, told)

    def _again(self, cycle: Cycle) -> Standing:
        """Something has come that this look does not know of."""
        self.reading = None
        return self._stand(cycle, "reading", "something else is wanted since it was read")

    async def _acted(self, cycle: Cycle, plan: Plan, told: float | None) -> Standing:
        if not plan.devices:
            return self._stand(cycle, "in sync")
        (device,) = plan.devices
        drift = self._telling.noticed(device, plan.digest, told)
        if not device.writes and not (device.in_sync and self.device in cycle.record.unsaved):
            cycle.remember(plan)
            return self._settled(cycle, plan)
        if device.writes and device.cause == "pending" and len(await self.hub.joint.group(self.device, cycle)) > 1:
            return await self._jointly(cycle)
        ordered = await asyncio.to_thread(cycle.in_order, plan)
        return await self._alone(cycle, cycle.held_where_it_interrupts(ordered), drift)

    async def _jointly(self, cycle: Cycle) -> Standing:
        """A new revision comes to all devices together."""
        part = await self.hub.joint.act(self.device, cycle)
        return self._again(cycle) if part is None else self._became(cycle, part)

    def _became(self, cycle: Cycle, part: Part) -> Standing:
        """What was done to this device along with others."""
        failpoint("device heard of")
        plan = Plan(cycle.repository.revision, (part.plan,))
        if part.outcome is None:
            return self._settled(cycle, plan, part.digest)
        self._warned([part.outcome])
        return self._ended(cycle, part.plan, part.outcome, None)

    async def _alone(self, cycle: Cycle, plan: Plan, drift: Drift | None) -> Standing:
        (device,) = plan.devices
        if not device.writes and device.changes:
            return self._settled(cycle, plan)
        async with self.hub.writing([self.device]), self.hub.gates.of(self.device):
            if self._is_outdated(cycle, plan, device):
                return self._again(cycle)
            if device.writes and not await self._recorded(cycle, plan, device, drift.by if drift else ""):
                return self._settled(cycle, cycle.planned(cycle.seen, [self.device]))
            failpoint("repair recorded")
            outcome = await self._applied(cycle, plan, device)
            failpoint("repair applied")
        self.hub.approved.discard(plan.digest)
        if drift is not None and (outcome is None or _was_taken(outcome)):
            self.hub.restraints.fights.healed(self.device, [one.change for one in device.changes if one.written])
        return self._ended(cycle, device, outcome, drift)

    def _ended(self, cycle: Cycle, device: DevicePlan, outcome: Outcome | None, drift: Drift | None) -> Standing:
        if outcome is not None and not outcome.ok:
            return self._unsuccessful(cycle, outcome)
        self._telling.done(device, drift)
        after = cycle.seen[self.device]
        self.reading = after.reading
        left = cycle.planned(cycle.seen, [self.device])
        return self._failed(cycle, f"still differs: {_left(left)}") if left.writable else self._settled(cycle, left)

    async def _recorded(self, cycle: Cycle, plan: Plan, device: DevicePlan, by: str) -> bool:
        return await self.hub.record(device, cycle.repository.revision, plan.digest, by)

    def _is_outdated(self, cycle: Cycle, plan: Plan, device: DevicePlan) -> bool:
        """Whether, while others were waited for, another revision has come, or what is written has to wait."""
        if cycle is not self.hub.cycle:
            return True
        approved = plan.digest in self.hub.approved
        written = (planned.change for planned in device.changes if planned.written)
        waits = (self.hub.restraints(self.device, device.cause, change) for change in written)
        return any(wait is not None and not (approved and wait.approvable) for wait in waits)

    async def _applied(self, cycle: Cycle, plan: Plan, device: DevicePlan) -> Outcome | None:
        """None: there was nothing to say. A device that takes too long has failed."""
        self._stand(cycle, "applying", plural(len(device.changes), "change"), digest=plan.digest)
        self._writing = True  # and not while others are waited for: who stops us then is obeyed
        try:
            async with asyncio.timeout(self.hub.loop.apply_timeout):
                outcomes = await cycle.apply(plan)
        except TimeoutError:
            return Outcome(self.device, error=f"applying took longer than {self.hub.loop.apply_timeout:g} s")
        finally:
            self._writing = False
        self._warned(outcomes)
        return outcomes[0] if outcomes else None

    def _warned(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            for warning in outcome.warnings:
                self.hub.tell(Event("warning", f"{self.device}: {warning}", self.device, "warning"))

    def _lost(self, cycle: Cycle, sight: Sight) -> Standing:
        unreachable = sight.status == "unreachable"
        if unreachable:
            self.hub.gates.doubt(self.device)
        kind: Phase = "unreachable" if unreachable else "unreadable"
        self._telling.lost(kind, sight.reason)
        return self._stand(cycle, kind, sight.reason)

    def _unsuccessful(self, cycle: Cycle, outcome: Outcome) -> Standing:
        """A device that fell silent while it was written to is away, and that is the news."""
        sight = cycle.seen[self.device]
        if sight.status == "unreachable":
            self.reading = None
            return self._lost(cycle, sight)
        return self._failed(cycle, "; ".join(reasons(outcome)))

    def _failed(self, cycle: Cycle, reason: str) -> Standing:
        self._telling.failed(reason)
        return self._stand(cycle, "failed", reason)

    def _settled(self, cycle: Cycle, plan: Plan, approved_by: str = "") -> Standing:
        """How things stand after a plan of which nothing is to be written now. ``approved_by``: another's digest."""
        (device,) = plan.devices
        self._telling.fights(device)
        phase = self._telling.settled(device, approved_by or plan.digest)
        why = reason(device, verdict(device)[1])
        digest = (approved_by or plan.digest) if device.approvable else ""
        return self._stand(cycle, phase, why, digest=digest, differences=len(device.changes))

    def _stand(
        self, cycle: Cycle, phase: Phase, reason: str = "", *, digest: str = "", differences: int = 0
    ) -> Standing:
        if phase == "in sync":
            self.hub.good[self.device] = self.hub.now()
        before = self.hub.standings.get(self.device)
        now = Standing(phase, reason, cycle.repository.revision, digest, differences)
        if before is not None and (before.phase, before.reason) == (phase, reason):
            now = Standing(phase, reason, now.revision, digest, differences, before.at)
        self.hub.stand(self.device, now)
        return now


def _was_taken(outcome: Outcome) -> bool:
    """Whether the device took everything, be it that somebody has undone it before we looked."""
    return not outcome.failures and not outcome.error


def _left(plan: Plan) -> str:
    return listed(planned for device in plan.devices for planned in device.changes)
