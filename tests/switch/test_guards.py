"""What of the newer kinds is never changed: what carries our session, VRFs in use, another's BGP router."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Answer
from reconciler.core.resource import Key, Resource
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.interlock import objection
from reconciler.switch.kinds import Bgp, BgpNeighbor, Interface, Routing6, Svi, Vlan, Vrf
from tests.switch.running import RUNNING, reading, session_diff

FABRIC = """! Command: show running-config
! device: leaf (cEOSLab, EOS-4.34.0F)
!
hostname leaf
!
vlan 10
!
vrf instance MGMT
!
vrf instance RED
!
vrf instance USED
!
interface Port-Channel5
   switchport access vlan 10
!
interface Ethernet1
   channel-group 5 mode active
!
interface Ethernet2
   switchport access vlan 10
   channel-group 6 mode active
!
interface Ethernet7
   no switchport
!
interface Ethernet7.100
   encapsulation dot1q vlan 100
   ip address 10.7.0.1/24
!
interface Loopback0
   ip address 10.255.0.1/32
!
interface Management1
   vrf MGMT
   ip address 192.168.2.2/24
!
interface Vlan10
   vrf RED
   ip address virtual 10.0.10.1/24
!
ip routing
!
ip route vrf USED 10.0.0.0/8 Null0
!
ntp server vrf MGMT 192.168.2.9
!
router bgp 65001
   neighbor 10.0.0.1 remote-as 65002
!
end
"""


def _kept(host: str, client: str = "") -> set[str]:
    return {str(key) for key in reading(FABRIC, host, client).session}


def test_the_vrf_of_management_stays() -> None:
    assert {"vrf MGMT", "interface Management1"} <= _kept("192.168.2.2")
    assert "vrf RED" not in _kept("192.168.2.2")


def test_a_shared_address_carries_us_as_well() -> None:
    """Its VRF and VLAN, and the channel that carries that: a member of another channel has no VLAN of its own."""
    carriers = {"svi Vlan10", "vlan 10", "vrf RED", "interface Port-Channel5", "interface Ethernet1"}
    assert carriers <= _kept("10.0.10.1")
    assert "interface Ethernet2" not in _kept("10.0.10.1")


def test_a_sub_interface_stands_on_its_port() -> None:
    assert {"interface Ethernet7.100", "interface Ethernet7"} <= _kept("10.7.0.1")


def _write(*changes: Change) -> list[str]:
    return [line.text for line in EosDriver().write(changes, reading(FABRIC, "10.255.0.1")).lines]


@pytest.mark.parametrize(
    ("vrf", "why"),
    [
        ("MGMT", "is never changed"),
        ("RED", "'svi Vlan10' is still in it"),
        ("USED", "'static_route 10.0.0.0/8 via Null0 vrf USED' is still in it"),
    ],
)
def test_a_vrf_with_something_in_it_is_not_deleted(vrf: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _write(Change(Vrf(vrf=vrf), None))


def test_a_port_that_leaves_its_vrf_open_stays_in_it() -> None:
    text = FABRIC.replace("vrf instance MGMT", "vrf instance PORTS\n!\nvrf instance MGMT")
    text = text.replace("interface Ethernet7\n", "interface Ethernet7\n   vrf PORTS\n", 1)
    before = reading(text, "10.255.0.1")
    wish = Change(before.found[Key("interface", "Ethernet7")], Interface(ifname="Ethernet7", access=1))
    with pytest.raises(ValueError, match="'interface Ethernet7' is still in it"):
        EosDriver().write([wish, Change(Vrf(vrf="PORTS"), None)], before)


def test_lines_of_others_keep_their_vrf() -> None:
    text = FABRIC.replace("ntp server vrf MGMT", "ntp server vrf RED").replace("   vrf RED\n", "")
    with pytest.raises(ValueError, match=r"'ntp server vrf RED 192\.168\.2\.9' is still in it"):
        EosDriver().write([Change(Vrf(vrf="RED"), None)], reading(text))


def test_an_empty_vrf_goes_with_what_was_in_it() -> None:
    found = reading(FABRIC).found
    svi = found[Key("svi", "Vlan10")]
    assert isinstance(svi, Svi)
    moved = Svi(vlan=10, virtual=svi.virtual)
    assert _write(Change(found[Key("vrf", "RED")], None), Change(svi, moved)) == [
        "interface Vlan10",
        "no vrf",
        "ip address virtual 10.0.10.1/24",
        "exit",
        "no vrf instance RED",
    ]


def test_another_as_is_refused() -> None:
    router = reading(FABRIC).found[Key("bgp", "default")]
    with pytest.raises(ValueError, match="the switch has AS 65001, wanted is 65009: `router bgp` is never replaced"):
        _write(Change(router, Bgp(asn=65009)))
    with pytest.raises(ValueError, match="is never deleted"):
        _write(Change(router, None))


@pytest.mark.parametrize(("attribute", "said"), [("networks", "10.9.0.0/16"), ("redistribute", "connected")])
def test_a_route_map_is_not_taken_away(attribute: str, said: str) -> None:
    """It is somebody's filter: without it neighbours would be told more."""
    line = f"{attribute.removesuffix('s')} {said}"
    text = FABRIC.replace("remote-as 65002\n", f"remote-as 65002\n   {line} route-map FEW\n")
    before = reading(text)
    router = before.found[Key("bgp", "default")]
    wish: dict[str, Any] = {attribute: (said,)}
    with pytest.raises(ValueError, match=f"`{line}` would replace `{line} route-map FEW`, which is not ours"):
        EosDriver().write([Change(router, Bgp(asn=65001, **wish))], before)


def test_neighbours_need_a_router() -> None:
    with pytest.raises(ValueError, match="there is no `router bgp`"):
        EosDriver().write([Change(None, BgpNeighbor(neighbor="10.0.0.9", remote_as=1))], reading(RUNNING))


def test_commands_of_the_top_level_are_not_typed_into_bgp() -> None:
    """`no vlan 10` in `router bgp` would take a MAC-VRF away."""
    described = BgpNeighbor(neighbor="10.0.0.1", remote_as=65002, description="a")
    texts = _write(Change(reading(FABRIC).found[described.key], described), Change(Vlan(id=10), None))
    assert texts == ["router bgp 65001", "neighbor 10.0.0.1 description a", "exit", "no vlan 10"]


@pytest.mark.parametrize(
    ("resource", "owner"),
    [
        (Vrf(vrf="X"), {"vrfs": True}),
        (BgpNeighbor(neighbor="10.0.0.1"), {"bgp": True}),
        (Interface(ifname="Loopback3", mode="routed"), {"loopbacks": True}),
    ],
)
def test_pruning_needs_a_word_of_the_inventory(resource: Resource, owner: dict[str, Any]) -> None:
    assert SwitchClaim(frozenset(), frozenset(), **owner).owns(resource)
    assert not SwitchClaim(frozenset(), frozenset(range(4095)), routes=True).owns(resource)
    everything = SwitchClaim(frozenset(), frozenset(range(4095)), routes=True, vrfs=True, bgp=True, loopbacks=True)
    never = (Bgp(asn=1), Routing6(enabled=True), Interface(ifname="Ethernet1"), Interface(ifname="Port-Channel1"))
    assert not any(everything.owns(one) for one in never)


def test_a_deleted_neighbour_takes_its_lines_along_and_no_others() -> None:
    text = FABRIC.replace(
        "remote-as 65002\n",
        "remote-as 65002\n   !\n   address-family ipv4\n      neighbor 10.0.0.1 activate\n      network 10.0.0.0/8\n"
        "      network 10.9.0.0/16\n",
    )
    before = reading(text)
    gone = Change(before.found[Key("bgp_neighbor", "10.0.0.1")], None)
    without = text.replace("   neighbor 10.0.0.1 remote-as 65002\n", "")
    new = without.replace("      neighbor 10.0.0.1 activate\n", "")
    assert objection(before.configuration, session_diff(text, new), [gone]) is None
    more = objection(before.configuration, session_diff(text, new.replace("      network 10.0.0.0/8\n", "")), [gone])
    assert more is not None
    assert "bgp default would lose 'network 10.0.0.0/8'" in more


def test_the_unchanged_case_costs_one_hash() -> None:
    driver = EosDriver("10.255.0.1")
    first = driver.read([Answer(FABRIC, client="10.0.0.9")])
    assert driver.read([Answer(FABRIC + "", client="10.0.0.9")]) is first
    assert driver.read([Answer(FABRIC, client="10.0.0.8")]) is not first
    assert driver.read([Answer(FABRIC.replace("leaf", "loaf"), client="10.0.0.9")]).digest != first.digest
