"""What is pinged around a change: flows that live before and after, and together go over what is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.loss_scenarios import SCENARIOS, Scenario
from reconciler.core.resource import Key
from reconciler.schedule.cover import covering
from reconciler.schedule.problem import Problem
from reconciler.walk.flow import Flow

from .worlds import BLOCKS, changes, live, wanted

MANY = 64
PODS = {f"{pod}" for pod in BLOCKS.values()}


def problem(scenario: Scenario, folder: Path) -> Problem:
    (old, topology), (new, _) = map(wanted, scenario.write(folder))
    before = live(old)
    return Problem(changes(before, old, new), before, topology)


def used(one: Problem, flow: Flow) -> frozenset[tuple[str, Key]]:
    changed = {(name, change.key) for name, some in one.changes.items() for change in some}
    walks = (one.prover.walk(flow, world) for world in (one.world, one.after))
    return frozenset(changed & frozenset().union(*(walk.consulted for walk in walks)))


def alive(one: Problem, flow: Flow) -> bool:
    return one.lives(flow, one.world) and one.lives(flow, one.after)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_pods_use_is_pinged_and_each_ping_tells_something(scenario: Scenario, tmp_path: Path) -> None:
    one = problem(scenario, tmp_path)
    chosen = covering(one, MANY)
    told = set[tuple[str, Key]]()
    for flow in chosen:
        assert alive(one, flow)
        assert used(one, flow) - told
        told |= used(one, flow)
    between_pods = [flow for flow in one.touched if flow.dst in PODS and alive(one, flow)]
    assert {place for flow in between_pods for place in used(one, flow)} <= told


def test_so_many_and_no_more(tmp_path: Path) -> None:
    one = problem(SCENARIOS[0], tmp_path)
    assert len(covering(one, MANY)) > 2
    assert covering(one, 2) == covering(one, MANY)[:2]
