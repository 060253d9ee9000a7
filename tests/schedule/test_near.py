"""Where only nodes change, only flows that begin or end on them are looked at, unless others go over them."""

from __future__ import annotations

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from reconciler.schedule.problem import Problem
from reconciler.walk.flow import flows
from reconciler.walk.topology import Topology

from .random_worlds import case


@pytest.mark.parametrize("seed", range(60))
def test_nobody_else_notices(seed: int) -> None:
    one = case(seed)
    problem = Problem({name: tuple(some) for name, some in one.changes.items()}, one.world, one.topology)
    near = set(problem.near)
    others = [flow for flow in flows(problem.world, problem.after, one.topology) if flow not in near]
    assert all(problem.prover.walk(flow, problem.world) == problem.prover.walk(flow, problem.after) for flow in others)


def address(number: int) -> Address:
    return Address(dev="eth1", local=f"10.0.0.{number}", prefixlen=24)


def node(number: int, *more: Resource) -> State:
    links = Link(ifname="lo", up=True), Link(ifname="eth1", up=True, mtu=1500)
    return state_of([*links, address(number), *more])


def test_a_node_that_forwards_for_others_concerns_them() -> None:
    pods = Route(dst="10.1.3.0/24", type="blackhole", protocol=142)
    over = Route(dst="10.1.3.0/24", gateway="10.0.0.2", dev="eth1", protocol=142)
    on = Route(dst="10.1.3.0/24", gateway="10.0.0.3", dev="eth1", protocol=142)
    world = {"a": node(1, over), "b": node(2), "c": node(3, pods)}
    topology = Topology({}, dict.fromkeys(world, "linux"))
    change = {"b": (Change(None, on),)}
    concerned = {flow.pair for flow in Problem(change, world, topology).near}
    assert ("a", "c") in concerned
    direct = {**world, "a": node(1, on)}
    assert ("a", "c") not in {flow.pair for flow in Problem(change, direct, topology).near}


def test_a_node_that_takes_the_address_of_another_concerns_whoever_sends_there() -> None:
    world = {"a": node(1), "b": node(2), "c": node(3)}
    topology = Topology({}, dict.fromkeys(world, "linux"))
    taken, free = ({"b": (Change(None, address(number)),)} for number in (3, 9))
    assert ("a", "c") in {flow.pair for flow in Problem(taken, world, topology).near}
    assert ("a", "c") not in {flow.pair for flow in Problem(free, world, topology).near}
