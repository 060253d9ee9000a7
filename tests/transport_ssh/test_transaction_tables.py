"""The way back of a node over rows of every kind, by itself and by us: every table is as before."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from reconciler.core.change import Change, diff
from reconciler.core.commit import Commits
from reconciler.core.driver import Reading, Script
from reconciler.core.order import kind_order
from reconciler.core.resource import Key, Live, Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.operation import KINDS
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.transport.ssh import SshTransport

from .armed import Node, found, plain
from .conftest import Connect

NUMBERS = itertools.count(3000)


@pytest.fixture
def number() -> int:
    return next(NUMBERS)


@pytest.fixture
def transport(connect: Connect, namespace: str) -> SshTransport:
    return connect(shell=f"ip netns exec {namespace} sh")


BEFORE: Sequence[Resource] = (
    Link(ifname="vx9", info_kind="vxlan", id=9, port=4799, local="10.10.10.11", learning=False, mtu=1400, up=True),
    Address(dev="vx9", local="192.168.9.1", prefixlen=32),
    Neighbour(dev="vx9", dst="192.168.9.9", lladdr="02:00:00:00:00:09", protocol=142),
    FdbEntry(dev="vx9", mac="02:00:00:00:00:09", dst="10.10.10.9"),
    Route(dst="10.20.0.0/16", gateway="192.168.9.9", dev="vx9", onlink=True, protocol=142),
    Route(dst="10.21.0.0/16", gateway="10.10.10.1", dev="eth1", protocol=142),
    Rule(priority=100, family=4, src="10.0.0.0/8", table=100, protocol=142),
)
AFTER: Sequence[Resource] = (
    Link(ifname="vx9", info_kind="vxlan", id=10, port=4799, local="10.10.10.11", learning=False, mtu=1400, up=True),
    Address(dev="vx9", local="192.168.9.2", prefixlen=32),
    Neighbour(dev="vx9", dst="192.168.9.9", lladdr="02:00:00:00:00:0a", protocol=142),
    FdbEntry(dev="vx9", mac="02:00:00:00:00:0a", dst="10.10.10.9"),
    Route(dst="10.20.0.0/16", gateway="192.168.9.9", dev="vx9", onlink=True, protocol=142),
    Route(dst="10.22.0.0/16", gateway="10.10.10.1", dev="eth1", protocol=142),
    Rule(priority=100, family=4, src="10.0.0.0/8", table=101, protocol=142),
)


def towards(wanted: Sequence[Resource], present: Sequence[Resource], everything: State) -> Script:
    keys = {resource.key for resource in (*wanted, *present)}
    ours = {key: resource for key, resource in everything.items() if key in keys}
    changes: list[Change] = diff(state_of(wanted), Live(ours, {}))
    return LinuxDriver().write(changes, Reading(everything))


def comparable(state: State) -> dict[Key, Resource]:
    """Without what the kernel chooses anew for an interface that is made again: its MAC and the addresses from that."""
    wishes = state_of(BEFORE)
    return {
        key: wishes[key].lens(one) if key in wishes else one for key, one in state.items() if "fe80::" not in key.name
    }


@pytest.mark.parametrize("by_itself", [False, True])
async def test_every_table_is_as_before(transport: SshTransport, namespace: str, number: int, by_itself: bool) -> None:
    """A VXLAN device that was made again, with all that stands on it, and rows of every kind."""
    assert await transport.apply(plain(towards(BEFORE, (), {}))) == []
    before = await found(transport)
    there = towards(AFTER, BEFORE, before)
    foretold = {key: one for key, one in before.items() if key not in state_of(BEFORE)} | state_of(AFTER)
    assert isinstance(transport, Commits)
    commit = transport.transaction(number, 60)
    assert await commit.arm(towards(BEFORE, AFTER, foretold)) == []
    assert await commit.apply(plain(there)) == []
    assert set(state_of(AFTER)) <= (await found(transport)).keys()
    if by_itself:
        assert Node(namespace).fires(number).wait() == 0
    else:
        assert await commit.roll_back() == []
    assert comparable(await found(transport)) == comparable(before)


def test_every_kind_is_in_that() -> None:
    assert {type(one) for one in BEFORE} == set(KINDS) == {type(one) for one in AFTER}
    assert kind_order(KINDS)
