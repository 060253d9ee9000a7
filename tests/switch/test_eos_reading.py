"""Reading a running configuration: complete or not at all, and what carries our own session is known."""

from __future__ import annotations

import pytest

from reconciler.core.driver import Answer, Unreadable
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver
from tests.switch.running import RUNNING, reading


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "an empty answer"),
        ("% Invalid input (privileged mode required)\n", "no configuration but '% Invalid input (privileged"),
        (RUNNING.removesuffix("end\n"), "half an answer: it ends with '!' and not with 'end'"),
        (RUNNING.partition("vlan 20")[0], "half an answer"),
        ("banner login\nvlan 10\nend\n", "half an answer: 'banner login' has no EOF"),
        ("hostname a\0b\nend\n", "an answer with a NUL in it"),
    ],
)
def test_half_an_answer_is_unreadable(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match="^" + reason.replace("(", r"\(")):
        EosDriver().read([Answer(text)])


@pytest.mark.parametrize("length", range(0, len(RUNNING) - 4, 7))
def test_every_cut_is_unreadable(length: int) -> None:
    with pytest.raises(Unreadable):
        EosDriver().read([Answer(RUNNING[:length])])


def test_a_terminal_s_line_ends_make_no_difference() -> None:
    assert reading(RUNNING.replace("\n", "\r\n")).found == reading().found


IN_BAND = """vlan 10,20
!
interface Port-Channel5
   switchport trunk allowed vlan 10
   switchport mode trunk
!
interface Ethernet1
   channel-group 5 mode active
!
interface Ethernet2
   switchport access vlan 20
!
interface Ethernet3
   switchport access vlan 10
   shutdown
!
interface Vlan10
   ip address 10.0.10.1/24
!
interface Vlan20
   ip address 10.0.20.1/24
!
ip routing
!
ip route 0.0.0.0/0 10.0.10.254
ip route 192.168.0.0/16 10.0.20.9
ip route 192.168.7.0/24 10.0.20.9
!
end
"""


def _kept(text: str, host: str, client: str = "") -> set[str]:
    return {str(key) for key in reading(text, host, client).session}


def test_management_and_its_way_back_are_never_changed() -> None:
    assert _kept(RUNNING, "172.20.20.2") == {
        "vlan 1",
        "interface Management0",
        "static_route 0.0.0.0/0 via 172.20.20.1",
        "routing default",
    }


def test_what_an_in_band_session_passes_is_never_changed() -> None:
    assert _kept(IN_BAND, "10.0.10.1") == {
        "vlan 1",
        "vlan 10",
        "svi Vlan10",
        "interface Port-Channel5",
        "interface Ethernet1",
        "static_route 0.0.0.0/0 via 10.0.10.254",
        "routing default",
    }


def test_of_several_routes_only_the_way_to_us_is_kept() -> None:
    routes = {kept for kept in _kept(IN_BAND, "10.0.10.1", "192.168.7.7") if kept.startswith("static_route")}
    assert routes == {"static_route 192.168.7.0/24 via 10.0.20.9"}
    on_the_wire = _kept(IN_BAND, "10.0.10.1", "10.0.10.7")
    assert not any(kept.startswith(("static_route", "routing")) for kept in on_the_wire)


def test_several_ports_of_our_vlan_stay_ours_to_change() -> None:
    text = IN_BAND.replace("   shutdown\n", "")
    assert not any(kept.startswith("interface") for kept in _kept(text, "10.0.10.1"))


def test_our_own_vrf_has_our_own_way_back() -> None:
    text = """interface Management1
   vrf MGMT
   ip address 192.168.2.106/24
!
ip routing
no ip routing vrf MGMT
!
ip route 0.0.0.0/0 192.168.2.1
ip route vrf MGMT 0.0.0.0/0 192.168.2.1
!
end
"""
    assert Key("static_route", "0.0.0.0/0 via 192.168.2.1 vrf MGMT") in reading(text).session
    assert Key("static_route", "0.0.0.0/0 via 192.168.2.1") not in reading(text).session
    assert Key("routing", "MGMT") not in reading(text).session
