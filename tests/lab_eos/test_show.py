"""Tables and models of the show commands, against the seed's own lines and the states that ports can have."""

from __future__ import annotations

import json
from typing import Any

from tests.lab_eos.conftest import Box

VLANS = """\
VLAN  Name                             Status    Ports
----- -------------------------------- --------- -------------------------------
1     default                          active    \n\
10    Calico-Network                   active    Cpu, Et1, Et2, Et3
20    Calico-Network-2                 active    Cpu, Et4

"""
BRIEF = """\
                                                                              Address
Interface         IP Address           Status       Protocol           MTU    Owner  \n\
----------------- -------------------- ------------ -------------- ---------- -------
Management0       172.20.20.2/24       up           up                1500           \n\
Vlan10            10.10.10.1/24        up           up                1500           \n\
Vlan20            10.10.20.1/24        up           up                1500           \n\

"""
ROUTES = """\
Gateway of last resort is not set

 C        10.10.10.0/24
           directly connected, Vlan10
 C        10.10.20.0/24
           directly connected, Vlan20
 C        172.20.20.0/24
           directly connected, Management0

"""


def model(box: Box, command: str) -> Any:
    return json.loads(box.ask(f"{command} | json"))


def test_the_seeds_tables(seed: Box) -> None:
    assert seed.refused == []
    assert seed.ask("show vlan") == seed.ask("show vlan brief") == VLANS
    assert seed.ask("show ip interface brief") == BRIEF
    assert seed.ask("show ip route").endswith(ROUTES)
    row = "Et1        Connection to k01-control-plane connected    10       full   1G     EbraTestPhyPort"
    assert row in seed.ask("show interface status")


def test_one_interface(seed: Box) -> None:
    text = "interface Ethernet1\n   description Connection to k01-control-plane\n   switchport access vlan 10\n"
    assert seed.ask("show run int eth1") == text
    assert seed.ask("show run int eth9") == ""
    assert seed.ask("show interfaces eth9") == "% Interface does not exist\n"
    assert seed.ask("show vlan 99") == "% VLAN 99 not found in current VLAN database\n"


def test_a_port_without_carrier(seed: Box) -> None:
    seed.down.add("Ethernet4")
    assert "Et4" not in seed.ask("show vlan")
    assert "notconnect" in seed.ask("show interfaces Ethernet4 status")
    assert "Vlan20            10.10.20.1/24        down         lowerlayerdown" in seed.ask("show ip interface brief")
    assert "10.10.20.0/24" not in seed.ask("show ip route")
    seed.configure("interface Vlan20", "no autostate")
    assert "10.10.20.0/24" in seed.ask("show ip route")


def test_a_port_shut_down(seed: Box) -> None:
    seed.configure("interface e1", "shutdown")
    assert model(seed, "show interfaces status")["interfaceStatuses"]["Ethernet1"]["linkStatus"] == "disabled"
    assert list(model(seed, "show vlan 10")["vlans"]["10"]["interfaces"]) == ["Cpu", "Ethernet2", "Ethernet3"]


def test_a_suspended_vlan(seed: Box) -> None:
    seed.configure("vlan 10", "state suspend")
    assert "10    Calico-Network                   suspended \n" in seed.ask("show vlan")
    brief = model(seed, "show ip interface brief")["interfaces"]["Vlan10"]
    assert (brief["interfaceStatus"], brief["lineProtocolStatus"]) == ("notconnect", "lowerLayerDown")


def test_a_trunk(seed: Box) -> None:
    assert seed.ask("show interfaces trunk") == "There are no active trunk ports\n"
    seed.configure("interface e3", "switchport mode trunk", "switchport trunk allowed vlan 10,99")
    assert "Et3             10,99\n" in seed.ask("show interfaces trunk")
    assert seed.ask("show interfaces trunk").endswith("forwarding state\nEt3             10\n")
    info = model(seed, "show interfaces switchport")["switchports"]["Ethernet3"]["switchportInfo"]
    assert (info["mode"], info["trunkAllowedVlans"]) == ("trunk", "10,99")


def test_static_routes(seed: Box) -> None:
    seed.configure("ip route 1.0.0.0/8 10.10.10.10", "ip route 2.0.0.0/8 9.9.9.9", "ip route 0.0.0.0/0 10.10.20.20 7")
    text = seed.ask("show ip route")
    assert "Gateway of last resort:\n S        0.0.0.0/0 [7/0]\n           via 10.10.20.20, Vlan20\n" in text
    assert " S        1.0.0.0/8 [1/0]\n           via 10.10.10.10, Vlan10\n" in text
    assert "2.0.0.0/8" not in text
    route = model(seed, "show ip route")["vrfs"]["default"]["routes"]["1.0.0.0/8"]
    assert route["vias"] == [{"nexthopAddr": "10.10.10.10", "interface": "Vlan10"}]
    seed.configure("no ip routing")
    assert "! IP routing not enabled\n" in seed.ask("show ip route")


def test_models(seed: Box) -> None:
    assert model(seed, "show hostname") == {"hostname": "ceos01", "fqdn": "ceos01"}
    assert model(seed, "show version")["version"].startswith("4.34.0F")
    assert model(seed, "show vrf")["vrfs"]["default"]["interfaces"] == ["Management0", "Vlan10", "Vlan20"]
    commands = model(seed, "show running-config")["cmds"]
    assert commands["ip routing"] is None
    assert commands["interface Vlan20"]["cmds"]["ip address 10.10.20.1/24"] is None
    assert model(seed, "show interfaces")["interfaces"]["Vlan10"]["interfaceAddress"][0]["primaryIp"]["maskLen"] == 24
    assert seed.ask("show clock | json").startswith("% ")


def test_neighbours(seed: Box) -> None:
    assert model(seed, "show lldp neighbors")["lldpNeighbors"] == []
    assert model(seed, "show mac address-table")["unicastTable"] == {"tableEntries": []}
    assert model(seed, "show arp vrf all")["vrfs"]["default"]["ipV4Neighbors"] == []
    assert seed.ask("show lldp neighbors").startswith("Last table change time")


def test_ipv6_addresses(seed: Box) -> None:
    seed.configure("interface Vlan10", "ipv6 address fd00::1/64", "ipv6 address fe80::1/64")
    found = model(seed, "show ipv6 interface")["interfaces"]["Vlan10"]
    assert found["addresses"] == [{"address": "fd00::1", "subnet": "fd00::/64"}]
    assert found["linkLocal"]["address"] == "fe80::1"
    assert "    fd00::1, subnet is fd00::/64\n" in seed.ask("show ipv6 interface vl10")


def test_an_svi_as_recorded(seed: Box) -> None:
    assert seed.ask("show interfaces Vlan10").splitlines()[:-1] == [
        "Vlan10 is up, line protocol is up (connected)",
        "  Hardware is Vlan, address is 001c.7300.0001 (bia 001c.7300.0001)",
        "  Description: Calico Network L3 Interface",
        "  Internet address is 10.10.10.1/24",
        "  Broadcast address is 255.255.255.255",
        "  IP MTU 1500 bytes (default)",
    ]


def test_defaults_said_aloud(seed: Box) -> None:
    seed.configure("vlan 30-31", "vlan 32", "state suspend", "interface e3", "switchport mode trunk", "shutdown")
    text = seed.ask("show running-config all")
    assert "interface Ethernet1\n   no shutdown\n   switchport trunk native vlan 1\n" in text
    assert "vlan 30-31\n   state active\n" in text
    again = Box(seed.folder.parent / "again", text)
    again.configure("no " + "prompt %H%R%v%P")
    assert (again.refused, again.text) == ([], seed.text)


def test_filters(seed: Box) -> None:
    assert seed.ask("show run | i ^vlan") == "vlan 10\nvlan 20\n"
    assert "vlan 10" not in seed.ask("show run | exclude vlan")
    assert seed.ask("show run | begin ^router").startswith("router multicast\n   ipv4\n")
    assert seed.ask("show run | section Vlan20").count("\n") == 3
    assert seed.ask("show run section vlan 20") == "vlan 20\n   name Calico-Network-2\n" + (
        "interface Ethernet4\n   description Connection to k01-worker3\n   switchport access vlan 20\n"
    )
    assert seed.ask("show run | no-more").endswith("!\nend\n")
    assert seed.ask("show run | in") == "% Incomplete command\n"
    assert seed.ask("show run | foo") == "% Invalid input\n"
