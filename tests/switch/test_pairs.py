"""From any state of a switch to any other in one cycle, and back byte for byte; nothing of others changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.core.resource import Key, Resource
from reconciler.switch.eos import EosDriver, EosReading
from reconciler.switch.kinds import Interface, Svi, Vlan
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench
from tests.switch.states import exactly, states

THEIRS = """hostname ceos01
!
vlan 900,910
   name theirs
   trunk group THEIRS
!
vrf instance THEIRS
   rd 65001:99
!
interface Ethernet1
   storm-control broadcast level 10
!
interface Ethernet2
   lldp transmit
!
interface Ethernet4
   description theirs
   switchport access vlan 900
   spanning-tree portfast edge
!
interface Vlan900
   description ceos01#
   ip address 10.90.0.1/24
   ip virtual-router address 10.90.0.254
!
ip access-list everything
   10 permit ip any any
!
ip virtual-router mac-address 00:1c:73:00:00:99
!
ip route vrf THEIRS 172.31.0.0/16 10.90.0.7
!
route-map BEHIND permit 10
   match tag 7
!
router bgp 65001
   network 10.90.1.0/24 route-map BEHIND
   redistribute connected route-map BEHIND
   !
   address-family ipv4
      network 10.90.0.0/24
   !
   vrf THEIRS
      rd 65001:99
!
banner motd
ceos01#
interface Ethernet1
   shutdown
end
EOF
!
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder: Path = tmp_path_factory.mktemp("pairs")
    return Bench(Box(folder / "state", THEIRS), EosDriver("172.20.20.2", "172.20.20.1"))


def theirs(reading: EosReading) -> tuple[object, Mapping[Key, object]]:
    """What is not ours, to the letter."""
    return reading.configuration.foreign, reading.configuration.rest


@settings(max_examples=1700, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(first=states(), second=states())
def test_one_cycle_leads_from_any_state_to_any_other(
    bench: Bench, first: list[Resource], second: list[Resource]
) -> None:
    """Each example is three pairs: from what others have made to the first, to the second, and exactly back."""
    fresh = bench.box.switch.running.copy()
    try:
        untouched = theirs(bench.read())
        one = bench.converge(first)
        two = bench.converge(second)
        back = bench.converge(exactly(one.found.values()))
        assert back.configuration.text == one.configuration.text
        assert theirs(one) == theirs(two) == untouched
        assert bench.box.switch.sessions.pending() == []
    finally:
        bench.box.switch.running = fresh


def test_a_port_that_stays_in_its_channel_carries_nothing_for_an_svi(bench: Bench) -> None:
    """``channelGroup`` is left out: the port becomes a trunk, and carries no VLAN all the same."""
    fresh = bench.box.switch.running.copy()
    vlan, channel = Vlan(id=30), Interface(ifname="Port-Channel5", mode="access", access=1)
    member = Interface(ifname="Ethernet2", mode="access", access=1, channel_group="5 active")
    trunk = Interface(ifname="Ethernet2", mode="trunk", trunk_allowed="1-4094", trunk_native=1)
    try:
        bench.converge([vlan, channel, member, Svi(vlan=30, autostate=False)])
        bench.converge([vlan, channel, trunk, Svi(vlan=30, autostate=True)])
    finally:
        bench.box.switch.running = fresh
