"""Every kind and every attribute on a real kernel: written, read back equal, changed, written again, removed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Resource, state_of
from reconciler.linux.address import Address
from reconciler.linux.fdb import FLOOD_MAC, FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import NextHop, Route

from .node import DRIVER, Node

pytestmark = pytest.mark.kernel

FOUR = Route(dst="192.168.209.64/26", gateway="10.10.10.10", dev="eth1", protocol=142)
SIX = Route(dst="fd00:9::/64", gateway="fd00:1::10", dev="eth1", protocol=142, metric=1024)
DIRECT = {"gateway": None, "dev": "eth1", "scope": "link"}
NOWHERE: dict[str, Any] = {"gateway": None, "dev": None}
LEGS = (NextHop(gateway="10.10.10.10", dev="eth1"), NextHop(gateway="10.10.10.12", dev="eth1", weight=3))
LEGS6 = (NextHop(gateway="fd00:1::10", dev="eth1"), NextHop(gateway="fd00:1::12", dev="eth1", weight=3))
ONLINK = (NextHop(gateway="172.16.0.1", dev="eth1", onlink=True), NextHop(gateway="10.10.10.12", dev="eth1"))

FOUR_WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "gateway": {"gateway": "10.10.10.12"},
    "device": {"gateway": "192.168.209.64", "dev": "vxlan.calico", "onlink": True},
    "onlink": {"gateway": "172.16.0.1", "onlink": True},
    "protocol": {"protocol": 80},
    "protocol boot": {"protocol": 3},
    "protocol kernel": {"protocol": 2},
    "source": {"prefsrc": "10.10.10.11"},
    "mtu": {"mtu": 1400},
    "direct": DIRECT,
    "direct, global scope": {**DIRECT, "scope": "global"},
    "blackhole": {**NOWHERE, "type": "blackhole"},
    "unreachable": {**NOWHERE, "type": "unreachable"},
    "prohibit": {**NOWHERE, "type": "prohibit"},
    "throw": {**NOWHERE, "type": "throw"},
    "multipath": {**NOWHERE, "nexthops": LEGS},
    "multipath onlink": {**NOWHERE, "nexthops": ONLINK},
}
SIX_WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "gateway": {"gateway": "fd00:1::12"},
    "device": {"gateway": "fd00:5::1", "dev": "vxlan.calico", "onlink": True},
    "protocol": {"protocol": 80},
    "source": {"prefsrc": "fd00:1::11"},
    "mtu": {"mtu": 1400},
    "direct": {"gateway": None},
    "blackhole": {"gateway": None, "dev": "lo", "type": "blackhole"},
    "unreachable": {"gateway": None, "dev": "lo", "type": "unreachable"},
    "multipath": {**NOWHERE, "nexthops": LEGS6},
}
WHERE: dict[str, tuple[Route, dict[str, Any]]] = {
    "default": (FOUR, {"dst": "0.0.0.0/0"}),
    "host route": (FOUR, {"dst": "192.168.209.64/32"}),
    "table": (FOUR, {"table": 77}),
    "high table": (FOUR, {"table": 100000}),
    "metric": (FOUR, {"metric": 7}),
    "IPv6 default": (SIX, {"dst": "::/0"}),
    "IPv6 host route": (SIX, {"dst": "fd00:9::1/128"}),
    "IPv6 table": (SIX, {"table": 77}),
    "IPv6 metric": (SIX, {"metric": 7}),
}
VXLAN = Link(
    ifname="tun7",
    info_kind="vxlan",
    address="02:00:00:00:00:07",
    mtu=1400,
    txqlen=500,
    up=True,
    id=7,
    port=4790,
    local="10.10.10.11",
    lower="eth1",
    learning=False,
)
ENTRY = FdbEntry(dev="vxlan.calico", mac="66:d2:0c:f0:ef:e5", dst="10.10.20.20")
NEIGHBOUR = Neighbour(dev="vxlan.calico", dst="192.168.209.64", lladdr="66:d2:0c:f0:ef:e5")
ADDRESS = Address(dev="eth1", local="10.20.20.2", prefixlen=24)


def check(node: Node, first: Resource, second: Resource) -> None:
    """Write the first, write it again, make it the second and back, remove it: nothing else may ever differ."""
    reading = node.reading()
    untouched = reading.found
    for before, after in [(None, first), (first, first), (first, second), (second, first), (first, None)]:
        reading = node.after(reading, Change(before, after))
        found = reading.found
        assert {key: found[key] for key in found if key not in (first.key, *_shadow(first))} == untouched
        assert found.get(first.key) == after


def _shadow(resource: Resource) -> Iterator[Any]:
    """What the kernel adds of its own accord: an address's connected route."""
    if isinstance(resource, Address) and resource.prefixlen not in (32, 128):
        six = ":" in resource.local
        dst = f"{resource.local.removesuffix('2')}/64" if six else "10.20.20.0/24"
        yield Route(dst=dst, protocol=2, metric=256 if six else 0).key


@pytest.mark.parametrize("way", FOUR_WAYS)
def test_route(node: Node, way: str) -> None:
    check(node, FOUR, dataclasses.replace(FOUR, **FOUR_WAYS[way]))


@pytest.mark.parametrize("way", SIX_WAYS)
def test_ipv6_route(node: Node, way: str) -> None:
    check(node, SIX, dataclasses.replace(SIX, **SIX_WAYS[way]))


@pytest.mark.parametrize("where", WHERE)
def test_route_elsewhere(node: Node, where: str) -> None:
    route, place = WHERE[where]
    moved = dataclasses.replace(route, **place)
    check(node, moved, dataclasses.replace(moved, protocol=80))


@pytest.mark.parametrize("change", [{"lladdr": "66:00:00:00:00:01"}, {"protocol": 142}])
@pytest.mark.parametrize("start", [NEIGHBOUR, dataclasses.replace(NEIGHBOUR, dev="eth1", dst="fd00:1::99", protocol=3)])
def test_neighbour(node: Node, start: Neighbour, change: dict[str, Any]) -> None:
    check(node, start, dataclasses.replace(start, **change))


@pytest.mark.parametrize(
    "change", [{"dst": "10.10.20.21"}, {"extern_learn": True}, {"dst": "10.1.1.1", "extern_learn": True}]
)
def test_fdb_entry(node: Node, change: dict[str, Any]) -> None:
    check(node, ENTRY, dataclasses.replace(ENTRY, **change))


def test_flood_entries(node: Node) -> None:
    """The only MAC with several entries; the kernel has one `extern_learn` for all of them."""
    flood = dataclasses.replace(ENTRY, mac=FLOOD_MAC)
    marked = dataclasses.replace(flood, extern_learn=True)
    check(node, flood, marked)
    other = dataclasses.replace(marked, dst="10.10.20.21")
    assert node.write(Change(None, flood), Change(None, other)) == []
    found = node.reading().found
    assert found[flood.key] == flood
    assert other.lens(found[other.key]) == other


SIX_ADDRESSES = [dataclasses.replace(ADDRESS, local=local, prefixlen=64) for local in ("fd00:7::2", "fec0:7::2")]


@pytest.mark.parametrize("start", [ADDRESS, *SIX_ADDRESSES])
def test_address(node: Node, start: Address) -> None:
    if ":" in start.local:  # it has no choice of scopes
        check(node, start, start)
    else:
        check(node, start, dataclasses.replace(start, scope="link"))


def test_point_to_point_address(node: Node) -> None:
    start = dataclasses.replace(ADDRESS, prefixlen=32)
    assert node.write(Change(None, start)) == []
    far = dataclasses.replace(start, peer="10.20.20.3")
    assert node.write(Change(start, far)) == []
    assert node.reading().found[far.key] == far
    assert node.write(Change(far, None)) == []
    assert far.key not in node.reading().found


LINK_CHANGES: list[dict[str, Any]] = [
    {"address": "02:00:00:00:00:08"},
    {"mtu": 1300},
    {"txqlen": 1000},
    {"txqlen": 0},
    {"up": False},
    {"learning": True},
    {"id": 8},
    {"port": 4791},
    {"local": "10.10.10.99"},
    {"lower": "far"},
    {"mtu": 1300, "up": False, "learning": True},
    {"local": "fd00:1::11"},
]


@pytest.mark.parametrize("change", LINK_CHANGES, ids=lambda change: ",".join(change))
def test_vxlan_device(node: Node, change: dict[str, Any]) -> None:
    wanted, reading = dataclasses.replace(VXLAN, **change), node.reading()
    for before, after in [(None, VXLAN), (VXLAN, VXLAN), (VXLAN, wanted), (wanted, VXLAN), (VXLAN, None)]:
        reading = node.after(reading, Change(before, after))
        assert reading.found.get(VXLAN.key) == after


@pytest.mark.parametrize("change", [{"mtu": 1400}, {"txqlen": 7}, {"up": False}, {"address": "02:00:00:00:00:08"}])
def test_plain_interface_is_changed_in_place(node: Node, change: dict[str, Any]) -> None:
    before = node.reading().found[Link(ifname="far").key]
    wanted = Link(ifname="far", **change)
    script = DRIVER.write([Change(wanted.lens(before), wanted)], node.reading())
    assert [line.text.split()[:4] for line in script.lines] == [["link", "set", "dev", "far"]]
    assert node.send(script) == []
    assert node.reading().found[wanted.key] == dataclasses.replace(before, **change)


def test_a_tunnel_with_options_of_somebody_elses_is_made_again(node: Node) -> None:
    node.must(
        "ip link del vxlan.calico; ip link add vxlan.calico type vxlan id 4096 dstport 4789 group 239.1.1.1 dev eth1"
    )
    wanted = dataclasses.replace(VXLAN, ifname="vxlan.calico", id=4096, port=4789)
    live = wanted.lens(node.reading().found[wanted.key])
    assert node.write(Change(live, wanted)) == []
    assert node.reading().found[wanted.key] == wanted


def test_all_of_a_recreated_device_is_written_again(node: Node) -> None:
    """Kernel: addresses, neighbours, FDB entries and routes go with the old device (docs/KERNEL.md, fact 11)."""
    assert _moved(node, id=4097) == "replace"


def test_a_vxlan_device_with_another_local_address_keeps_what_stands_on_it(node: Node) -> None:
    """Kernel: within a family it is changed in place, while the device is up (docs/KERNEL.md, fact 11)."""
    index = node.must("cat /sys/class/net/vxlan.calico/ifindex")
    assert _moved(node, local="10.10.10.99") == "update"
    assert node.must("cat /sys/class/net/vxlan.calico/ifindex") == index
    for local in ("fd00:1::99", None):
        assert Change(VXLAN, dataclasses.replace(VXLAN, local=local)).verb == "replace"


def test_an_interface_with_another_mac_keeps_its_neighbours(node: Node) -> None:
    """Kernel: it drops them, PERMANENT ones of both families too (docs/KERNEL.md, fact 20)."""
    foreign = "fd00:7::7 lladdr 02:00:00:00:00:07 dev vxlan.calico nud permanent"
    node.must(f"ip -6 neigh add {foreign}")
    assert _moved(node, address="66:fb:ad:98:aa:99") == "update"
    assert "fd00:7::7" in node.must("ip -6 neigh show dev vxlan.calico")


def _moved(node: Node, **fields: Any) -> str:
    """The verb of a change of the node's VXLAN device, on which all must stand that stood there before."""
    rows = [
        Address(dev="vxlan.calico", local="192.168.81.64", prefixlen=32),
        NEIGHBOUR,
        ENTRY,
        Route(dst="192.168.209.64/26", gateway="192.168.209.64", dev="vxlan.calico", protocol=3, onlink=True),
    ]
    device = cast("Link", node.reading().found[Link(ifname="vxlan.calico").key])
    keys = [device.key, *(row.key for row in rows)]
    node.reach([device, *rows], keys)
    moved = dataclasses.replace(device, **fields)
    (change,) = node.reach([moved, *rows], keys)
    found = node.reading().found
    assert {key: found.get(key) for key in keys} == state_of([moved, *rows])
    return change.verb


def test_removing_a_primary_address_keeps_the_others_of_its_subnet(node: Node) -> None:
    """Kernel: without promote_secondaries they go, and with the last address all routes and neighbours."""
    node.must("ip address add 10.10.10.12/24 dev eth1; ip address add 10.10.10.13/24 dev eth1")
    node.must("ip route add 10.5.0.0/16 via 10.10.10.1 dev eth1 proto 142")
    node.must("ip neigh add 10.10.10.9 dev eth1 lladdr 02:00:00:00:00:01 nud permanent")
    before = node.reading().found
    gone = before[Address(dev="eth1", local="10.10.10.11", prefixlen=24).key]
    assert node.write(Change(gone, None)) == []
    after = node.reading().found
    assert set(before) - set(after) == {gone.key}


def test_an_address_with_another_scope_keeps_what_stands_on_it(node: Node) -> None:
    node.must("ip route add 10.5.0.0/16 via 10.10.10.1 dev eth1 proto 142 mtu 1400")
    node.must("ip neigh add 10.10.10.9 dev eth1 lladdr 02:00:00:00:00:01 nud permanent")
    before = node.reading().found
    address = before[Address(dev="eth1", local="10.10.10.11", prefixlen=24).key]
    wanted = dataclasses.replace(cast("Address", address), scope="site")
    assert node.write(Change(address, wanted)) == []
    assert node.reading().found == {**before, wanted.key: wanted}


def test_an_ipv6_route_moves_between_an_interface_and_a_tunnel(node: Node) -> None:
    """Kernel: a gateway on the tunnel is refused while another interface leads to it (docs/KERNEL.md, fact 34)."""
    direct = [dataclasses.replace(SIX, dst=dst, protocol=80, onlink=True) for dst in ("fd00:9::/64", "fd00:9::1/128")]
    gone = dataclasses.replace(SIX, dst="fd00:9::/96")
    tunnelled = dataclasses.replace(direct[0], gateway="fd00:9::1", dev="vxlan.calico", protocol=3)
    end = dataclasses.replace(SIX, dst="fd00:9::1/128", gateway=None, dev="vxlan.calico", protocol=3)
    keys = [row.key for row in (*direct, gone)]
    for wanted in ([*direct, gone], [tunnelled, end], [*direct, gone], [tunnelled]):
        node.reach(wanted, keys)
        found = node.reading().found
        assert {key: found[key] for key in keys if key in found} == state_of(wanted)


def test_an_ipv6_gateway_within_another_interfaces_prefix_comes_after_the_way_to_it(node: Node) -> None:
    lender = dataclasses.replace(SIX, dst="fd00:9::/64")
    borrower = dataclasses.replace(SIX, dst="fd00:8::/64", gateway="fd00:9::5", dev="vxlan.calico", onlink=True)
    end = dataclasses.replace(SIX, dst="fd00:9::5/128", gateway=None, dev="vxlan.calico")
    assert node.write(Change(None, lender)) == []
    assert node.write(Change(None, borrower), Change(None, end)) == []
    assert node.reading().found[borrower.key] == borrower
