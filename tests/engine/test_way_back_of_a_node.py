"""What is written down on a node as its way back leads there from wherever the plan may have stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.loss_scenarios import SCENARIOS
from reconciler.core.change import Change
from reconciler.core.driver import Reading
from reconciler.core.plan import DevicePlan, Planned
from reconciler.core.resource import State, state_of
from reconciler.engine.observe import Device
from reconciler.engine.transaction.party import Party
from reconciler.linux.driver import LinuxDriver
from reconciler.schedule.plan import schedule
from reconciler.schedule.trail import trail
from tests.engine.fakes import DictTransport
from tests.schedule.test_laws import settled
from tests.schedule.worlds import NODES, changes, live, wanted

DRIVER = LinuxDriver()


@pytest.mark.parametrize("name", ["vtep-mac", "vni", "renumbered", "other-vlan"])
def test_it_leads_back_from_after_every_stage(name: str, tmp_path: Path) -> None:
    scenario = next(one for one in SCENARIOS if one.name == name)
    (old, topology), (new, _) = map(wanted, scenario.write(tmp_path))
    before = live(old)
    wanting = changes(before, old, new)
    plan = schedule(wanting, before, topology)
    for node in (node for node in NODES if node in wanting):
        party = _party(node, wanting[node], before[node])
        party.stand_ins = state_of(plan.stand_ins.get(node, ()))
        now: State = before[node]
        for step in (step for step in plan.steps if step.device == node):
            now = trail(now, step.changes).end
            assert _led_back(party, now) == settled(before[node])


def _led_back(party: Party, now: State) -> State:
    """By the changes of the way back, as it was written down before the first stage."""
    lines = party.undo().lines
    return settled(trail(now, list({id(line.change): line.change for line in lines}.values())).end)


def _party(node: str, wanting: Sequence[Change], found: State) -> Party:
    reading, planned = Reading(found), tuple(Planned(change, ()) for change in wanting)
    plan = DevicePlan(node, "linux", changes=planned, script=DRIVER.write(wanting, reading), reading=reading)
    return Party.of(Device(node, "linux", DRIVER, DictTransport({})), plan, 60.0, armed=False)
