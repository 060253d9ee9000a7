"""Worlds that are not the seed's: IPIP, WireGuard, port channels, trunks between switches, routes over other routes."""

from __future__ import annotations

import dataclasses

import pytest

from reconciler.core.resource import Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from reconciler.linux.wireguard import WireguardPeer
from reconciler.switch.kinds import Bgp, Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.walk.flow import Flow
from reconciler.walk.topology import EOS, LINUX, End, Topology
from reconciler.walk.walk import Walk, walk

POD_A, POD_B = "10.1.0.5", "10.1.1.5"
THERE = Flow("a", "b", POD_A, POD_B)
HALF: dict[str, tuple[str, str, str]] = {
    "a": ("192.0.2.1", "10.1.0.0/24", POD_A),
    "b": ("192.0.2.2", "10.1.1.0/24", POD_B),
}


def node(name: str, *more: Resource, length: int = 24) -> State:
    """eth1 with an address, a pod and its block."""
    address, block, pod = HALF[name]
    return state_of(
        [
            Link(ifname="lo", up=True),
            Link(ifname="eth1", up=True),
            Link(ifname="cali1", up=True, info_kind="veth"),
            Address(dev="eth1", local=address, prefixlen=length),
            Route(dst=block, type="blackhole", protocol=80),
            Route(dst=f"{pod}/32", dev="cali1", protocol=3, scope="link"),
            *more,
        ]
    )


def on(state: State, *changed: Resource) -> State:
    return {**state, **{one.key: one for one in changed}}


WIRE = Topology({End("a", "eth1"): End("b", "eth1"), End("b", "eth1"): End("a", "eth1")}, {"a": LINUX, "b": LINUX})
TUNL = Link(ifname="tunl0", info_kind="ipip", up=True)
IPIP = {
    "a": node("a", TUNL, Route(dst="10.1.1.0/24", gateway="192.0.2.2", dev="tunl0", onlink=True, protocol=80)),
    "b": node("b", TUNL),
}


def through(world: dict[str, State], topology: Topology = WIRE, flow: Flow = THERE) -> Walk:
    return walk(world, topology, flow)


def test_an_ipip_tunnel_needs_its_device_at_both_ends() -> None:
    assert through(IPIP).verdict == "delivered"
    down = dataclasses.replace(TUNL, up=False)
    assert through(IPIP | {"b": on(IPIP["b"], down)}).why == "b: tunl0 is down"
    assert through(IPIP | {"b": node("b")}).why == "b has no IPIP device for packets from 192.0.2.1 to 192.0.2.2"
    other = dataclasses.replace(TUNL, local="192.0.2.9")
    assert through(IPIP | {"b": on(IPIP["b"], other)}).verdict == "dropped"


def wireguard(*peers: WireguardPeer, port: int = 51820) -> Link:
    return Link(ifname="wg0", info_kind="wireguard", up=True, listen_port=port, fwmark="0x200000", peers=peers)


A = WireguardPeer(public_key="A" * 43 + "=", endpoint="192.0.2.1:51820", allowed_ips=("10.1.0.0/24",))
B = WireguardPeer(public_key="B" * 43 + "=", endpoint="192.0.2.2:51820", allowed_ips=("10.1.1.0/24",))
WG = {
    "a": node("a", wireguard(B), Route(dst="10.1.1.0/24", dev="wg0", protocol=80)),
    "b": node("b", wireguard(A)),
}
STRANGER = dataclasses.replace(A, endpoint="192.0.2.77:51820")
WG_BREAKS = {
    "no peer here": ("a", wireguard(), "a: no peer of wg0 takes packets to 10.1.1.5"),
    "no endpoint": (
        "a",
        wireguard(dataclasses.replace(B, endpoint=None)),
        "a: the peer of wg0 for 10.1.1.5 has no",
    ),
    "no peer there": ("b", wireguard(), "b: no peer of wg0 may send from 10.1.0.5"),
    "another peer's addresses": ("b", wireguard(STRANGER), "b: 10.1.0.5 may only come from the peer at 192.0.2.77"),
    "another port": ("b", wireguard(A, port=7), "b has no WireGuard device on UDP port 51820"),
}


@pytest.mark.parametrize("name", WG_BREAKS)
def test_wireguard_takes_what_its_peers_may_send(name: str) -> None:
    assert through(WG).verdict == "delivered"
    where, link, words = WG_BREAKS[name]
    found = through(WG | {where: on(WG[where], link)})
    assert found.verdict == "dropped"
    assert found.why.startswith(words)


def test_a_tunnel_whose_peers_nobody_tells_is_unknown() -> None:
    untold = Link(ifname="wg0", info_kind="wireguard", up=True)
    assert through(WG | {"a": on(WG["a"], untold)}).verdict == "unknown"


NEXT = Route(dst="10.1.1.0/24", gateway="192.0.2.2", dev="eth1", protocol=80)
NEAR = {"a": node("a", NEXT), "b": node("b")}


def cabled(*pairs: tuple[End, End]) -> Topology:
    devices = {end.device for pair in pairs for end in pair}
    cables = {one: other for pair in pairs for one, other in (pair, pair[::-1])}
    return Topology(cables, {name: LINUX if name in HALF else EOS for name in devices})


TWO = cabled(
    (End("a", "eth1"), End("leaf1", "Ethernet1")),
    (End("leaf1", "Ethernet49"), End("leaf2", "Ethernet49")),
    (End("b", "eth1"), End("leaf2", "Ethernet1")),
)


def leaf(allowed: str = "10,20", native: int = 1, access: int = 10) -> State:
    """One port for a node, and a member of the port channel to the other leaf."""
    trunk = Interface(ifname="Port-Channel9", mode="trunk", trunk_allowed=allowed, trunk_native=native)
    port = Interface(ifname="Ethernet1", access=access)
    return state_of([Vlan(id=10), Vlan(id=20), port, Interface(ifname="Ethernet49", channel_group="9 active"), trunk])


def test_a_vlan_reaches_over_a_trunk_between_two_switches() -> None:
    leaves = NEAR | {"leaf1": leaf(), "leaf2": leaf()}
    assert through(leaves, TWO).verdict == "delivered"
    assert "in VLAN 10 of leaf1" in through(leaves | {"leaf2": leaf(allowed="20")}, TWO).why
    assert "in VLAN 10 of leaf1" in through(leaves | {"leaf2": leaf(allowed="20,30", access=20)}, TWO).why
    mapped = {"leaf1": leaf(native=10), "leaf2": leaf(native=20, access=20)}
    assert through(leaves | mapped, TWO).verdict == "delivered", "untagged frames do not tell which VLAN they are of"


def test_a_channel_that_is_shut_down_takes_its_members_along() -> None:
    shut = Interface(ifname="Port-Channel9", mode="trunk", trunk_allowed="10", shutdown=True)
    found = through(NEAR | {"leaf1": on(leaf(), shut), "leaf2": leaf()}, TWO)
    assert (found.verdict, "b is in VLAN 10 of leaf2" in found.why) == ("dropped", True)


def test_a_switch_that_could_not_be_read_is_unknown() -> None:
    assert through(NEAR | {"leaf1": leaf()}, TWO).verdict == "unknown"


ONE = cabled((End("a", "eth1"), End("sw", "Ethernet1")), (End("b", "eth1"), End("sw", "Ethernet2")))
FAR = {
    "a": node("a", Route(dst="0.0.0.0/0", gateway="192.0.2.9", dev="eth1", protocol=142), length=28),
    "b": on(node("b"), Address(dev="eth1", local="198.51.100.2", prefixlen=24)),
}


def router(*routes: Resource, enabled: bool = True) -> State:
    ports = [
        Interface(ifname="Ethernet1", access=10),
        Interface(ifname="Ethernet2", mode="routed", addresses=("198.51.100.1/24",)),
    ]
    svi = Svi(vlan=10, addresses=("192.0.2.9/28",))
    return state_of([Vlan(id=10), *ports, svi, Routing(enabled=enabled), *routes])


def static(dst: str, via: str, distance: int = 1) -> StaticRoute:
    return StaticRoute(dst=dst, via=via, distance=distance)


ROUTES: dict[str, tuple[list[Resource], str]] = {
    "by next hop": ([static("10.1.1.0/24", "198.51.100.2")], "delivered"),
    "by interface and next hop": ([static("10.1.1.0/24", "Ethernet2 198.51.100.2")], "delivered"),
    "over another route": (
        [static("10.1.1.0/24", "203.0.113.1"), static("203.0.113.0/24", "198.51.100.2")],
        "delivered",
    ),
    "a longer one that drops": ([static("10.1.1.0/24", "198.51.100.2"), static("10.1.1.4/30", "Null0")], "dropped"),
    "a worse one that drops": ([static("10.1.1.0/24", "198.51.100.2"), static("10.1.1.0/24", "Null0", 9)], "delivered"),
    "one of two ways is dead": ([static("10.1.1.0/24", f"198.51.100.{last}") for last in (2, 3)], "dropped"),
    "none": ([], "dropped"),
    "what BGP may know": ([Bgp(asn=65001)], "unknown"),
    "what BGP does not change": ([Bgp(asn=65001), static("10.1.1.0/24", "198.51.100.2")], "delivered"),
}


@pytest.mark.parametrize("name", ROUTES)
def test_a_switch_routes_by_the_longest_prefix_and_the_least_distance(name: str) -> None:
    routes, verdict = ROUTES[name]
    assert through(FAR | {"sw": router(*routes)}, ONE).verdict == verdict


def test_a_switch_without_routing_forwards_nothing() -> None:
    routes = ROUTES["by next hop"][0]
    assert through(FAR | {"sw": router(*routes, enabled=False)}, ONE).why == "sw does not route in VRF default"
