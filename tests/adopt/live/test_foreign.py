"""Whose a row on a node is, and which interfaces it is managed over: what an import leaves to others."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adopt.drafting import not_here
from reconciler.adopt.live.folding import folded
from reconciler.adopt.live.foreign import Foreign, management_networks, management_of
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.core.driver import Reading
from reconciler.core.resource import Key, Resource, state_of
from reconciler.linux.address import Address
from reconciler.linux.claim import Except
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.switch.kinds import Interface

FOREIGN = Foreign(frozenset({"eth0"}), Except(frozenset({"eth7"})))


def on(dev: str, protocol: int = 3, **more: Any) -> Route:
    return Route(dst="10.9.0.0/16", dev=dev, protocol=protocol, **more)


@pytest.mark.parametrize(
    ("row", "whose"),
    [
        (on("eth1"), ""),
        (on("eth1", 4), ""),
        (on("eth0", 142), ""),
        (on("docker0", 142), ""),
        (Neighbour(dev="eth0", dst="10.0.0.9", lladdr="02:00:00:00:00:01", protocol=142), ""),
        (Rule(priority=9, family=4, table=100, protocol=142), ""),
        (Link(ifname="docker0", alias=OUR_ALIAS), ""),
        (Link(ifname="docker0"), "on interfaces of Docker and its like"),
        (on("vnet3"), "on interfaces of Docker and its like"),
        (on("br-0123456789ab"), "on interfaces of Docker and its like"),
        (on("br-mine"), ""),
        (on("nodelocaldns"), "on interfaces of Docker and its like"),
        (on("cali0123"), "on interfaces of pods and CNIs"),
        (on("eth0"), "on the management interface eth0"),
        (on("eth7", 142), "excepted in the inventory"),
        (on("eth1", 2), "the kernel's"),
        (on("eth1", 3, table=255), "the kernel's"),
        (on("eth1", 16), "of DHCP"),
        (on("eth1", 187), "of routing daemons"),
        (on("eth1", 77), "of protocol 77"),
        (Rule(priority=9, family=4, table=100, protocol=2), "the kernel's"),
        (Rule(priority=9, family=4, table=100, protocol=0), ""),
        (Rule(priority=32766, family=4, table=254, protocol=0), "the kernel's"),
        (Address(dev="eth1", local="10.0.0.1", prefixlen=24), ""),
        (Address(dev="eth1", local="10.0.0.1", prefixlen=24, flags=("dynamic",)), "from DHCP or router advertisements"),
        (Address(dev="eth1", local="fe80::1", prefixlen=64), "the kernel's"),
        (Address(dev="lo", local="127.0.0.1", prefixlen=8), "the kernel's"),
        (Link(ifname="lo"), "the kernel's"),
        (Link(ifname="eth1"), ""),
    ],
)
def test_a_row_is(row: Resource, whose: str) -> None:
    assert FOREIGN.why(row) == whose


def seen(name: str, *rows: Resource, host: str = "", session: tuple[Key, ...] = ()) -> Seen:
    return Seen(name, name == "s", Reading(state_of(rows), session=dict.fromkeys(session, "ours")), host=host)


def test_a_node_is_managed_over() -> None:
    switch = seen(
        "s",
        Interface(ifname="Management1", addresses=("172.20.0.2/24", "dhcp")),
        Interface(ifname="Ethernet1", addresses=("10.1.0.1/24",)),
    )
    networks = management_networks([switch])
    assert networks == {"172.20.0.0/24"}
    addresses = [("lo", "172.20.0.9"), ("eth0", "172.20.0.5"), ("eth1", "10.1.0.5"), ("eth2", "10.2.0.5")]
    rows = [Address(dev=dev, local=local, prefixlen=24) for dev, local in addresses]
    node = seen("n", *rows, host="10.1.0.5", session=(Key("link", "eth3"), Key("address", "eth4")))
    assert management_of(node, networks, ()) == {"eth0", "eth1", "eth3"}
    assert management_of(node, networks, ("eth1", "eth3")) == {"eth0"}


@pytest.mark.parametrize(("count", "more", "lines"), [(4, False, 4), (5, False, 1), (5, True, 5)])
def test_lines_are_folded_where_they_are_all_that_is_there(count: int, more: bool, lines: int) -> None:
    names = [f"10.0.0.{number} dev eth1" for number in range(count)]
    spec = {"ignore": [{"kind": "neighbour", "name": name} for name in names]}
    sketch = Sketch("Node", "n", spec)
    there = [*names, *(["10.0.0.99 dev eth1"] if more else [])]
    assert folded(sketch, [Key("neighbour", name) for name in there]) == (lines == 1)
    assert len(sketch.spec["ignore"]) == lines


def test_there_is_an_end_to_a_comment() -> None:
    assert len(not_here("x" * 40)) == 40
    assert not_here("x" * 42)[39:] == ["Not here: x", "Not here: 2 things more."]
