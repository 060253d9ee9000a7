"""In which address families a neighbour is active: what is ours of those sections, and what is not."""

from __future__ import annotations

from reconciler.core.resource import Key
from reconciler.switch.eos import EosReading
from reconciler.switch.kinds import BgpNeighbor, active_in
from tests.switch.running import RUNNING, reading

PEER = Key("bgp_neighbor", "10.0.0.1")
ROUTER = Key("bgp", "default")


def _below(lines: str) -> EosReading:
    """``lines`` of `router bgp`, behind a neighbour."""
    bgp = f"router bgp 65001\n   neighbor 10.0.0.1 remote-as 65010\n   !\n{lines}!\nbanner motd"
    return reading(RUNNING.replace("banner motd", bgp))


def _active(lines: str) -> object:
    peer = _below(lines).found[PEER]
    assert isinstance(peer, BgpNeighbor)
    return peer.activate


def test_what_is_said_in_a_family_is_read() -> None:
    yes, no = "      neighbor 10.0.0.1 activate\n", "      no neighbor 10.0.0.1 activate\n"
    four, six = "   address-family ipv4\n", "   address-family ipv6\n"
    assert _active("") is _active(four) is None
    assert _active(four + yes) == active_in(["ipv4"]) == ("ipv4",)
    assert _active(four + no + six + yes) == _active(six + yes + four + no) == ("ipv6", "no ipv4")
    assert _active(four + no) == active_in([]) == ("no ipv4",)


def test_other_families_and_vrfs_have_neighbours_of_their_own() -> None:
    lines = """   address-family evpn
      neighbor 10.0.0.1 activate
   vrf RED
      neighbor 10.0.0.1 activate
      address-family ipv4
         neighbor 10.0.0.1 activate
"""
    assert _active(lines) is None
    assert _below(lines).configuration.rest[ROUTER] == tuple(lines.splitlines())


def test_what_others_say_in_a_family_keeps_its_head() -> None:
    found = _below("""   address-family ipv4
      neighbor 10.0.0.1 activate
      neighbor 10.0.0.1 next-hop-self
      network 10.0.0.0/8
   address-family ipv6
      neighbor 10.0.0.1 activate
""")
    assert found.configuration.rest[ROUTER] == (
        "   address-family ipv4",
        "      neighbor 10.0.0.1 next-hop-self",
        "      network 10.0.0.0/8",
    )


def test_a_group_that_nobody_has_made_is_not_ours() -> None:
    found = _below("   address-family ipv4\n      neighbor GHOST activate\n")
    assert Key("bgp_neighbor", "GHOST") not in found.found
    assert found.configuration.rest[ROUTER] == ("      neighbor GHOST activate",)
