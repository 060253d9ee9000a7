"""One cycle over all devices: observe, plan, apply, prove. Everything else is somebody else's job."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.core.driver import Failure, Unreachable
from reconciler.core.plan import DevicePlan, Plan
from reconciler.core.words import plural
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.engine.facts import cluster_facts
from reconciler.engine.observe import Device, Sight, observe, side_by_side
from reconciler.engine.plan import plan_device, restrain
from reconciler.engine.record import Record
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Intent, Owns, Wish

ROUNDS = 3
"""A repair may uncover the next: the kernel drops what stands on an address that is replaced."""

Listener = Callable[[str, str], None]
"""Hears what just happened to a device: (device, words)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How applying to one device ended. ``residue``: what still differs although everything was sent."""

    device: str
    failures: tuple[Failure, ...] = ()
    residue: DevicePlan | None = None
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.failures and not self.error and (self.residue is None or not self.residue.changes)


@dataclass
class Cycle:
    """The documents, the devices and what is remembered of both."""

    repository: Repository
    devices: Mapping[str, Device]
    record: Record
    owns: Mapping[str, Owns] = field(default_factory=dict)
    approval: str = ""
    listen: Listener = lambda device, words: None

    async def plan(self) -> Plan:
        """Observe every device and plan. Raises: Contradiction."""
        return self.planned(await observe(self.devices.values(), self._saw))

    def planned(self, sights: Mapping[str, Sight]) -> Plan:
        """The plan for what was seen. Raises: Contradiction."""
        intent = self._intent(sights)
        free = [self._device_plan(intent.devices[name], sights) for name in sorted(intent.devices) if self._ours(name)]
        warnings = sorted({*self.repository.having("warning"), *intent.warnings})
        plan = Plan(self.repository.revision, (*free, *self._vanished(intent)), tuple(map(str, warnings)))
        approved = self.approval == plan.digest
        return dataclasses.replace(plan, devices=tuple(self._held(d, intent, approved=approved) for d in plan.devices))

    def _held(self, plan: DevicePlan, intent: Intent, *, approved: bool) -> DevicePlan:
        if plan.vanished:
            return dataclasses.replace(plan, status="ok", reason="") if approved else plan
        return restrain(plan, intent.devices[plan.name], approved=approved)

    def _intent(self, sights: Mapping[str, Sight]) -> Intent:
        intent = compile_world(self.repository, cluster_facts(self.repository, sights), self.owns)
        if intent.problems:
            raise Contradiction(intent.problems)
        return intent

    def _ours(self, name: str) -> bool:
        return name in self.devices

    def _device_plan(self, wish: Wish, sights: Mapping[str, Sight]) -> DevicePlan:
        device = self.devices[wish.device]
        unseen = Sight(wish.device, status="unreachable", reason="not observed")
        sight = sights.get(wish.device, unseen)
        plan = plan_device(wish, sight, device.driver, platform=device.platform, audit=device.audit)
        drift = self.record.converged(wish.device, self._documents)
        return dataclasses.replace(plan, cause="drift" if drift else "pending")

    def _vanished(self, intent: Intent) -> tuple[DevicePlan, ...]:
        """Devices that we once brought to their state and that no document mentions any more."""
        gone = sorted((self.record.devices & self.devices.keys()) - intent.devices.keys())
        reason = "no document mentions it any more; nothing on it is changed"
        return tuple(
            DevicePlan(name, self.devices[name].platform, "held", reason, approvable=True, vanished=True)
            for name in gone
        )

    async def apply(self, plan: Plan) -> list[Outcome]:
        """Carry the plan out, prove it, and remember what converged."""
        outcomes = await self._rounds(plan)
        await self._save([outcome.device for outcome in outcomes if outcome.ok])
        self.remember(plan, outcomes)
        return outcomes

    async def _rounds(self, plan: Plan) -> list[Outcome]:
        done: dict[str, Outcome] = {}
        pending: Sequence[DevicePlan] = plan.writable
        for _ in range(ROUNDS):
            tried = await side_by_side(self._send(device) for device in pending)
            proven = await self._prove(tried)
            done |= {outcome.device: outcome for outcome in proven}
            pending = [o.residue for o in proven if o.residue and o.residue.writes and not o.failures]
            if not pending:
                break
        return list(done.values())

    async def _send(self, plan: DevicePlan) -> Outcome:
        self.listen(plan.name, f"applying {plural(len(plan.changes), 'change')}")
        try:
            failures = await self.devices[plan.name].transport.apply(plan.script)
        except Unreachable as error:
            return Outcome(plan.name, error=str(error))
        return Outcome(plan.name, tuple(failures))

    async def _prove(self, tried: Iterable[Outcome]) -> list[Outcome]:
        """Read again what was written to: what still differs is residue, an unread device is an error."""
        outcomes = {outcome.device: outcome for outcome in tried}
        sights = await observe([self.devices[name] for name in outcomes], self._saw)
        plans = {device.name: device for device in self._among(outcomes, sights).devices}
        return [self._proven(outcome, sights[name], plans.get(name)) for name, outcome in outcomes.items()]

    def _among(self, names: Iterable[str], sights: Mapping[str, Sight]) -> Plan:
        some = {name: self.devices[name] for name in names}
        return dataclasses.replace(self, devices=some, approval="").planned(sights)

    def _proven(self, outcome: Outcome, sight: Sight, residue: DevicePlan | None) -> Outcome:
        if sight.reading is None:
            return dataclasses.replace(outcome, error=outcome.error or f"cannot be proven: {sight.reason}")
        return dataclasses.replace(outcome, residue=residue and _written(residue))

    async def _save(self, names: Iterable[str]) -> None:
        await side_by_side(self.devices[name].transport.save() for name in names)

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


def _written(plan: DevicePlan) -> DevicePlan:
    """Without what audit only plans: that is no residue."""
    return dataclasses.replace(plan, changes=tuple(planned for planned in plan.changes if planned.written))
