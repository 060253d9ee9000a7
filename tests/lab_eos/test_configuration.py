"""What is typed, and what the running configuration makes of it (sections 5 of the reference)."""

from __future__ import annotations

import pytest

from tests.lab_eos.conftest import Box


def test_alike_vlans_share_a_section(box: Box) -> None:
    box.configure("vlan 200-202,204", "name grouping", "vlan 101", "vlan 201", "vlan 30", "vlan 31", "state suspend")
    lines = [line for line in box.text.splitlines() if line.startswith(("vlan", "   name", "   state"))]
    assert lines == ["vlan 30", "vlan 31", "   state suspend", "vlan 200-202,204", "   name grouping"] or lines == [
        *("vlan 30,101", "vlan 31", "   state suspend", "vlan 200-202,204", "   name grouping"),
    ]
    assert "vlan 30,101" in lines


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (["switchport mode access", "switchport access vlan 1", "no shutdown"], []),
        (["switchport mode TRUNK"], ["switchport mode trunk"]),
        (["switchport trunk allowed vlan 128,123,124,126-127"], ["switchport trunk allowed vlan 123-124,126-128"]),
        (["switchport trunk allowed vlan remove 100"], ["switchport trunk allowed vlan 1-99,101-4094"]),
        (["switchport trunk allowed vlan add 123"], []),
        (["switchport trunk allowed vlan none", "switchport trunk allowed vlan all"], []),
        (["switchport trunk allowed vlan except 2-4094"], ["switchport trunk allowed vlan 1"]),
        (["switchport trunk native vlan 99", "no switchport trunk native vlan 7"], []),
        (["ip address 10.0.0.0/31", "no switchport"], ["no switchport", "ip address 10.0.0.0/31"]),
        (["no switchport", "ip address 10.0.0.1 255.255.255.0"], ["no switchport", "ip address 10.0.0.1/24"]),
        (["no switchport", "switchport"], []),
        (["mtu 9000", "shutdown", 'description "a"  b'], ['description "a"  b', "shutdown", "mtu 9000"]),
        (["mtu 1500"], ["mtu 1500"]),
        (["spanning-tree portfast", "spanning-tree bpduguard enable"], None),
        (["spanning-tree portfast", "no spanning-tree portfast"], []),
        (["description x", "default interface e1"], []),
    ],
)
def test_ports(box: Box, typed: list[str], shown: list[str] | None) -> None:
    assert "%" not in box.configure("interface Ethernet1", *typed)
    assert box.section("interface Ethernet1") == (typed if shown is None else shown)


def test_an_access_vlan_is_made(box: Box) -> None:
    notice = box.configure("interface e1", "switchport access vlan 30")
    assert notice == "! Access VLAN does not exist. Creating vlan 30\n"
    assert box.section("vlan 30") == []


def test_addresses(box: Box) -> None:
    vlan = ("interface Vlan10", "ip address 10.0.0.1/24", "ip address 10.0.1.1/24 secondary")
    assert box.configure(*vlan, "no ip address 10.0.0.1/24") == "% Primary address cannot be deleted before secondary\n"
    assert box.configure("interface Vlan10", "no ip address 10.9.0.1/24").startswith(
        "% Address 10.9.0.1/24 does not match"
    )
    absent = box.configure("interface Vlan10", "no ip address 10.7.0.1/24 secondary")
    assert absent == "! Address 10.7.0.1/24 was not found for deletion\n"
    taken = box.configure("interface Vlan20", "ip address 10.0.0.1/24")
    assert taken == "% Address 10.0.0.1 is already assigned to interface Vlan10\n"
    overlap = box.configure("interface Vlan20", "ip address 10.0.1.9/25")
    assert overlap == "% Subnet 10.0.1.0 overlaps with existing subnet 10.0.1.0 of interface Vlan10\n"
    assert box.configure("interface Vlan20", "ip address 10.5.0.1/32") == "% Prefix length must be less than 32\n"
    assert box.section("interface Vlan10") == ["ip address 10.0.0.1/24", "ip address 10.0.1.1/24 secondary"]
    box.configure("interface Vlan10", "no ip address")
    assert box.section("interface Vlan10") == []


def test_another_vrf_takes_the_addresses(box: Box) -> None:
    typed = ("vrf instance RED", "interface Vlan10", "ip address 10.0.0.1/24", "vrf RED")
    assert box.configure(*typed) == "! Interface Vlan10 IP address 10.0.0.1/24 removed due to enabling VRF RED\n"
    assert box.section("interface Vlan10") == ["vrf RED"]


def test_a_vrf_must_be_there(box: Box) -> None:
    assert box.configure("interface Vlan10", "ip address 10.0.0.1/24", "vrf RED") == "% VRF RED does not exist\n"
    assert box.section("interface Vlan10") == ["ip address 10.0.0.1/24"]
    assert "vrf instance" not in box.text


def test_routes(box: Box) -> None:
    box.configure(
        "ip route 192.168.1.7/24 Null0",
        "ip route 10.12.0.0 255.255.0.0 192.168.2.2 254",
        "ip route 10.12.0.0/16 10.0.0.9 tag 7 name calico",
        "ip route vrf MGMT 0.0.0.0/0 192.168.123.1",
        "ip route 0.0.0.0/0 Vlan10 172.20.20.1 metric 5",
        "ipv6 route ::/0 3fff::1",
        "ip routing",
        "vrf instance MGMT",
    )
    lines = [line for line in box.text.splitlines() if " rout" in line and line.startswith(("ip", "no ip"))]
    assert lines == [
        "ip routing",
        "no ip routing vrf MGMT",
        "ip route 0.0.0.0/0 Vlan10 172.20.20.1 metric 5",
        "ip route 10.12.0.0/16 10.0.0.9 tag 7 name calico",
        "ip route 10.12.0.0/16 192.168.2.2 254",
        "ip route 192.168.1.0/24 Null0",
        "ip route vrf MGMT 0.0.0.0/0 192.168.123.1",
        "ipv6 route ::/0 3fff::1",
    ]
    box.configure("no ip route 10.12.0.0/16 192.168.2.2", "no ip route 192.168.1.0/24", "no vrf instance MGMT")
    assert "192.168" not in box.text
    assert "10.12.0.0/16 10.0.0.9" in box.text


def test_what_is_not_modelled_is_kept(box: Box) -> None:
    bgp = ("router bgp 65001", "router-id 1.1.1.1", "vrf RED", "rd 1:1", "exit", "neighbor 10.0.0.1 remote-as 65010")
    box.configure(*bgp, "spanning-tree mode rstp", "vlan 10", "ip name-server 10.0.0.53")
    assert (
        "router bgp 65001\n   router-id 1.1.1.1\n   neighbor 10.0.0.1 remote-as 65010\n   !\n   vrf RED\n" in box.text
    )
    assert "spanning-tree mode rstp\n" in box.text
    assert "spanning-tree mode mstp" not in box.text
    assert "hostname ceos01\nip name-server 10.0.0.53\n!" in box.text
    box.configure("no router bgp 65001", "no ip name-server 10.0.0.53")
    assert "bgp" not in box.text
    assert "name-server" not in box.text


def test_secrets_are_shown_hashed_and_still_open_the_door(box: Box) -> None:
    box.configure("username ops privilege 15 secret 0 sesame")
    (line,) = [line for line in box.text.splitlines() if line.startswith("username ops")]
    assert line.startswith("username ops privilege 15 secret sha512 $6$")
    assert box.switch.may_enter("ops", "sesame")
    assert not box.switch.may_enter("ops", "open")
    assert not box.switch.may_enter("nobody", "")
    again = Box(box.folder.parent / "again", box.text)
    assert again.switch.may_enter("ops", "sesame")


def test_its_own_configuration_changes_nothing(seed: Box) -> None:
    seed.configure(
        "interface e1-2",
        "switchport trunk allowed vlan 3,5-9",
        "spanning-tree portfast",
        "router bgp 1",
        "vrf X",
        "rd 1:1",
        "vlan 7-9",
        "ip route 10.99.0.0/16 10.10.10.10 200 name x",
    )
    before = seed.text
    answers = seed.ask("configure session again", *before.splitlines()[:-1], "show session-config diffs")
    assert answers == "\n"
    assert Box(seed.folder.parent / "again", before).text == before


def test_saving(seed: Box) -> None:
    assert seed.ask("show running-config diffs") == ""
    seed.configure("vlan 40")
    assert "+vlan 40" in seed.ask("show running-config diffs")
    assert seed.ask("wr") == "Copy completed successfully.\n"
    assert seed.ask("show running-config diffs") == ""
    seed.configure("vlan 50")
    rebooted = Box(seed.folder).text
    assert "vlan 40" in rebooted
    assert "vlan 50" not in rebooted


def test_routed_ports_take_internal_vlans(box: Box) -> None:
    assert box.ask("show vlan internal usage") == ""
    box.configure("interface e2", "no switchport", "interface e3", "no switchport")
    assert box.ask("show vlan internal usage") == "1006  Ethernet2\n1007  Ethernet3\n"
    answer = box.configure("vlan 1006", "name taken", "state suspend")
    assert answer.splitlines()[0].startswith("% ")
    assert answer.splitlines()[1:] == ["% Invalid input", "% Invalid input"]
    assert box.ask("configure session s", "vlan 1000,1007", "commit").startswith("% ")
    assert "vlan 1000" not in box.text
    assert box.configure("interface e4", "switchport access vlan 1007").startswith("% ")
    box.configure("interface e2", "switchport", "vlan 1006", "interface e1", "no switchport")
    assert box.ask("show vlan internal usage") == "1007  Ethernet3\n1008  Ethernet1\n"


def test_internal_vlans_elsewhere(box: Box) -> None:
    box.configure("vlan internal order descending range 2000 2999", "interface e1", "no switchport")
    assert box.ask("show vlan internal usage") == "2999  Ethernet1\n"
    assert '"startVlanId": 2000' in box.ask("show vlan internal allocation policy | json")
    assert box.configure("vlan 1006") == ""
