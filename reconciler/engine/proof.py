"""What was written to is read again: what still differs is residue, and some of it is worth a second go."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from reconciler.core.plan import DevicePlan, Plan, Planned
from reconciler.core.resource import Key
from reconciler.engine.observe import Sight
from reconciler.engine.outcome import Outcome
from reconciler.engine.transaction.party import Party


class World(Protocol):
    """A fresh look at some devices, and the plan for what was seen."""

    async def look(self, names: Iterable[str]) -> Mapping[str, Sight]: ...
    def planned(self, sights: Mapping[str, Sight], only: Collection[str] | None = None) -> Plan: ...


@dataclass(frozen=True)
class Proof:
    """Of one plan. Nothing is deleted or taken over that it did not show."""

    world: World
    plan: Plan

    async def of(self, parties: Sequence[Party]) -> list[Outcome]:
        """A device that cannot be read is an error."""
        names = [party.name for party in parties]
        plans = {device.name: device for device in self.world.planned(await self.world.look(names), names).devices}
        return [self._proven(so_far(party), plans[party.name]) for party in parties]

    def _proven(self, outcome: Outcome, now: DevicePlan) -> Outcome:
        """Who was only beaten to it, and finds all as wanted, has not failed."""
        if now.status not in ("ok", self._shown[outcome.device].status):
            return dataclasses.replace(outcome, error=outcome.error or f"cannot be proven: {now.status}: {now.reason}")
        residue = _written(now)
        beaten = not residue.changes and is_stale(outcome)
        return dataclasses.replace(outcome, failures=() if beaten else outcome.failures, residue=residue)

    def again(self, outcome: Outcome) -> DevicePlan | None:
        """What is left, if all of it is what the plan showed, or came to be missing while it was carried out."""
        left = outcome.residue
        if left is None or not is_stale(outcome) or outcome.error or not left.writes:
            return None
        return left if self.meant(left) else None

    def meant(self, left: DevicePlan) -> bool:
        """Whether it is no more than what people were shown."""
        shown = self._keys(left.name)
        return all(planned.change.key in shown or planned.change.verb == "create" for planned in left.changes)

    @cached_property
    def _shown(self) -> dict[str, DevicePlan]:
        return {device.name: device for device in self.plan.devices}

    def _keys(self, device: str) -> frozenset[Key]:
        return frozenset(planned.change.key for planned in self._shown[device].changes if planned.written)


def so_far(party: Party) -> Outcome:
    """What is known of it without a look."""
    return Outcome(party.name, party.failures, error=party.error, warnings=party.warnings)


def is_stale(outcome: Outcome) -> bool:
    """Whether nothing worse has happened than that the device was not any more as it had been read."""
    return all(failure.nature == "stale" for failure in outcome.failures)


def _written(plan: DevicePlan) -> DevicePlan:
    """Without what is only planned: that is no residue."""
    written: tuple[Planned, ...] = tuple(planned for planned in plan.changes if planned.written)
    return dataclasses.replace(plan, changes=written)
