"""Names, lists and the command tree: what a line may look like, and what EOS answers to one that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.lab.eos import ids, names
from reconciler.lab.eos.grammar import Grammar
from reconciler.lab.eos.refusal import AMBIGUOUS, INCOMPLETE, INVALID, Refused
from tests.lab_eos.conftest import Box


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ethernet1", "Ethernet1"),
        ("ethernet 1", "Ethernet1"),
        ("Eth1", "Ethernet1"),
        ("et1", "Ethernet1"),
        ("e1", "Ethernet1"),
        ("et1/2", "Ethernet1/2"),
        ("vlan 10", "Vlan10"),
        ("Vl10", "Vlan10"),
        ("port-channel1", "Port-Channel1"),
        ("Po1", "Port-Channel1"),
        ("lo0", "Loopback0"),
        ("Ma0", "Management0"),
        ("vx1", "Vxlan1"),
    ],
)
def test_spellings_of_interfaces(typed: str, name: str) -> None:
    assert names.parse(typed.split()) == ((name,), len(typed.split()))


@pytest.mark.parametrize("typed", ["m0", "v10", "status", "et0", "vlan4095", "vx2", "1", "et1-", "cpu", "lo1/1"])
def test_no_interfaces(typed: str) -> None:
    assert names.parse([typed]) is None


def test_ranges_of_interfaces() -> None:
    assert names.parse(["et1-3,5"]) == (("Ethernet1", "Ethernet2", "Ethernet3", "Ethernet5"), 1)
    assert names.parse(["et1/2-3"]) == (("Ethernet1/2", "Ethernet1/3"), 1)
    assert names.joined(["Ethernet1", "Ethernet2", "Ethernet3", "Ethernet5"]) == "Et1-3,5"


@pytest.mark.parametrize(
    ("port", "device"), [("Management0", "eth0"), ("Ethernet1/1", "eth1_1"), ("Ethernet12", "eth12")]
)
def test_linux_names(port: str, device: str) -> None:
    assert names.device(port) == device
    assert names.port(device) == port


@given(st.frozensets(st.integers(1, 4094), min_size=1))
def test_lists_of_vlans(numbers: frozenset[int]) -> None:
    assert ids.vlans(ids.compress(numbers)) == numbers


def test_two_consecutive_numbers_are_a_range() -> None:
    assert ids.compress({123, 124, 126, 127, 128, 7}) == "7,123-124,126-128"


@pytest.fixture
def grammar() -> Grammar[str]:
    tree: Grammar[str] = Grammar()
    for pattern in (
        "show vlan [brief]",
        "show version",
        "shutdown",
        "vlan VLANS",
        "name=up|down all",
        "no|default mtu",
    ):
        tree.add(pattern, pattern)
    return tree


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("show vlan", "show vlan [brief]"),
        ("SHO VL BR", "show vlan [brief]"),
        ("sh ver", "show version"),
        ("vlan 1,5-7", "vlan VLANS"),
        ("no m", "no|default mtu"),
        ("def mtu", "no|default mtu"),
    ],
)
def test_abbreviations(grammar: Grammar[str], line: str, command: str) -> None:
    assert grammar.match(line).command == command


def test_a_choice_is_an_argument(grammar: Grammar[str]) -> None:
    assert grammar.match("u all").arguments == {"name": "up"}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("sh", AMBIGUOUS),
        ("show v", AMBIGUOUS),
        ("show", INCOMPLETE),
        ("vlan", INCOMPLETE),
        ("vlan 0", INCOMPLETE),
        ("vlan 4095", INVALID),
        ("vlan -1", INVALID),
        ("vlan ten", INVALID),
        ("show vlan brief now", INVALID),
        ("ping", INVALID),
    ],
)
def test_refusals(grammar: Grammar[str], line: str, answer: str) -> None:
    with pytest.raises(Refused, match=answer):
        grammar.match(line)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("interface status", INVALID),
        ("interface Ethernet1,Vlan10", INVALID),
        ("switchport mode", INCOMPLETE),
        ("switchport mode foo", INVALID),
        ("switchport trunk allowed vlan 1 2", INVALID),
        ("sh", AMBIGUOUS),
        ("no interface Ethernet1", "% Removal of physical interfaces is not permitted"),
        ("hostname -x", "% Host name is invalid."),
    ],
)
def test_refusals_in_an_interface(box: Box, line: str, answer: str) -> None:
    before = box.text
    assert box.configure("interface e1", line).startswith(answer)
    assert box.text == before


def test_an_interface_without_hardware_is_only_a_notice(box: Box) -> None:
    assert box.configure("interface Ethernet9").startswith("! Interface does not exist.")
    assert box.section("interface Ethernet9") == []


def test_prompts(box: Box) -> None:
    cli = box.cli(privileged=False)
    seen = [cli.prompt]
    typed = (
        "enable|configure|vlan 10|vlan 10,20|interface e1|interface e1-4|interface vl10|interface ma0|vrf instance RED"
    )
    for line in [*typed.split("|"), "router bgp 65001", "vrf RED", "management api http-commands", "hostname x", "end"]:
        cli.execute(line)
        seen.append(cli.prompt.removeprefix("ceos01"))
    assert seen == [
        *("ceos01>", "#", "(config)#", "(config-vlan-10)#", "(config-vlan-10,20)#"),
        *("(config-if-Et1)#", "(config-if-Et1-4)#", "(config-if-Vl10)#", "(config-if-Ma0)#", "(config-vrf-RED)#"),
        *("(config-router-bgp)#", "(config-router-bgp-vrf-RED)#", "(config-mgmt-api-http-cmds)#", "x(config)#", "x#"),
    ]


def test_user_exec(box: Box) -> None:
    cli = box.cli(privileged=False)
    for line in ("show running-config", "configure", "write", "copy run start"):
        assert cli.execute(line).text == "% Invalid input (privileged mode required)\n"
    assert cli.execute("show vlan").text.startswith("VLAN ")
