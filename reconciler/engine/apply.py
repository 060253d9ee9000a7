"""Carry a plan out: send it, read again, send what the kernel dropped meanwhile, and name what still differs."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from reconciler.core.driver import Failure, Script, Unreachable
from reconciler.core.plan import DevicePlan, Plan, Planned
from reconciler.core.resource import Key
from reconciler.core.words import plural
from reconciler.engine.observe import Device, Sight, side_by_side

ROUNDS = 3
"""A repair may uncover the next: the kernel drops what stands on an address that is replaced."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How applying to one device ended. ``residue``: what still differs although everything was sent.

    ``warnings``: what there is to say although all is well. ``unsaved``: the device does not boot with it.
    """

    device: str
    failures: tuple[Failure, ...] = ()
    residue: DevicePlan | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    unsaved: bool = False

    @property
    def ok(self) -> bool:
        return not self.failures and not self.error and (self.residue is None or not self.residue.changes)


class World(Protocol):
    """What applying needs of a cycle: its devices, a fresh look at some of them, and the plan for what was seen."""

    @property
    def devices(self) -> Mapping[str, Device]: ...
    def listen(self, device: str, words: str, /) -> None: ...
    async def look(self, names: Iterable[str]) -> Mapping[str, Sight]: ...
    def planned(self, sights: Mapping[str, Sight], only: Collection[str] | None = None) -> Plan: ...
    def saving(self, device: str, /) -> Script | None: ...


@dataclass
class Application:
    """One plan on its way to the devices. Nothing is deleted or taken over that the plan did not show."""

    world: World
    plan: Plan
    _done: dict[str, Outcome] = field(default_factory=dict)

    async def outcomes(self) -> list[Outcome]:
        pending: Sequence[DevicePlan] = self.plan.writable
        for _ in range(ROUNDS):
            tried = await side_by_side(self._send(device) for device in pending)
            proven = await self._prove(tried)
            self._done |= {outcome.device: outcome for outcome in proven}
            pending = [again for outcome in proven if (again := self._again(outcome))]
            if not pending:
                break
        return list(self._done.values())

    async def saved(self, outcomes: Collection[Outcome]) -> dict[str, Outcome]:
        """Save what devices boot with; what cannot be saved is an outcome that is not ok."""
        saved = await side_by_side(self._save(outcome) for outcome in outcomes)
        return {outcome.device: outcome for outcome in saved}

    async def _send(self, plan: DevicePlan) -> Outcome:
        self.world.listen(plan.name, f"applying {plural(len(plan.changes), 'change')}")
        try:
            failures = await self.world.devices[plan.name].transport.apply(plan.script)
        except Unreachable as error:
            return Outcome(plan.name, error=str(error))
        return _outcome(plan.name, failures)

    async def _prove(self, tried: Sequence[Outcome]) -> list[Outcome]:
        """Read again what was written to: what still differs is residue, an unread device is an error."""
        names = [outcome.device for outcome in tried]
        plans = {device.name: device for device in self.world.planned(await self.world.look(names), names).devices}
        return [self._proven(outcome, plans[outcome.device]) for outcome in tried]

    def _proven(self, outcome: Outcome, now: DevicePlan) -> Outcome:
        """Who was only beaten to it, and finds all as wanted, has not failed."""
        if now.status not in ("ok", self._shown[outcome.device].status):
            return dataclasses.replace(outcome, error=outcome.error or f"cannot be proven: {now.status}: {now.reason}")
        residue = _written(now)
        beaten = not residue.changes and all(failure.nature == "stale" for failure in outcome.failures)
        return dataclasses.replace(outcome, failures=() if beaten else outcome.failures, residue=residue)

    def _again(self, outcome: Outcome) -> DevicePlan | None:
        """What is left, if all of it is what the plan showed, or came to be missing while it was carried out."""
        left = outcome.residue
        stale = all(failure.nature == "stale" for failure in outcome.failures)
        if left is None or not stale or outcome.error or not left.writes:
            return None
        shown = self._keys(outcome.device)
        meant = all(planned.change.key in shown or planned.change.verb == "create" for planned in left.changes)
        return left if meant else None

    async def _save(self, outcome: Outcome) -> Outcome:
        """What cannot be saved is said; what it was about to save is applied and proven all the same."""
        script = self.world.saving(outcome.device)
        if script is None:
            return outcome
        try:
            failures = await self.world.devices[outcome.device].transport.apply(script)
        except Unreachable as error:
            return dataclasses.replace(outcome, error=f"applied and proven, but not saved: {error}")
        saved = _outcome(outcome.device, failures)
        warnings = (*outcome.warnings, *saved.warnings)
        return dataclasses.replace(outcome, failures=saved.failures, warnings=warnings, unsaved=bool(saved.warnings))

    @cached_property
    def _shown(self) -> dict[str, DevicePlan]:
        return {device.name: device for device in self.plan.devices}

    def _keys(self, device: str) -> frozenset[Key]:
        return frozenset(planned.change.key for planned in self._shown[device].changes if planned.written)


def _outcome(device: str, failures: Iterable[Failure]) -> Outcome:
    said = [failure.reason for failure in failures if failure.nature == "warning"]
    return Outcome(device, tuple(f for f in failures if f.nature != "warning"), warnings=tuple(said))


def _written(plan: DevicePlan) -> DevicePlan:
    """Without what is only planned: that is no residue."""
    written: tuple[Planned, ...] = tuple(planned for planned in plan.changes if planned.written)
    return dataclasses.replace(plan, changes=written)
