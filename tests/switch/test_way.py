"""What would lead a switch's packets back to us elsewhere is found, and nothing else is."""

from __future__ import annotations

import dataclasses

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading
from reconciler.core.limits import own_session
from reconciler.core.resource import Key, Resource
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, StaticRoute, Svi

CLIENT = "172.20.20.1"
LAB = """vlan 10,20
!
interface Ethernet1
   switchport access vlan 10
!
interface Management0
   ip address 172.20.20.2/24
!
interface Vlan10
   ip address 10.10.10.1/24
!
interface Vlan30
   shutdown
   ip address 172.20.20.9/25
!
ip routing
!
end
"""
SEPARATE = LAB.replace("Management0\n", "Management0\n   vrf MGMT\n")
FAR = LAB.replace("!\nend\n", "ip route 0.0.0.0/0 10.10.10.254\nip route 192.168.7.0/24 10.10.10.9 10\n!\nend\n")


def told(text: str, client: str = CLIENT, host: str = "172.20.20.2") -> Reading:
    """As in a cycle: the transport knows our end of the connection."""
    return EosDriver(host).read([Answer(text, client=client)])


def verdict(reading: Reading, want: Resource) -> str | None:
    return own_session([Change(reading.found.get(want.key), want)], reading.session, reading.way)


def via(dst: str, hop: str = "10.10.10.10", distance: int = 1, vrf: str = "default") -> StaticRoute:
    return StaticRoute(dst=dst, via=hop, distance=distance, vrf=vrf)


def svi(*addresses: str, vrf: str | None = None, shutdown: bool = False) -> Svi:
    return Svi(vlan=20, addresses=addresses, vrf=vrf, shutdown=shutdown)


def port(*addresses: str) -> Interface:
    return Interface(ifname="Ethernet1", mode="routed", addresses=addresses)


CUTS: list[Resource] = [
    via("172.20.20.1/32"),
    via("172.20.20.0/25"),
    via("172.20.20.1/32", "Null0"),
    via("172.20.20.1/32", "Ethernet1 10.10.10.10"),
    svi("172.20.20.129/24"),
    svi("10.20.0.1/24", "172.20.20.9/25"),
    svi("172.20.20.1/32"),
    svi("172.20.20.9/30", "172.20.20.1/30"),
    port("172.20.20.3/30"),
    port("172.20.20.1/16"),
    Svi(vlan=30, addresses=("172.20.20.9/25",)),
]
HARMLESS: list[Resource] = [
    via("172.20.20.128/25"),
    via("172.20.0.0/16"),
    via("0.0.0.0/0"),
    via("172.20.20.0/24"),
    via("172.20.20.1/32", vrf="RED"),
    via("172.20.20.1/32", "Management0"),
    svi("10.20.0.1/24"),
    svi("172.20.0.9/16"),
    svi("172.20.20.129/25"),
    svi("172.20.20.9/25", shutdown=True),
    svi("172.20.20.9/25", vrf="RED"),
    port("10.20.0.1/24"),
    dataclasses.replace(port("172.20.20.9/25"), mode="access", access=10),
    Svi(vlan=30, addresses=("172.20.20.9/25",), shutdown=True, mtu=1400),
]


@pytest.mark.parametrize("want", CUTS, ids=str)
def test_what_leads_elsewhere_is_refused(want: Resource) -> None:
    reading = told(LAB)
    said = verdict(reading, want)
    verb = "update" if want.key in reading.found else "create"
    assert said is not None
    assert said.startswith(f"would {verb} {want.key}: packets back to us (172.20.20.1) would ")
    assert said.endswith(" 172.20.20.0/24 on Management0")


@pytest.mark.parametrize("want", HARMLESS, ids=str)
def test_what_leads_nobody_astray_is_not(want: Resource) -> None:
    assert verdict(told(LAB), want) is None


@pytest.mark.parametrize("want", CUTS, ids=str)
def test_without_a_client_nothing_changes(want: Resource) -> None:
    reading = told(LAB, client="")
    assert reading.way is None
    assert verdict(reading, want) is None
    assert reading.session == EosDriver("172.20.20.2").read([Answer(LAB)]).session


def test_a_management_vrf_is_a_world_of_its_own() -> None:
    reading = told(SEPARATE)
    assert verdict(reading, via("172.20.20.1/32")) is None
    assert verdict(reading, svi("172.20.20.9/25")) is None
    assert verdict(reading, via("172.20.20.1/32", vrf="MGMT")) is not None
    assert verdict(reading, svi("172.20.20.9/25", vrf="MGMT")) is not None
    moved = Change(svi("172.20.20.9/25"), svi("172.20.20.9/25", vrf="MGMT"))
    assert own_session([moved], reading.session, reading.way) is not None


@pytest.mark.parametrize(
    ("want", "refused"),
    [
        (via("0.0.0.0/0", "10.10.10.253"), False),
        (via("192.168.7.0/24", "10.10.10.8", 20), False),
        (via("192.168.7.0/24", "10.10.10.8", 10), True),
        (via("192.168.7.0/24", "10.10.10.8"), True),
        (via("192.168.7.0/25", "10.10.10.9"), False),
        (via("192.168.7.0/25", "10.10.10.8"), True),
        (via("10.10.10.9/32", "172.20.20.77"), True),
        (via("10.10.10.0/25", "172.20.20.77"), True),
        (via("10.10.10.128/25", "172.20.20.77"), False),
        (svi("10.10.10.9/32"), True),
        (svi("192.168.7.1/24"), True),
    ],
    ids=str,
)
def test_a_way_over_a_next_hop(want: Resource, *, refused: bool) -> None:
    assert (verdict(told(FAR, "192.168.7.7"), want) is not None) == refused


def test_the_way_to_us_and_what_it_stands_on_is_never_deleted() -> None:
    kept = set(told(FAR, "192.168.7.7").session)
    assert {
        Key("static_route", "192.168.7.0/24 via 10.10.10.9"),
        Key("svi", "Vlan10"),
        Key("vlan", "10"),
        Key("interface", "Ethernet1"),
        Key("routing", "default"),
    } <= kept
    assert Key("svi", "Vlan10") not in told(FAR, CLIENT).session


def test_a_way_that_the_configuration_does_not_show_is_taken_for_a_default_route() -> None:
    reading = told(LAB, "192.168.7.7")
    assert verdict(reading, via("0.0.0.0/0")) is None
    assert verdict(reading, via("192.168.7.0/24")) == (
        "would create static_route 192.168.7.0/24 via 10.10.10.10: packets back to us (192.168.7.7) would take it "
        "instead of a way that its configuration does not show"
    )


def test_ipv6() -> None:
    text = LAB.replace("172.20.20.2/24\n", "172.20.20.2/24\n   ipv6 address fd00::2/64\n")
    reading = told(text, "fd00::1", "fd00::2")
    assert verdict(reading, via("fd00::1/128", "fd01::1")) is not None
    assert verdict(reading, via("fd00::/48", "fd01::1")) is None
    assert verdict(reading, svi("fd00::9/64")) is not None
