"""From what real switches have and our own lab never had (DHCP, channels, other notations) each wish is one cycle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.core.resource import Resource
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import BgpNeighbor, Interface, StaticRoute, Svi, Vlan, Vrf
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench

STARTS = {
    "dhcp": "vlan 10\ninterface Vlan10\n   ip address dhcp\n"
    "interface Ethernet1\n   no switchport\n   ip address dhcp\n",
    "secondaries": "vlan 10\ninterface Vlan10\n   ip address 10.0.1.1/24\n   ip address 10.0.2.1/24 secondary\n",
    "virtual": "vlan 10\nip virtual-router mac-address 00:1c:73:00:00:01\ninterface Vlan10\n"
    "   ip address virtual 10.0.1.1/24\n   ip address virtual 10.0.2.1/24 secondary\n",
    "channel": "interface Port-Channel10\n   switchport mode trunk\ninterface Ethernet1\n"
    "   channel-group 10 mode active\n"
    "interface Ethernet2\n   channel-group 10 mode active\n",
    "routed channel": "interface Port-Channel10\n   no switchport\n   ip address 10.7.0.1/24\ninterface Ethernet1\n"
    "   channel-group 10 mode on\n",
    "sub-interface": "interface Ethernet1\n   no switchport\ninterface Ethernet1.100\n   encapsulation dot1q vlan 100\n"
    "   ip address 10.8.0.1/24\n",
    "dormant": "vlan 10,20\ninterface Ethernet1\n   ip address 10.9.0.1/24\n   switchport access vlan 10\n"
    "   switchport trunk allowed vlan 10,20\n",
    "routed by default": "switchport default mode routed\nvlan 10\ninterface Ethernet1\n   ip address 10.9.0.1/24\n"
    "interface Ethernet2\n   switchport\n   switchport access vlan 10\n",
    "AS with a dot": "router bgp 1.5\n   neighbor 10.0.0.9 remote-as 1.6\n   neighbor X peer group\n"
    "   neighbor 10.0.0.8 peer group X\n",
    "tunnel": "vlan 10\ninterface Ethernet1\n   switchport mode dot1q-tunnel\n   switchport access vlan 10\n",
    "edge": "interface Ethernet1\n   spanning-tree portfast network\n   spanning-tree bpduguard disable\n",
    "routes": "ip route 192.168.0.0/16 10.0.1.9 200 tag 5 name x\nip route 192.168.0.0/16 Null0 250\n",
}


def port(**said: object) -> Interface:
    return Interface(ifname="Ethernet1", **said)  # type: ignore[arg-type]


OUT_OF_BLUE = [port(mode="routed", addresses=(), vrf="default")]
WISHES: Sequence[Sequence[Resource]] = (
    [Vlan(id=10), Svi(vlan=10, addresses=("10.0.2.1/24", "10.0.1.1/24"))],
    [Vlan(id=10), Vlan(id=20), Svi(vlan=20, addresses=("10.0.1.1/24",)), Svi(vlan=10, addresses=("10.0.3.1/24",))],
    [Vlan(id=10), Svi(vlan=10, virtual=("10.0.2.1/24",))],
    [Vlan(id=10), port(access=10)],
    [port(mode="trunk", trunk_allowed="none", trunk_native=1)],
    [port(access=1, channel_group="20 active")],
    [Interface(ifname="Port-Channel10", access=1), port(access=1, channel_group="10 passive")],
    [port(access=1, channel_group="none", portfast=True, bpduguard=True)],
    OUT_OF_BLUE,
    [Vrf(vrf="BLUE"), port(mode="routed", addresses=("10.9.0.1/24",), vrf="BLUE")],
    OUT_OF_BLUE,
    [Interface(ifname="Port-Channel30", mode="routed", addresses=("10.30.0.1/24",))],
    [StaticRoute(dst="192.168.0.0/16", via="10.0.1.9")],
    [],
)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("order", [1, -1], ids=["forth", "back"])
def test_every_wish_is_one_cycle(start: str, order: int, tmp_path: Path) -> None:
    bench = Bench(Box(tmp_path, f"hostname ceos01\n{STARTS[start]}"), EosDriver("172.20.20.2"))
    foreign = bench.read().configuration.foreign
    for wishes in WISHES[::order]:
        assert bench.converge(wishes).configuration.foreign == foreign


def test_neighbours_are_found_below_an_as_number_with_a_dot(tmp_path: Path) -> None:
    bench = Bench(Box(tmp_path, f"hostname ceos01\n{STARTS['AS with a dot']}"), EosDriver("172.20.20.2"))
    found = bench.converge([BgpNeighbor(neighbor="10.0.0.8", peer_group="", remote_as=7)]).found
    assert [one for one in found.values() if isinstance(one, BgpNeighbor)] == [
        BgpNeighbor(neighbor="10.0.0.8", remote_as=7)
    ]
