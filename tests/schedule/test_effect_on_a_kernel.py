"""What we foretell of a node's tables is what a real kernel shows once the driver's lines have been carried out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from reconciler.core.change import Change, diff
from reconciler.core.driver import Script
from reconciler.core.resource import Key, Live, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.schedule.trail import trail
from tests.linux.conftest import bare, node
from tests.linux.node import DRIVER, Node

__all__ = ["bare", "node"]
pytestmark = pytest.mark.kernel

WORLD = """
ip link add eth2 type veth peer name far2; ip link set eth2 up; ip link set far2 up
ip address add 10.20.0.2/24 dev eth2
ip address add 10.20.0.3/24 dev eth2
ip address add 10.30.0.3/24 dev eth2
ip -6 address add fd00:2::2/64 dev eth2 nodad
ip route add 10.60.0.0/24 via 10.20.0.1 dev eth2 proto 142
ip route add 10.61.0.0/24 via 10.20.0.1 dev eth2 proto 142 src 10.20.0.3
ip route add 10.62.0.0/24 proto 142 nexthop via 10.10.10.1 dev eth1 nexthop via 10.20.0.1 dev eth2
ip -6 route add fd00:60::/64 via fd00:2::1 dev eth2 proto 142 src fd00:2::2
ip neigh add 10.20.0.9 dev eth2 lladdr 02:00:00:00:00:09 nud permanent
ip neigh add 192.168.209.64 dev vxlan.calico lladdr 66:d2:0c:f0:ef:e5 nud permanent
bridge fdb append 66:d2:0c:f0:ef:e5 dev vxlan.calico dst 10.10.20.20 self permanent
ip route add 192.168.209.64/26 via 192.168.209.64 dev vxlan.calico onlink proto 3
ip link set eth2 address 02:00:00:00:02:02
"""
CARD = Link(ifname="eth2")
VX = Link(ifname="vxlan.calico", info_kind="vxlan", id=4096, port=4789, local="10.10.10.11", lower="eth1", up=True)
ROUTE = Route(dst="10.60.0.0/24", gateway="10.20.0.1", dev="eth2", protocol=142)
WISHES: list[list[Resource | Key]] = [
    [Address(dev="eth2", local="10.20.0.7", prefixlen=24)],
    [Address(dev="eth2", local="10.40.0.7", prefixlen=24)],
    [Address(dev="eth2", local="10.40.0.8", prefixlen=32)],
    [Address(dev="eth2", local="fd00:4::7", prefixlen=64), Address(dev="eth2", local="fd00:4::8", prefixlen=128)],
    [Key("address", "10.20.0.2/24 dev eth2")],
    [Key("address", "10.20.0.3/24 dev eth2")],
    [Key("address", "10.30.0.3/24 dev eth2")],
    [Key("address", "fd00:2::2/64 dev eth2")],
    [Key("address", "10.10.10.11/24 dev eth1")],
    [replace(CARD, up=False)],
    [replace(CARD, up=True)],
    [replace(CARD, address="02:00:00:00:00:77")],
    [replace(CARD, mtu=1400)],
    [replace(VX, id=77)],
    [replace(VX, address="66:00:00:00:00:01")],
    [Key("link", "vxlan.calico")],
    [replace(ROUTE, gateway="10.30.0.1")],
    [replace(ROUTE, dst="10.65.0.0/24", gateway="10.99.0.1")],
    [replace(ROUTE, dst="10.66.0.0/24", prefsrc="10.30.0.3")],
    [replace(ROUTE, dst="10.67.0.0/24", gateway="10.99.0.1", onlink=True)],
    [replace(ROUTE, dst="10.68.0.0/24", gateway=None, nexthops=None, dev=None, type="blackhole")],
    [ROUTE.key],
    [Neighbour(dev="eth2", dst="10.20.0.10", lladdr="02:00:00:00:00:10")],
    [FdbEntry(dev="vxlan.calico", mac="66:00:00:00:00:02", dst="10.10.10.12")],
    [Link(ifname="br9", info_kind="bridge", up=True), Address(dev="br9", local="10.90.0.1", prefixlen=24)],
]


def changes_of(found: State, wishes: list[Resource | Key]) -> list[Change]:
    """What leads there from ``found``; a key: away with it."""
    wanted = {wish.key: wish for wish in wishes if not isinstance(wish, Key)}
    ours = {key: found[key] for wish in wishes if (key := wish if isinstance(wish, Key) else wish.key) in found}
    device = [key for key, one in found.items() if Key("link", str(one.link)) in wanted]
    kept = {key: found[key] for key in device if key not in ours and key.kind != "link" and _is_ours(found[key])}
    return diff({**kept, **wanted}, Live({**kept, **ours}, {}))


def _is_ours(resource: Resource) -> bool:
    return not (isinstance(resource, Route) and resource.protocol == 2) and not resource.name.startswith("fe80")


def settled(state: State) -> dict[Key, Resource]:
    """Without what the kernel makes some time later: link-local addresses."""
    return {key: one for key, one in state.items() if not key.name.startswith(("fe80", "::1"))}


def differences(expected: State, seen: State) -> dict[Key, tuple[Resource | None, Resource | None]]:
    """What a wish leaves open the kernel has chosen."""
    pairs = {key: (expected.get(key), seen.get(key)) for key in expected.keys() | seen.keys()}
    return {key: (one, other) for key, (one, other) in pairs.items() if not one or not other or one.lens(other) != one}


@pytest.mark.parametrize("seed", range(3))
def test_foretold_is_seen(node: Node, seed: int) -> None:
    node.must(WORLD)
    rng = random.Random(seed)
    reading = node.reading()
    for wishes in rng.sample(WISHES, len(WISHES)):
        changes = changes_of(reading.found, wishes)
        expected = trail(reading.found, changes)
        refused = [move for move in expected.moves if move.refusal]
        failures = node.send(DRIVER.write(changes, reading))
        assert bool(failures) == bool(refused), (wishes, refused, failures)
        reading = node.reading()
        assert differences(settled(expected.end), settled(reading.found)) == {}, wishes


def test_no_route_is_gone_for_a_moment_while_a_first_address_goes(node: Node) -> None:
    """Line by line: what is foretold is there, and the node always has a way to its subnet and beyond."""
    node.must("ip route add 10.60.0.0/24 via 10.10.10.1 dev eth1 proto 142; ip address add 10.10.10.15/24 dev eth1")
    node.must("ip neigh add 10.10.10.9 dev eth1 lladdr 02:00:00:00:00:09 nud permanent")
    reading = node.reading()
    gone = [Change(reading.found[Key("address", "10.10.10.11/24 dev eth1")], None)]
    script, expected = DRIVER.write(gone, reading), dict(reading.found)
    moves = trail(reading.found, gone).moves
    assert len(script.breaks) == len(moves) > 1
    for line, move in zip(script.breaks, moves, strict=True):
        assert node.send(Script((line,))) == []
        expected = {key: one for key, one in {**expected, **move.delta}.items() if one is not None}
        assert differences(settled(expected), settled(node.reading().found)) == {}, line
        for far in ("10.10.10.1", "10.60.0.1"):
            assert " dev eth1 " in node.must(f"ip route get {far}")
    assert Key("neighbour", "10.10.10.9 dev eth1") in expected
