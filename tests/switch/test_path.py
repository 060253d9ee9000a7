"""What of a switch carries our way to other devices is known, and what would cut it is found, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer
from reconciler.core.resource import Key, Live, Resource, State
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan, Vrf
from reconciler.switch.path import carries, paths

LAB = """vlan 10,20,30
!
interface Ethernet1
   description to k01-worker
   switchport access vlan 10
!
interface Ethernet2
   switchport access vlan 10
!
interface Ethernet4
   switchport trunk native vlan 20
   switchport trunk allowed vlan 20,30
   switchport mode trunk
!
interface Ethernet5
   switchport access vlan 30
!
interface Ethernet7
   no switchport
   ip address 10.7.0.0/31
!
interface Management0
   ip address 172.20.20.2/24
!
interface Vlan10
   ip address 10.10.10.1/24
   ip virtual-router address 10.10.10.254
!
interface Vlan20
   ip address 10.10.20.1/24
!
ip routing
!
ip route 10.10.10.77/32 10.7.0.1
ip route 192.168.0.0/16 10.10.10.11
!
end
"""
HOSTS = {
    "k01-worker": "10.10.10.11",
    "k01-worker3": "10.10.20.20",
    "spine": "10.7.0.1",
    "vip": "10.10.10.77",
    "beside": "172.20.20.5",
    "far": "203.0.113.7",
    "named": "k01.example",
}
CABLES = {"Ethernet1": "k01-worker", "Ethernet4": "k01-worker3", "Ethernet5": "k01-worker3"}


def found(text: str = LAB) -> State:
    return EosDriver("172.20.20.2").read([Answer(text)]).configuration.everything


def carried(device: str, text: str = LAB) -> list[str]:
    """What carries the way to one device, in words."""
    return sorted(str(key) for key in carries(found(text), {device: HOSTS[device]}, CABLES))


@pytest.mark.parametrize(
    ("device", "keys"),
    [
        ("k01-worker", ["interface Ethernet1", "routing default", "svi Vlan10", "vlan 10"]),
        ("k01-worker3", ["interface Ethernet4", "routing default", "svi Vlan20", "vlan 20"]),
        ("spine", ["interface Ethernet7", "routing default"]),
        ("vip", ["interface Ethernet7", "routing default", "static_route 10.10.10.77/32 via 10.7.0.1"]),
        ("beside", []),
        ("far", []),
        ("named", []),
    ],
)
def test_what_carries_a_way_is_what_the_switch_forwards_and_bridges_it_over(device: str, keys: list[str]) -> None:
    assert carried(device) == keys


def test_it_says_whom_we_reach_over_it() -> None:
    reasons = carries(found(), HOSTS | {"k01-worker2": "10.10.10.12"}, CABLES)
    assert reasons[Key("svi", "Vlan20")] == "we reach k01-worker3 (10.10.20.20) over it"
    assert reasons[Key("svi", "Vlan10")] == "we reach k01-worker (10.10.10.11) and 1 more over it"
    assert reasons[Key("routing", "default")] == "we reach k01-worker (10.10.10.11) and 4 more over it"
    assert Key("static_route", "192.168.0.0/16 via 10.10.10.11") not in reasons
    assert Key("interface", "Management0") not in reasons


def test_where_no_cable_is_known_the_only_port_of_the_vlan_is_it() -> None:
    hosts = {"k01-worker3": "10.10.20.20", "k01-worker": "10.10.10.11"}
    assert {str(key) for key in carries(found(), hosts, {}) if key.kind == "interface"} == {"interface Ethernet4"}


def test_a_vrf_and_the_members_of_a_channel_carry_too() -> None:
    others = {
        "vlan 10,20,30\n": "vlan 10,20,30\n!\nvrf instance RED\n",
        "interface Vlan20\n": "interface Vlan20\n   vrf RED\n",
        "interface Ethernet4\n": "interface Port-Channel9\n",
        "interface Ethernet7\n": "interface Ethernet6\n   channel-group 9 mode active\n!\ninterface Ethernet7\n",
        "ip routing\n": "ip routing\nip routing vrf RED\n",
    }
    text = LAB
    for old, new in others.items():
        text = text.replace(old, new)
    way = carries(found(text), {"k01-worker3": "10.10.20.20"}, {"Ethernet6": "k01-worker3"})
    assert sorted(map(str, way)) == [
        *("interface Ethernet6", "interface Port-Channel9", "routing RED", "svi Vlan20", "vlan 20", "vrf RED")
    ]


WORKER, WORKER3 = "k01-worker (10.10.10.11)", "k01-worker3 (10.10.20.20)"
TRUNK = Interface(ifname="Ethernet4", mode="trunk", trunk_allowed="20,30", trunk_native=20)
SVI = Svi(vlan=10, addresses=("10.10.10.1/24",))

CUTS: list[tuple[Resource, str]] = [
    (Interface(ifname="Ethernet1", access=20), f"{WORKER}: it would not carry VLAN 10 any more"),
    (Interface(ifname="Ethernet1", access=10, shutdown=True), f"{WORKER}: it would be shut down"),
    (Interface(ifname="Ethernet1", mode="routed"), f"{WORKER}: it would not carry VLAN 10 any more"),
    (
        Interface(ifname="Ethernet1", mode="trunk", trunk_allowed="10", trunk_native=1),
        f"{WORKER}: it would carry VLAN 10 tagged instead of untagged",
    ),
    (
        Interface(ifname="Ethernet1", access=10, channel_group="3 active"),
        f"{WORKER}: it would not carry VLAN 10 any more",
    ),
    (
        Interface(ifname="Ethernet4", mode="trunk", trunk_allowed="30", trunk_native=20),
        f"{WORKER3}: it would not carry VLAN 20 any more",
    ),
    (Vlan(id=10, state="suspend"), f"{WORKER}: VLAN 10 would be suspended"),
    (Vlan(id=20, trunk_groups=("A",)), f"{WORKER3}: it would not carry VLAN 20 any more"),
    (Svi(vlan=10, addresses=("10.10.10.2/24",)), f"{WORKER}: Vlan10 would lose its address 10.10.10.1/24"),
    (Svi(vlan=10, addresses=("10.10.99.1/24",)), f"{WORKER}: Vlan10 would lose its address 10.10.10.1/24"),
    (
        Svi(vlan=10, addresses=("10.10.10.1/24",), virtual_router=()),
        f"{WORKER}: Vlan10 would lose its address 10.10.10.254",
    ),
    (Svi(vlan=10, addresses=("10.10.10.1/24",), shutdown=True), f"{WORKER}: Vlan10 would be shut down"),
    (Svi(vlan=10, addresses=("10.10.10.1/24",), vrf="RED"), f"{WORKER}: nothing would lead to 10.10.10.11"),
    (Routing(enabled=False), f"{WORKER}: VRF default would not route any more"),
    (
        StaticRoute(dst="10.10.10.11/32", via="10.7.0.1"),
        f"{WORKER}: packets to 10.10.10.11 would take 10.10.10.11/32 via 10.7.0.1 instead of 10.10.10.0/24 on Vlan10",
    ),
]


def told(change: Change) -> str | None:
    return paths(found(), HOSTS, CABLES).cut_by(change)


@pytest.mark.parametrize(("wish", "words"), CUTS)
def test_what_cuts_a_way_is_named_with_the_device(wish: Resource, words: str) -> None:
    device, _, reason = words.partition(": ")
    assert told(Change(found().get(wish.key), wish)) == f"{device} would not be reached any more: {reason}"


@pytest.mark.parametrize("name", ["svi Vlan10", "vlan 10"])
def test_so_is_what_deletes_it(name: str) -> None:
    kind, _, key = name.partition(" ")
    gone = told(Change(found()[Key(kind, key)], None))
    assert gone == f"{WORKER} would not be reached any more: {name} would be deleted"


def test_a_route_that_goes_leaves_the_subnet_to_which_it_was_an_exception() -> None:
    gone = told(Change(found()[Key("static_route", "10.10.10.77/32 via 10.7.0.1")], None))
    assert gone == (
        "vip (10.10.10.77) would not be reached any more: packets to 10.10.10.77 would take 10.10.10.0/24 on Vlan10 "
        "instead of 10.10.10.77/32 via 10.7.0.1"
    )


HARMLESS: list[Resource] = [
    Interface(ifname="Ethernet1", access=10, description="another", mtu=9000, portfast=True),
    Interface(ifname="Ethernet1", mode="trunk", trunk_allowed="10,20", trunk_native=10),
    Interface(ifname="Ethernet4", mode="trunk", trunk_allowed="20", trunk_native=20),
    Interface(ifname="Ethernet2", access=20, shutdown=True),
    Interface(ifname="Ethernet5", access=99),
    Interface(ifname="Management0", mode="routed", addresses=("172.20.20.3/24",)),
    Vlan(id=10, label="renamed"),
    Vlan(id=30, state="suspend"),
    Vlan(id=50),
    Svi(vlan=10, addresses=("10.10.10.1/24", "10.10.11.1/24"), description="wider", mtu=9000),
    Svi(vlan=50, addresses=("10.50.0.1/24",)),
    Routing(vrf="RED", enabled=False),
    Vrf(vrf="RED"),
    StaticRoute(dst="10.10.10.11/32", via="10.7.0.1", vrf="RED"),
    StaticRoute(dst="0.0.0.0/0", via="10.7.0.1"),
    StaticRoute(dst="192.168.0.0/16", via="10.10.10.12"),
]


@pytest.mark.parametrize("wish", HARMLESS)
def test_what_cuts_nothing_is_no_reason(wish: Resource) -> None:
    assert told(Change(found().get(wish.key), wish)) is None


def test_one_port_of_a_channel_may_go_and_the_last_may_not() -> None:
    channel = "interface Port-Channel9\n   switchport access vlan 10\n!\n"
    member = "interface Ethernet{}\n   channel-group 9 mode active\n!\n"
    base = LAB.replace("interface Ethernet7", f"{channel}{member.format(6)}interface Ethernet7")
    two = base.replace("interface Ethernet7", f"{member.format(8)}interface Ethernet7")
    out = Interface(ifname="Ethernet6", channel_group="none")
    words = []
    for text in (two, base):
        ways = paths(found(text), {"k01-worker": "10.10.10.11"}, {"Ethernet6": "k01-worker"})
        words.append(ways.cut_by(Change(found(text)[out.key], out)))
    assert words == [None, f"{WORKER} would not be reached any more: Port-Channel9 has no other port"]


def test_in_the_seed_s_lab_taking_away_a_node_s_port_is_found_in_the_plan() -> None:
    text = (Path(__file__).parents[2] / "reconciler" / "lab" / "data" / "ceos01.cfg").read_text()
    has = found(text.partition("\n")[2])
    wish = {one.key: one for one in has.values() if not (isinstance(one, Interface) and one.name == "Ethernet2")}
    port = Interface(ifname="Ethernet2", access=1)
    changes = diff({**wish, port.key: port}, Live(has, {}))
    ways = paths(has, {"k01-worker": "10.10.10.11", "k01-worker2": "10.10.10.12"}, {"Ethernet2": "k01-worker"})
    assert [ways.cut_by(change) for change in changes] == [
        f"{WORKER} would not be reached any more: it would not carry VLAN 10 any more"
    ]


PORTS = st.builds(
    Interface,
    ifname=st.sampled_from(["Ethernet1", "Ethernet2"]),
    mode=st.sampled_from(["access", "trunk", "routed"]),
    access=st.sampled_from([10, 20]),
    trunk_allowed=st.sampled_from(["10", "20", "10,20", "none"]),
    trunk_native=st.sampled_from([10, 20, None]),
    shutdown=st.booleans(),
    description=st.sampled_from([None, "another"]),
)
SVIS = st.builds(
    Svi,
    vlan=st.just(10),
    addresses=st.sampled_from([("10.10.10.1/24",), ("10.10.10.3/24",), (), ("10.10.10.1/24", "10.10.12.1/24")]),
    shutdown=st.booleans(),
)
VLANS = st.builds(Vlan, id=st.sampled_from([10, 20]), state=st.sampled_from(["active", "suspend"]))


OTHERS = st.sampled_from([Svi(vlan=20, addresses=("10.10.21.1/24",)), Svi(vlan=20, addresses=(), shutdown=True)])


def reached(state: State) -> bool:
    """Whether the worker on Ethernet1 is, in other words than the code's."""
    port, svi, vlan = (state[Key(*name.split())] for name in ("interface Ethernet1", "svi Vlan10", "vlan 10"))
    assert isinstance(port, Interface)
    assert isinstance(svi, Svi)
    assert isinstance(vlan, Vlan)
    native = port.mode == "trunk" and port.trunk_native == 10 and "10" in (port.trunk_allowed or "")
    plugged = not port.shutdown and (native or (port.mode == "access" and port.access == 10))
    return plugged and vlan.state == "active" and not svi.shutdown and "10.10.10.1/24" in svi.addresses


@given(st.one_of(PORTS, SVIS, VLANS, OTHERS))
@settings(max_examples=150)
def test_a_change_cuts_exactly_what_is_not_reached_after_it(wish: Resource) -> None:
    has = found()
    cut = paths(has, {"k01-worker": "10.10.10.11"}, CABLES).cut_by(Change(has[wish.key], wish))
    assert (cut is None) is reached({**has, wish.key: wish})
