"""The changes of a live network that are measured in the lab: in which order they go, and whom they cost anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.loss_scenarios import SCENARIOS, Scenario
from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.core.schedule import Schedule, Stage
from reconciler.linux.link import Link
from reconciler.linux.stand_in import stand_in
from reconciler.schedule.plan import schedule

from .worlds import changes, live, wanted

W1, W2 = "k01-worker", "k01-worker2"
COSTS = {
    "other-vlan": 6,  # a cable is in one VLAN at a time
}
"""Interrupted pairs; of all others none."""


def planned(scenario: Scenario, folder: Path) -> Schedule:
    (old, topology), (new, _) = map(wanted, scenario.write(folder))
    before = live(old)
    return schedule(changes(before, old, new), before, topology)


def named(name: str, folder: Path) -> Schedule:
    return planned(next(scenario for scenario in SCENARIOS if scenario.name == name), folder)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nobody_is_interrupted_who_need_not_be(scenario: Scenario, tmp_path: Path) -> None:
    plan = planned(scenario, tmp_path)
    assert len(plan.blast.interrupted) == COSTS.get(scenario.name, 0)
    assert sum(stage.interrupts for stage in plan.stages) == (scenario.name in COSTS)
    assert not plan.blast.gained | plan.blast.lost, "their pods hear each other all the time"


def said(stage: Stage) -> set[str]:
    """Verbs and kinds by device."""
    return {f"{step.device} {change.verb} {change.key.kind}" for step in stage.steps for change in step.changes}


def test_one_round_is_enough_where_every_tunnel_is_there(tmp_path: Path) -> None:
    plan = named("cross-always", tmp_path)
    assert len(plan.stages) == 1
    assert str(plan.blast) == "affects 6 of 12 node pairs, interrupts 0"


def test_tunnels_are_torn_down_once_everybody_routes_past_them(tmp_path: Path) -> None:
    first, second, last = map(said, named("always-never", tmp_path).stages)
    assert "ceos01 create static_route" in first
    assert not any("link" in words for words in first | second)
    assert f"{W1} update route" in second
    assert {words for words in last if "link" in words} == {f"{node} delete link" for node in ALL}


def test_tunnels_are_there_before_anybody_routes_into_them(tmp_path: Path) -> None:
    first, second, last = map(said, named("never-cross", tmp_path).stages)
    assert {f"{node} create {kind}" for node in ALL for kind in ("link", "neighbour", "fdb")} <= first
    assert "ceos01 delete static_route" in last
    assert "ceos01 delete static_route" not in first | second


def test_the_new_address_comes_first_and_the_old_one_goes_last(tmp_path: Path) -> None:
    first, moving, last = map(said, named("renumbered", tmp_path).stages)
    assert f"{W1} create address" in first
    assert f"{W2} update route" in moving
    assert last == {f"{W1} delete address"}


def test_a_vtep_hears_its_new_mac_before_anybody_uses_it(tmp_path: Path) -> None:
    plan = named("vtep-mac", tmp_path)
    first, moving, last = map(said, plan.stages)
    assert {f"{W1} create link", f"{W1} create address", f"{W2} create fdb"} <= first
    assert {words.split(" ", 1)[1] for words in moving} == {"update neighbour", "delete fdb"}
    assert last == {f"{W1} update link", f"{W1} delete link"}
    assert [one.name for one in plan.stand_ins[W1]] == ["mac66fbad98aa31", "192.0.0.8/32 dev mac66fbad98aa31"]
    assert plan.stand_ins.keys() == {W1}


def test_what_else_a_device_gets_it_gets_before_its_mac(tmp_path: Path) -> None:
    scenario = next(one for one in SCENARIOS if one.name == "vtep-mac")
    (old, topology), (new, _) = map(wanted, scenario.write(tmp_path))
    key = Key("link", "vxlan.calico")
    vtep = new[W1][key]
    assert isinstance(vtep, Link)
    new[W1] = {**new[W1], key: replace(vtep, txqlen=77)}
    before = live(old)
    plan = schedule(changes(before, old, new), before, topology)
    parts = [set(change.fields) for step in plan.steps for change in step.changes if change.key == key]
    assert parts == [{"txqlen"}, {"address"}]
    assert not plan.blast.interrupted


def test_who_is_sent_nothing_needs_no_stand_in_and_a_leftover_is_in_nobodys_way(tmp_path: Path) -> None:
    scenario = next(one for one in SCENARIOS if one.name == "vtep-mac")
    (old, topology), (new, _) = map(wanted, scenario.write(tmp_path))
    before = live(old)
    wanting = changes(before, old, new)
    nobody = {name: {k: v for k, v in state.items() if k.kind != "neighbour"} for name, state in before.items()}
    assert not schedule({W1: wanting[W1]}, nobody, topology).stand_ins
    left, _ = stand_in(Link(ifname="vxlan.calico"), "66:fb:ad:98:aa:31")
    before[W1] = {**before[W1], left.key: left}
    wanting[W1] = [*wanting[W1], Change(left, None)]
    again = schedule(wanting, before, topology)
    assert not again.stand_ins
    assert sum(change.key == left.key for step in again.steps for change in step.changes) == 1


def test_of_many_flows_some_stand_for_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to wait for a flow that is walked waits on all nodes; of pairs that nobody walked nothing is said."""
    monkeypatch.setattr("reconciler.schedule.problem.MANY", 8)
    plan = named("always-never", tmp_path)
    first, second, last = plan.stages
    assert "ceos01 create static_route" in said(first)
    assert {away(stage) for stage in (first, last)} == {frozenset()}
    assert away(second) == frozenset(ALL)
    assert {f"{node} delete link" for node in ALL} <= said(last)
    assert not plan.blast.interrupted
    assert plan.blast.unknown


def away(stage: Stage) -> frozenset[str]:
    """Nodes that lead a block past the tunnel from now on."""
    steps = ((step.device, change) for step in stage.steps for change in step.changes if change.verb == "update")
    return frozenset(name for name, change in steps if change.before and change.before.link == "vxlan.calico")


ALL = ("k01-control-plane", W1, W2, "k01-worker3")
