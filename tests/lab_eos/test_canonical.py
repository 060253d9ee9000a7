"""One text for one configuration: whatever the order of typing, and after every way there and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab_eos.conftest import Box

PORT = [
    *(
        "description x",
        "shutdown",
        "speed forced 10000full",
        "mtu 9000",
        "no switchport",
        "channel-group 3 mode active",
    ),
    *("vrf RED", "ip address 10.9.0.1/24", "ip address 10.9.1.1/24 secondary", "ip ospf cost 3", "ipv6 enable"),
    *("ipv6 address fd00::1/64", "ip virtual-router address 10.9.0.9", "mlag 3", "no lldp transmit", "no lldp receive"),
    *("spanning-tree portfast edge", "spanning-tree bpduguard enable"),
]
"""Lines of an interface in the order of EOS."""
TYPED = [line for line in PORT if line != "vrf RED"]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return Box(tmp_path_factory.mktemp("canonical") / "state")


@settings(max_examples=40)
@given(st.permutations(TYPED))
def test_a_port_in_any_order(bare: Box, lines: list[str]) -> None:
    bare.configure("vrf instance RED", "default interface e1", "interface e1", "vrf RED", *lines)
    assert bare.section("interface Ethernet1") == PORT


@settings(max_examples=40)
@given(st.lists(st.sampled_from(TYPED), unique=True))
def test_lines_taken_away_and_given_back(bare: Box, lines: list[str]) -> None:
    bare.configure("vrf instance RED", "default interface e1", "interface e1", "vrf RED", *TYPED)
    before = bare.text
    if "ip address 10.9.0.1/24" in lines:
        lines = [*(line for line in lines if "10.9.1" not in line), "ip address 10.9.1.1/24 secondary"]
        lines.sort(key=lambda line: "secondary" not in line)
    undo = [line.removeprefix("no ") if line.startswith("no ") else f"no {line}" for line in lines]
    assert "%" not in bare.configure("interface e1", *undo)
    bare.configure("interface e1", *reversed(lines))
    assert bare.text == before


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("spanning-tree portfast", "spanning-tree portfast edge", ["spanning-tree portfast edge"]),
        ("spanning-tree portfast edge", "no spanning-tree portfast", []),
        ("spanning-tree bpduguard enable", "spanning-tree bpduguard disable", ["spanning-tree bpduguard disable"]),
        ("no lldp transmit", "lldp transmit", ["lldp transmit"]),
        ("no lldp transmit", "default lldp transmit", []),
        ("speed 100g", "speed 10g", ["speed 10g"]),
        (
            "switchport trunk group B",
            "switchport trunk group A",
            ["switchport trunk group A", "switchport trunk group B"],
        ),
        ("switchport trunk group B", "no switchport trunk group B", []),
    ],
)
def test_one_line_after_the_other(bare: Box, first: str, second: str, left: list[str]) -> None:
    assert "%" not in bare.configure("default interface e1", "interface e1", first, second)
    assert bare.section("interface Ethernet1") == left


def test_lines_of_a_vrf(box: Box) -> None:
    box.configure("vrf instance RED", "rd 1:1", "description x", "rd 2:2", "ip routing vrf RED")
    assert box.section("vrf instance RED") == ["description x", "rd 2:2"]
    assert box.configure("vrf instance RED", "rd") == "% Incomplete command\n"
    box.configure("ipv6 unicast-routing", "ipv6 unicast-routing vrf RED", "vrf instance RED", "no rd", "no description")
    assert box.section("vrf instance RED") == []
    assert "\nip routing vrf RED\n!\nipv6 unicast-routing\nipv6 unicast-routing vrf RED\n" in box.text


def test_a_banner_is_typed_to_its_end(box: Box) -> None:
    cli = box.cli("configure")
    assert cli.execute("banner motd").text == "Enter TEXT message. Type 'EOF' on its own line to end.\n"
    for line in ("vlan 99", "", "   shutdown # >", "EOF"):
        assert cli.prompt == ""
        assert cli.execute(line).text == ""
    assert cli.prompt == "ceos01(config)#"
    assert "banner motd\nvlan 99\n\n   shutdown # >\nEOF\n" in box.text
    again = box.ask("configure session s", *box.text.splitlines()[:-1], "show session-config diffs")
    assert again.endswith("to end.\n\n")
    cli.execute("no banner motd")
    assert "banner" not in box.text


def test_comments_of_sections_are_kept(box: Box) -> None:
    lines = (
        "interface e1",
        "mtu 9000",
        "!! why it is",
        "router bgp 1",
        "router-id 1.1.1.1",
        "!! a comment",
        "! not me",
    )
    assert box.configure(*lines) == ""
    assert box.section("interface Ethernet1") == ["!! why it is", "mtu 9000"]
    assert box.section("router bgp 1") == ["!! a comment", "router-id 1.1.1.1"]
    again = Box(box.folder.parent / "again", box.text)
    assert (again.refused, again.text) == ([], box.text)


def test_sections_of_a_family_by_name(box: Box) -> None:
    box.configure("router ospf 1", "router bgp 1", "router bfd", "ip prefix-list B", "ip prefix-list A")
    heads = [line for line in box.text.splitlines() if line.startswith(("router", "ip prefix"))]
    assert heads == [
        "ip prefix-list A",
        "ip prefix-list B",
        "router bfd",
        "router bgp 1",
        "router multicast",
        "router ospf 1",
    ]


def test_a_line_of_the_margin_leaves_a_section_that_cannot_have_it(box: Box) -> None:
    box.configure("system l1", "aaa authorization exec default local", "vlan 5")
    assert "error-correction action error\n!\n" in box.text
    assert "\n!\naaa authorization exec default local\n!\n" in box.text
    assert box.section("vlan 5") == []
