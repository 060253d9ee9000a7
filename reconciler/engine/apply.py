"""Carry a plan out: send it, read again, send what the kernel dropped meanwhile, and name what still differs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from reconciler.core.driver import Script
from reconciler.core.plan import DevicePlan, Plan
from reconciler.engine.observe import Device, Sight
from reconciler.engine.outcome import Outcome
from reconciler.engine.proof import Proof, so_far
from reconciler.engine.transaction.back import abandon, take_back
from reconciler.engine.transaction.party import Party
from reconciler.engine.transaction.probes import Probes
from reconciler.engine.transaction.risk import armed_for
from reconciler.engine.transaction.run import Broken, Transaction
from reconciler.engine.transaction.terms import Terms

ROUNDS = 3
"""A repair may uncover the next: the kernel drops what stands on an address that is replaced."""


class World(Protocol):
    """What applying needs of a cycle: its devices, a fresh look at some of them, and the plan for what was seen."""

    @property
    def devices(self) -> Mapping[str, Device]: ...
    @property
    def terms(self) -> Terms: ...
    def listen(self, device: str, words: str, /) -> None: ...
    async def look(self, names: Iterable[str]) -> Mapping[str, Sight]: ...
    def planned(self, sights: Mapping[str, Sight], only: Collection[str] | None = None) -> Plan: ...
    def ordered(self, plan: Plan, /) -> Plan: ...
    def probes(self, plan: Plan, /) -> Probes: ...
    def endangered(self, plan: Plan, /) -> Sequence[Device]: ...


@dataclass
class Application:
    """One plan on its way to the devices. Where it is armed, it comes to its end on all of them or on none."""

    world: World
    plan: Plan

    async def outcomes(self) -> list[Outcome]:
        found, plan = dict[str, Outcome](), self.plan
        for left in reversed(range(ROUNDS)):
            transaction = self._transaction(plan)
            found |= {outcome.device: outcome for outcome in await self._carried_out(transaction, plan)}
            again = await self._planned_again(plan) if left and transaction.is_to_begin_anew else None
            if again is None:
                break
            found = {device.name: Outcome(device.name) for device in again.devices}
            plan = again
        return list(found.values())

    def _transaction(self, plan: Plan) -> Transaction:
        terms = self.world.terms
        armed = bool(armed_for(plan, terms))
        writing = [Party.of(self.world.devices[one.name], one, terms.timeout, armed=armed) for one in plan.writable]
        for party in writing:
            party.stand_ins = plan.stand_ins(party.name)
        return Transaction(self.world, writing, plan.stages, terms.timeout)

    async def _planned_again(self, plan: Plan) -> Plan | None:
        """For what the devices are now; None: that is more than what people were shown, or not for all of them."""
        names = [device.name for device in plan.writable]
        now = self.world.planned(await self.world.look(names), names)
        if len(now.devices) < len(names) or not all(device.in_sync or device.writes for device in now.devices):
            return None
        if not all(map(self._proof.meant, now.devices)):
            return None
        again = self.world.ordered(now)
        return again if len(again.writable) == len(now.writable) else None

    async def _carried_out(self, transaction: Transaction, plan: Plan) -> list[Outcome]:
        """Whoever stops us in the middle leaves nothing half done behind, as far as there is time."""
        try:
            return await self._tried(transaction, plan)
        except BaseException:
            await abandon(transaction)
            raise

    async def _tried(self, transaction: Transaction, plan: Plan) -> list[Outcome]:
        try:
            if not transaction.armed:
                await transaction.apply()
                return await self._settled(transaction)
            return await self._confirmed(transaction, plan)
        except Broken as broken:
            return await self._broken(transaction, broken)

    async def _confirmed(self, transaction: Transaction, plan: Plan) -> list[Outcome]:
        """Raises: Broken."""
        probes = await asyncio.to_thread(self.world.probes, plan) if self.world.terms.probes else None
        await transaction.arm()
        if probes is not None:
            await probes.before()
        await transaction.apply()
        outcomes = await self._settled(transaction)
        if probes is not None:
            await probes.after()
        await transaction.reach(self.world.endangered(plan))
        await transaction.confirm()
        return outcomes

    async def _broken(self, transaction: Transaction, broken: Broken) -> list[Outcome]:
        """All of it is taken back where it was armed; else what has become of each device is looked at."""
        if not transaction.armed:
            one_by_one = len(transaction.stages) > 1
            return await (self._proof.of(transaction.parties) if one_by_one else self._settled(transaction))
        culprits = transaction.culprits
        ended = await take_back(transaction)
        return [_taken_back(party, ended[party.name], culprits or str(broken)) for party in transaction.parties]

    async def _settled(self, transaction: Transaction) -> list[Outcome]:
        """Read again, and what the kernel dropped meanwhile sent again. Raises: Broken, of what is armed."""
        done: dict[str, Outcome] = {}
        waiting: Sequence[Party] = transaction.parties
        for left in reversed(range(ROUNDS)):
            proven = await self._proof.of(waiting)
            done |= {outcome.device: outcome for outcome in proven}
            again = {plan.name: plan for outcome in proven if (plan := self._proof.again(outcome))}
            if not left or not again or (transaction.armed and transaction.is_stale):
                break
            waiting = await self._sent_again(transaction, again)
        if transaction.armed:
            transaction.judge({name: (one.failures, one.error or "; ".join(one.left)) for name, one in done.items()})
        return list(done.values())

    async def _sent_again(self, transaction: Transaction, left: Mapping[str, DevicePlan]) -> Sequence[Party]:
        scripts: dict[str, Script] = {name: plan.script for name, plan in left.items()}
        try:
            await transaction.send_again(scripts)
        except Broken:
            if transaction.armed:
                raise
        return [party for party in transaction.parties if party.name in scripts]

    @cached_property
    def _proof(self) -> Proof:
        return Proof(self.world, self.plan)


def _taken_back(party: Party, ended: str, culprits: str) -> Outcome:
    own = so_far(party)
    why = own.error or ("" if own.failures else culprits)
    error = f"{why}; {ended}" if why else ended
    return Outcome(party.name, own.failures, error=error, warnings=own.warnings, taken_back=True, own=not own.ok)
