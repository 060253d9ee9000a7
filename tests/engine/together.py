"""Several devices that a plan writes to together, in whichever stages a test wants, in fast time."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.core.change import Change
from reconciler.core.plan import Plan
from reconciler.core.resource import Key
from reconciler.core.schedule import Blast, Schedule, Stage, Step
from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.engine.cycle import Cycle
from reconciler.engine.outcome import Outcome
from reconciler.engine.record import Record
from reconciler.engine.transaction.terms import Terms
from reconciler.linux.address import Address
from reconciler.linux.route import Route
from tests.engine.committing import CommitTransport, rows
from tests.engine.fakes import NODE, device
from tests.engine.test_cycle import ONE, STALE, TWO

OLD = Route(dst="10.1.0.0/16", gateway="10.0.0.66", dev="eth1", protocol=142)
CHANGES = (ONE.key, TWO.key, STALE.key)
"""Of each device: one that is changed, one that is made, one that is deleted."""
MEANWHILE = Route(dst="10.99.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)
"""Something of ours that no document wants: it stands in while others change."""
TIMEOUT = 60.0
Rows = dict[Key, Any]


@dataclass
class Together:
    """``log``: what was done, in order, as (device, step)."""

    made: Cycle
    transports: Mapping[str, CommitTransport]
    log: list[tuple[str, str]]
    old: Mapping[str, Rows]

    @classmethod
    def of(cls, number: int = 3, **terms: Any) -> Together:
        log = list[tuple[str, str]]()
        transports = {f"n{place}": _node(place, log) for place in range(1, number + 1)}
        devices = {name: device(name, one) for name, one in transports.items()}
        record = Record(Path(f"/nowhere/{next(_worlds)}"))
        made = Cycle(_documents(tuple(devices)), devices, record, terms=Terms(timeout=TIMEOUT, **terms))
        return cls(made, transports, log, {name: rows(one) for name, one in transports.items()})

    async def plan(self, *stages: Sequence[tuple[str, Key]], meanwhile: str = "") -> Plan:
        """What is to be done; ``stages``: (device, key) of all changes, else as the engine orders them.

        ``meanwhile``: which device has `MEANWHILE` from the first stage to the last one, where these are two.
        """
        plan = self.made.planned(await self.made.look(self.transports))
        self.log.clear()
        if not stages:
            return self.made.ordered(plan)
        staged = _staged(plan, stages)
        return dataclasses.replace(plan, schedule=_having(staged, meanwhile) if meanwhile and stages[1:] else staged)

    async def apply(self, plan: Plan) -> dict[str, Outcome]:
        return {outcome.device: outcome for outcome in await self.made.apply(plan)}

    def new(self, name: str) -> bool:
        has = self.transports[name].rows
        routed = has.get(ONE.key, {}).get("gateway") == ONE.gateway and TWO.key in has
        return routed and STALE.key not in has and MEANWHILE.key not in has

    def was(self, name: str) -> bool:
        return rows(self.transports[name]) == self.old[name]

    @property
    def rows(self) -> dict[str, Rows]:
        """What each device has."""
        return {name: rows(one) for name, one in self.transports.items()}

    @property
    def state(self) -> set[str]:
        """``old``, ``new`` or ``between``, of all devices."""
        return {"new" if self.new(one) else "old" if self.was(one) else "between" for one in self.transports}

    @property
    def armed(self) -> list[str]:
        """Devices that can be reached, and still wait for something."""
        return [name for name, one in self.transports.items() if one.armed and not one.down]

    def steps(self, name: str) -> list[str]:
        return [step for one, step in self.log if one == name]


_worlds = itertools.count()


@functools.cache
def _documents(names: tuple[str, ...]) -> Repository:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "nodes.yaml"
        place.write_text("".join(NODE.format(name=name) for name in names))
        return load(Path(folder))


async def long_after() -> None:
    """Every timer of every device has gone off."""
    await asyncio.sleep(10 * TIMEOUT)


def _node(place: int, log: list[tuple[str, str]]) -> CommitTransport:
    address = Address(dev="eth1", local=f"10.0.0.{place + 1}", prefixlen=24)
    return CommitTransport.of(f"n{place}", address, OLD, STALE, log=log)


def _staged(plan: Plan, stages: Sequence[Sequence[tuple[str, Key]]]) -> Schedule:
    changes = {(one.name, change.key): change for one in plan.devices for change in one.written}
    found = list[Stage]()
    for stage in stages:
        names = sorted({name for name, _ in stage})
        steps = [Step(name, tuple(changes[name, key] for one, key in stage if one == name)) for name in names]
        found.append(Stage(tuple(steps)))
    return Schedule(tuple(found), Blast(0))


def _having(schedule: Schedule, name: str) -> Schedule:
    first, *between, last = schedule.stages
    stages = (_also(first, name, Change(None, MEANWHILE)), *between, _also(last, name, Change(MEANWHILE, None)))
    return dataclasses.replace(schedule, stages=stages, stand_ins={name: (MEANWHILE,)})


def _also(stage: Stage, name: str, change: Change) -> Stage:
    steps = {step.device: step.changes for step in stage.steps}
    steps[name] = (*steps.get(name, ()), change)
    return Stage(tuple(Step(*step) for step in sorted(steps.items())))
