"""A transaction over many devices: arm, apply stage by stage, prove, confirm; whatever fails takes all of it back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.core.change import Change
from reconciler.core.commit import Commits
from reconciler.core.driver import Failure, Reading, Script, Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.core.schedule import Stage
from reconciler.core.words import plural
from reconciler.engine.observe import Device, Sight, side_by_side
from reconciler.engine.parts import has_own_undo
from reconciler.engine.transaction.party import Party
from reconciler.engine.transaction.together import Together
from reconciler.transport.this_run import next_number

MARGIN = 5.0
"""Seconds before a device's own timer ends within which nothing is confirmed any more."""
Step = Callable[[Party], Awaitable[Sequence[Failure]]]


class World(Protocol):
    """What a transaction needs of a cycle: a fresh look at some devices, and somebody who listens."""

    def listen(self, device: str, words: str, /) -> None: ...
    async def look(self, names: Iterable[str]) -> Mapping[str, Sight]: ...


class Broken(Exception):
    """Why the transaction goes no further; each party knows its own part."""


@dataclass
class Transaction:
    """``stages``: in this order; within one, devices side by side. ``timeout``: as each device was told, in seconds."""

    world: World
    parties: Sequence[Party]
    stages: Sequence[Stage]
    timeout: float
    _began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    def __post_init__(self) -> None:
        self._by_name = {party.name: party for party in self.parties}

    @property
    def armed(self) -> bool:
        return bool(self._armed)

    @property
    def _armed(self) -> list[Party]:
        return [party for party in self.parties if party.armed]

    async def arm(self) -> None:
        """All devices, before the first write to any. Raises: Broken."""
        if self.armed:
            await self._each(self._armed, Party.arm, "armed")

    async def apply(self) -> None:
        """Raises: Broken. What comes after a stage of which a part failed is not sent."""
        for number, stage in enumerate(self.stages):
            await self._stage(number, stage)

    async def reach(self, others: Iterable[Device] = ()) -> None:
        """Whether every device still lets us in, and so do ``others`` behind it. Raises: Broken."""
        await self._each(self._armed, _reached, "reached")
        lost = list(filter(None, await side_by_side(map(_silent, others))))
        if lost:
            raise Broken(f"{', '.join(lost)} cannot be reached any more")

    async def confirm(self) -> None:
        """Raises: Broken. Not at the last moment: who is late is taken back everywhere.

        Stage by stage, as they were sent: if we die in the middle, what stays is a state on the way, which is proven.
        """
        if self.armed and self.left < MARGIN:
            raise Broken(f"it took longer than {self.timeout:g} s")
        for parties in self._by_stage():
            await self._each(parties, Party.confirm, "confirmed")

    def _by_stage(self) -> Iterator[list[Party]]:
        """Armed ones; last those to which nothing was sent."""
        for stage in self.stages:
            names = {step.device for step in stage.steps}
            yield [party for party in self._armed if party.name in names]
        yield [party for party in self._armed if not party.sent]

    @property
    def left(self) -> float:
        """Seconds until the first device takes back by itself."""
        return self._began + self.timeout - asyncio.get_running_loop().time()

    @property
    def is_stale(self) -> bool:
        """Whether nothing worse has happened than that a device was not any more as it had been read."""
        troubled = [party for party in self.parties if not party.ok]
        return bool(troubled) and all(
            not party.error and all(failure.nature == "stale" for failure in party.failures) for party in troubled
        )

    @property
    def is_to_begin_anew(self) -> bool:
        """Whether another plan, for what the devices are now, may do better."""
        return self.is_stale and (self.armed or len(self.stages) > 1)

    @property
    def culprits(self) -> str:
        """Which devices have failed, in words; empty: none of its own."""
        failed = [party.name for party in self.parties if not party.ok]
        return f"{', '.join(failed)} failed" if failed else ""

    def judge(self, found: Mapping[str, tuple[Sequence[Failure], str]]) -> None:
        """What a look at each device has told: failures, error. Raises: Broken, if one of them is not as planned."""
        for name, (failures, error) in found.items():
            self._by_name[name].failures, self._by_name[name].error = tuple(failures), error
        self._check()

    async def send_again(self, scripts: Mapping[str, Script]) -> None:
        """What came to be missing meanwhile; what was said to the same devices before is settled. Raises: Broken."""
        for name in scripts:
            self._by_name[name].failures = ()
        await self._send(scripts, "applied again")

    async def _send(self, scripts: Mapping[str, Script], point: str, *, at_once: bool = False) -> None:
        """One go at several devices, side by side; ``at_once``: taking effect together. Raises: Broken."""
        slow = [name for name, script in scripts.items() if has_own_undo(script)] if at_once else []
        together = Together(len(slow) if len(slow) < len(scripts) else 0)

        async def step(party: Party) -> Sequence[Failure]:
            script = scripts[party.name]
            if party.name in slow:
                return await together.first(party.send(script, together.one_took))
            return await party.send(script) if await together.all_took() else []

        await self._each([self._by_name[name] for name in scripts], step, point)

    async def _stage(self, number: int, stage: Stage) -> None:
        steps = {step.device: step.changes for step in stage.steps if step.device in self._by_name}
        readings = await self._read_again(steps) if number else {name: self._by_name[name].before for name in steps}
        self._interlock(steps, readings)
        for name, changes in steps.items():
            some = f" (stage {number + 1} of {len(self.stages)})" if len(self.stages) > 1 else ""
            self.world.listen(name, f"applying {plural(len(changes), 'change')}{some}")
        scripts = {name: self._script(name, changes, readings[name]) for name, changes in steps.items()}
        self._check()
        await self._send(scripts, "applied", at_once=stage.interrupts)
        for name, changes in steps.items():
            self._by_name[name].stepped(changes, scripts[name])

    async def _read_again(self, names: Iterable[str]) -> Mapping[str, Reading]:
        """As the devices are after the stages before. Raises: Broken."""
        sights = await self.world.look(names)
        for name in names:
            if sights[name].reading is None:
                self._by_name[name].error = f"cannot be read after a stage: {sights[name].reason}"
        self._check()
        return {name: reading for name in names if (reading := sights[name].reading) is not None}

    def _interlock(self, steps: Mapping[str, Sequence[Change]], readings: Mapping[str, Reading]) -> None:
        """What is about to change is as the plan, and the stages before, left it. Raises: Broken."""
        for name, changes in steps.items():
            party = self._by_name[name]
            if moved := [change.key for change in changes if party.moved(change.key, readings[name].found)]:
                party.take([Failure(None, f"not sent: {moved[0]} is not as it was read", "stale")])
        self._check()

    def _script(self, name: str, changes: Sequence[Change], reading: Reading) -> Script:
        party = self._by_name[name]
        if party.whole(changes):
            return party.plan.script
        try:
            return party.device.driver.write(list(changes), reading)
        except ValueError as error:
            party.error = f"not sent: {error}"
            return Script()

    async def _each(self, parties: Sequence[Party], step: Step, point: str) -> None:
        """Raises: Broken, once all are through."""
        if not parties:
            return
        failpoint(f"before {point}")
        mistakes = await side_by_side(_stepped(party, step, point) for party in parties)
        failpoint(f"all {point}")
        for mistake in filter(None, mistakes):
            raise mistake
        self._check()

    def _check(self) -> None:
        if not all(party.ok for party in self.parties):
            raise Broken("a device failed")


async def _stepped(party: Party, step: Step, point: str) -> Exception | None:
    """A mistake of ours, which is only raised once nobody is in the middle of a step any more."""
    try:
        party.take(await step(party))
    except (Unreachable, ValueError) as error:
        party.error = str(error)
    except Exception as error:
        return error
    failpoint(f"one {point}")
    return None


async def _reached(party: Party) -> Sequence[Failure]:
    await party.commit.reach()
    return []


async def _silent(device: Device) -> str:
    """Its name, if no new connection to it can be opened."""
    if not isinstance(device.transport, Commits):
        return ""
    try:
        await device.transport.transaction(next_number(), 1).reach()
    except Unreachable:
        return device.name
    return ""
