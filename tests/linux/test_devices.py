"""Tunnels, bridges and their ports: on a real kernel where it has them, else as iproute2's source prints them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from reconciler.core.absent import waiting
from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer, Reading
from reconciler.core.order import breaks, makes
from reconciler.core.resource import Live, state_of
from reconciler.linux.claim import LinuxClaim
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.operation import ORDER

from .node import DRIVER, Node

BRIDGE = Link(
    ifname="br0",
    info_kind="bridge",
    address="02:00:00:00:00:0b",
    mtu=1400,
    txqlen=500,
    up=True,
    alias=OUR_ALIAS,
    stp_state=False,
    forward_delay=1500,
    ageing_time=30000,
)
VXLAN = Link(
    ifname="vx7",
    info_kind="vxlan",
    address="02:00:00:00:00:07",
    mtu=1400,
    txqlen=1000,
    up=True,
    alias=OUR_ALIAS,
    master="br0",
    id=7,
    port=4790,
    local="10.10.10.11",
    lower="eth1",
    learning=False,
)
PORT = Link(ifname="far", up=True, master="br0")


def found(node: Node, link: Link) -> Link | None:
    return among(node.reading(), link)


def among(reading: Reading, link: Link) -> Link | None:
    live = reading.found.get(link.key)
    assert live is None or isinstance(live, Link)
    return live


CHANGES: list[dict[str, Any]] = [
    {"stp_state": True},
    {"forward_delay": 200},
    {"ageing_time": 60000},
    {"stp_state": True, "forward_delay": 400, "mtu": 1300, "up": False},
    {"address": "02:00:00:00:00:0c"},
    {"mtu": 9000},
    {"txqlen": 1000},
    {"up": False},
    {"alias": "somebody"},
]


@pytest.mark.kernel
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: ",".join(change))
def test_a_bridge_is_changed_in_place(node: Node, change: dict[str, Any]) -> None:
    wanted, reading = dataclasses.replace(BRIDGE, **change), node.reading()
    for before, after in [(None, BRIDGE), (BRIDGE, BRIDGE), (BRIDGE, wanted), (wanted, BRIDGE), (BRIDGE, None)]:
        script = DRIVER.write([Change(before, after)], reading)
        assert before is None or after is None or not any("add" in line.text.split() for line in script.lines)
        assert node.send(script) == []
        reading = node.reading()
        assert among(reading, BRIDGE) == after


PORT_CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"master": None}, "update"),
    ({"master": "br1"}, "update"),
    ({"alias": "x"}, "update"),
    ({"learning": True}, "update"),
    ({"group": "239.1.1.1"}, "replace"),
    ({"group": "10.10.10.12"}, "replace"),
    ({"local": None, "lower": None}, "replace"),
    ({"local": "fd00:1::11", "group": "ff05::1"}, "replace"),
    ({"id": 8, "master": "br1"}, "replace"),
]


@pytest.mark.kernel
@pytest.mark.parametrize(("change", "verb"), PORT_CHANGES, ids=str)
def test_a_vxlan_device_in_a_bridge(node: Node, change: dict[str, Any], verb: str) -> None:
    bridges = [BRIDGE, dataclasses.replace(BRIDGE, ifname="br1")]
    reading = node.after(node.reading(), *(Change(None, bridge) for bridge in bridges))
    wanted = dataclasses.replace(VXLAN, **change)
    for before, after in [(None, VXLAN), (VXLAN, VXLAN), (VXLAN, wanted), (wanted, VXLAN), (VXLAN, None)]:
        reading = node.after(reading, Change(before, after))
        assert among(reading, VXLAN) == after
    assert Change(VXLAN, wanted).verb == verb


@pytest.mark.kernel
def test_a_bridge_keeps_the_mtu_that_was_asked_for(node: Node) -> None:
    """Kernel: a bridge follows the smallest MTU of its ports until somebody sets one; at birth does not count."""
    assert node.write(Change(None, BRIDGE), Change(None, dataclasses.replace(VXLAN, mtu=1300))) == []
    assert found(node, BRIDGE) == BRIDGE


@pytest.mark.kernel
def test_bridges_come_before_their_ports_and_go_after_them(node: Node) -> None:
    """From nothing to a bridge with two ports, to another bridge, and back to nothing; hardware stays."""
    other = dataclasses.replace(BRIDGE, ifname="a-br")
    for bridge in (BRIDGE, other):
        vxlan, port = (dataclasses.replace(link, master=bridge.ifname) for link in (VXLAN, PORT))
        wanted = [vxlan, port, bridge]
        before = node.reading().found
        claim = LinuxClaim(declared=state_of(wanted))
        ours = {key: resource for key, resource in before.items() if claim.owns(resource)}
        changes = diff(state_of(wanted), Live(ours, {}))
        assert waiting([*makes(changes, ORDER), *breaks(changes, ORDER)], before) == {}
        assert node.write(*changes) == []
        after = node.reading().found
        assert [wish for wish in wanted if wish.lens(after[wish.key]) != wish] == []
    assert BRIDGE.key not in after
    ours = {key: resource for key, resource in after.items() if LinuxClaim().owns(resource)}
    assert set(ours) == {other.key, VXLAN.key}
    assert node.write(*diff({}, Live(ours, {}))) == []
    far = found(node, PORT)
    assert far is not None
    assert far.master is None
    assert not set(ours) & set(node.reading().found)


@pytest.mark.kernel
def test_a_device_without_our_mark_is_adopted_and_then_has_it(node: Node) -> None:
    node.must("ip link add br0 type bridge")
    live = node.reading().found
    claim = LinuxClaim(declared=state_of([BRIDGE]))
    assert not claim.owns(live[BRIDGE.key])
    (change,) = diff(state_of([BRIDGE]), Live({}, live))
    assert change.verb == "adopt"
    assert node.write(change) == []
    assert found(node, BRIDGE) == BRIDGE
    assert claim.owns(BRIDGE)


@pytest.mark.kernel
@pytest.mark.parametrize("link", ["tunl0", "flannel.ipip"])
def test_an_ipip_tunnel(bare: Node, link: str) -> None:
    if bare.shell("ip link add probe type ipip && ip link del probe").status:
        pytest.skip("this kernel has no module ipip")
    wish = Link(ifname=link, info_kind="ipip", mtu=1480, txqlen=0, up=True)
    wish = wish if link == "tunl0" else dataclasses.replace(wish, local="10.10.10.11")
    for before, after in [(None, wish), (wish, dataclasses.replace(wish, mtu=1400))]:
        assert bare.write(Change(before, after)) == []
        assert after.lens(bare.reading().found[after.key]) == after


def lines(before: Link | None, after: Link | None) -> list[str]:
    return [str(line) for line in DRIVER.write([Change(before, after)], Reading({})).lines]


TUNL0 = Link(ifname="tunl0", info_kind="ipip", mtu=1480, txqlen=1000, up=True)
FLANNEL = Link(ifname="flannel.ipip", info_kind="ipip", mtu=1480, txqlen=0, up=True, local="192.168.1.10")


def test_the_fallback_device_is_only_ever_changed() -> None:
    """Its name is enough to load module ipip, which makes it; adding it would be refused (docs/KERNEL.md, fact 35)."""
    assert lines(None, TUNL0) == ["ip link set dev tunl0 mtu 1480 txqueuelen 1000 up"]
    assert lines(dataclasses.replace(TUNL0, mtu=1440), TUNL0) == ["ip link set dev tunl0 mtu 1480"]


def test_another_ipip_tunnel_is_made_and_made_again() -> None:
    made = [
        "ip link add flannel.ipip type ipip local 192.168.1.10",
        "ip link set dev flannel.ipip mtu 1480 txqueuelen 0 up",
    ]
    assert lines(None, FLANNEL) == made
    assert lines(dataclasses.replace(FLANNEL, local=None), FLANNEL) == ["ip link del dev flannel.ipip", *made]


IPIP_ROWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"proto": "ipip", "remote": "any", "local": "any", "ttl": 0, "pmtudisc": False}, {}),
    ({"remote": "any", "local": "192.168.1.10", "ttl": 0, "pmtudisc": True}, {"local": "192.168.1.10"}),
    ({"remote": "any", "local": "any", "link": "eth1", "ttl": 64}, {"lower": "eth1"}),
    ({"remote": "10.0.0.9", "local": "10.0.0.1", "ttl": 64}, {"local": "10.0.0.1", "extra": ("remote 10.0.0.9",)}),
    ({"external": True}, {"extra": ("external",)}),
]


@pytest.mark.parametrize(("data", "fields"), IPIP_ROWS, ids=str)
def test_an_ipip_tunnel_is_read_as_iproute2_prints_it(data: dict[str, Any], fields: dict[str, Any]) -> None:
    row = {"ifname": "tunl0", "flags": ["NOARP"], "mtu": 1480, "txqlen": 1000, "address": "0.0.0.0", "addr_info": []}
    row["linkinfo"] = {"info_kind": "ipip", "info_data": data}
    answers = [json.dumps([row]), *["[]"] * (len(DRIVER.questions) - 4), "", "\n", ""]
    live = DRIVER.read([Answer(text) for text in answers]).found[TUNL0.key]
    read = Link(ifname="tunl0", info_kind="ipip", address="0.0.0.0", mtu=1480, txqlen=1000, up=False)
    assert live == dataclasses.replace(read, **fields)


def test_a_wish_for_a_tunnel_sees_a_tunnel_to_one_end_as_another_one() -> None:
    live = dataclasses.replace(FLANNEL, extra=("remote 10.0.0.9",))
    assert [change.verb for change in diff(state_of([FLANNEL]), Live(state_of([live]), {}))] == ["replace"]


def test_what_a_document_does_not_say_of_our_own_device_is_taken_away() -> None:
    """And what it does not say of anybody else's is left."""
    bridged = dataclasses.replace(VXLAN, master="br9", group="239.1.1.1")
    wish = dataclasses.replace(VXLAN, master=None)
    (change,) = diff(state_of([wish]), Live(state_of([bridged]), {}))
    assert change.fields == {"master": ("br9", None), "group": ("239.1.1.1", None)}
    hardware = Link(ifname="eth1", up=True)
    assert diff(state_of([hardware]), Live(state_of([dataclasses.replace(hardware, master="br9")]), {})) == []


def test_the_mark_on_hardware_marks_nothing() -> None:
    assert not LinuxClaim().owns(Link(ifname="eth0", alias=OUR_ALIAS))
    assert LinuxClaim().owns(BRIDGE)
    assert not LinuxClaim().owns(dataclasses.replace(BRIDGE, alias=None))
