"""What others have built on a VRF or a neighbour of ours is not pruned with it."""

from __future__ import annotations

import time

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver
from tests.switch.running import RUNNING, reading

BGP = """vrf instance BLUE
!
vrf instance RED
!
router bgp 65001
   neighbor NODES peer group
   neighbor 10.0.0.1 remote-as 65010
   neighbor 10.0.0.2 remote-as 65010
   neighbor 10.0.0.2 timers 1 4
   neighbor 10.0.0.3 remote-as 65010
   neighbor 10.0.0.4 remote-as 65010
   neighbor 10.0.0.5 remote-as 65010
   !
   address-family ipv4
      neighbor NODES activate
      neighbor NODES next-hop address-family ipv6 originate
      neighbor 10.0.0.1 activate
      no neighbor 10.0.0.3 activate
      no neighbor 10.0.0.4 send-community
   !
   address-family evpn
      neighbor 10.0.0.5 activate
   !
   vrf RED
      rd 65001:1
!
banner motd"""


def test_what_lines_of_others_stand_on_is_kept() -> None:
    """Not so whether it is active in IPv4 or IPv6: that is ours."""
    assert reading(RUNNING.replace("banner motd", BGP)).kept == {
        Key("vrf", "RED"): "'vrf RED' is not ours and would go with it",
        Key("bgp_neighbor", "NODES"): (
            "'neighbor NODES next-hop address-family ipv6 originate' is not ours and would go with it"
        ),
        Key("bgp_neighbor", "10.0.0.2"): "'neighbor 10.0.0.2 timers 1 4' is not ours and would go with it",
        Key("bgp_neighbor", "10.0.0.4"): "'no neighbor 10.0.0.4 send-community' is not ours and would go with it",
        Key("bgp_neighbor", "10.0.0.5"): "'neighbor 10.0.0.5 activate' is not ours and would go with it",
    }


def test_a_fabric_of_many_vrfs_is_read_at_once() -> None:
    """Once each VRF went through all lines: 4 seconds."""
    vrfs = "".join(f"vrf instance V{n}\n!\n" for n in range(400))
    lines = "".join(f"   {n} permit ip host 10.0.0.1 any\n" for n in range(10_000))
    began = time.thread_time()
    found = reading(
        RUNNING.replace("banner motd", f"{vrfs}ip access-list X\n{lines}!\nntp server vrf V7 x\n!\nbanner motd")
    )
    assert found.kept == {Key("vrf", "V7"): "'ntp server vrf V7 x' is not ours and would go with it"}
    assert time.thread_time() - began < 1


def test_what_goes_along_with_a_stanza_is_said() -> None:
    found = reading()
    gone = [Change(found.found[Key("svi", "Vlan10")], None)]
    assert EosDriver().write(gone, found).notes == ()
    found = reading(
        RUNNING.replace(
            "   ip virtual-router", "   ip ospf area 0.0.0.0\n   pim ipv4 sparse-mode\n   ip virtual-router"
        )
    )
    assert EosDriver().write(gone, found).notes == (
        "svi Vlan10 takes along what is not ours: 'ip ospf area 0.0.0.0' and 1 more",
    )
