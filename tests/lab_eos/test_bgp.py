"""`router bgp`: prompts, what replaces what, what a `no` takes along, and one order whatever the order of typing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.lab.eos import blocks, modes, render
from reconciler.lab.eos.config import Config
from reconciler.lab.eos.editor import Editor
from tests.lab_eos.conftest import Box

PEERS = """\
router bgp 65001
   router-id 10.10.10.1
   maximum-paths 4 ecmp 4
   bgp listen range 10.10.10.0/24 peer-group CALICO-K8S remote-as 65010
   neighbor CALICO-K8S peer group
   neighbor CALICO-K8S description "Calico Kubernetes Nodes"
   neighbor 10.10.10.9 remote-as 65010
   neighbor 10.10.10.9 shutdown
   neighbor 10.10.10.10 peer group CALICO-K8S
   neighbor 10.10.10.10 remote-as 65010
   neighbor fd00::1 remote-as 65010
   network 10.10.10.0/24
   redistribute connected
   !
   address-family ipv4
      neighbor CALICO-K8S activate
      no neighbor 10.10.10.9 activate
   !
   vrf TEST_VRF
      rd 192.0.255.129:10
      neighbor 10.10.10.10 remote-as 1
"""
"""As the reference's section 5.9 has it, with networks before redistribution as recordings have them."""
LINES = [line.strip() for line in PEERS.splitlines()[1:13]]


def bgp(box: Box) -> str:
    return next((part for part in box.text.split("!\nrou") if part.startswith("ter bgp")), "")


def test_an_as_number_is_the_same_in_both_notations(box: Box) -> None:
    assert box.configure("router bgp 1.5", "router-id 10.0.0.1", "router bgp 65541", "maximum-paths 4") == ""
    assert box.text.count("router bgp") == 1
    assert "maximum-paths 4" in box.text


def typed(box: Box, *lines: str) -> list[str]:
    """Type them in `router bgp 65001`; what the section says then."""
    assert box.configure("router bgp 65001", *lines) == ""
    return box.section("router bgp 65001") if "router bgp" in box.text else []


def test_the_reference(box: Box) -> None:
    text = PEERS.replace("neighbor CALICO-K8S peer group", "neighbor CALICO-K8S peer-group")
    assert box.configure(*(line for line in text.splitlines() if line.strip() != "!")) == ""
    assert PEERS in box.text
    data = json.loads(box.ask("show running-config | json"))["cmds"]["router bgp 65001"]["cmds"]
    assert data["address-family ipv4"]["cmds"] == {
        "neighbor CALICO-K8S activate": None,
        "no neighbor 10.10.10.9 activate": None,
    }
    assert box.ask("show running-config section router bgp") == PEERS


@settings(max_examples=30)
@given(st.permutations(LINES))
def test_any_order_of_typing_is_one_text(lines: list[str]) -> None:
    config = Config()
    editor = Editor(config)
    for line in ["router bgp 65001", *lines]:
        modes.type_in(editor, line)
    assert "\n".join(blocks.lines_of(config.verbatim[0])).splitlines()[1:] == [f"   {line}" for line in LINES]


@pytest.mark.parametrize("line", LINES)
def test_a_line_taken_away_and_given_back(box: Box, line: str) -> None:
    box.configure(*(line for line in PEERS.splitlines() if line.strip() != "!"))
    before = box.text
    box.configure("router bgp 65001", f"default {line}")
    assert f"   {line}\n" not in box.text
    back = [line] if line != "neighbor CALICO-K8S peer group" else [other for other in LINES if "CALICO" in other]
    box.configure("router bgp 65001", *back, "address-family ipv4", "neighbor CALICO-K8S activate")
    assert box.text == before


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("router-id 1.1.1.1", "router-id 2.2.2.2", ["router-id 2.2.2.2"]),
        ("maximum-paths 4", "maximum-paths 8 ecmp 8", ["maximum-paths 8 ecmp 8"]),
        ("neighbor 1.1.1.1 remote-as 1", "neighbor 1.1.1.1 remote-as 2", ["neighbor 1.1.1.1 remote-as 2"]),
        ("neighbor G peer group", "neighbor G peer-group", ["neighbor G peer group"]),
        ("neighbor 1.1.1.1 shutdown", "no neighbor 1.1.1.1 shutdown", ["no neighbor 1.1.1.1 shutdown"]),
        ("neighbor 1.1.1.1 shutdown", "default neighbor 1.1.1.1 shutdown", []),
        ("no neighbor 1.1.1.1 shutdown", "neighbor 1.1.1.1 shutdown", ["neighbor 1.1.1.1 shutdown"]),
        ("neighbor 1.1.1.1 description x", "no neighbor 1.1.1.1 description", []),
        ("neighbor 1.1.1.1 description x", "no neighbor 1.1.1.1 description y", []),
        ("network 10.0.0.7/8", "no network 10.0.0.0/8", []),
        ("network 10.0.0.0 mask 255.0.0.0", "redistribute static", ["network 10.0.0.0/8", "redistribute static"]),
        ("redistribute connected", "no redistribute connected route-map X", []),
        ("bgp listen range 10.0.0.0/8 peer group G remote-as 1", "no bgp listen range 10.0.0.0/8 peer-group G", []),
        ("vrf RED", "no vrf RED", []),
    ],
)
def test_one_line_after_the_other(box: Box, first: str, second: str, left: list[str]) -> None:
    assert typed(box, first, "router bgp 65001", second) == left


def test_a_neighbour_goes_with_all_its_lines(box: Box) -> None:
    box.configure(*(line for line in PEERS.splitlines() if line.strip() != "!"))
    left = typed(box, "no neighbor 10.10.10.10", "no neighbor 10.10.10.9", "no neighbor CALICO-K8S")
    assert [line for line in left if line.startswith(("neighbor", "no neighbor"))] == [
        "neighbor fd00::1 remote-as 65010",
    ]
    assert "      neighbor 10.10.10.10 remote-as 1\n" in box.text
    assert "activate" not in box.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("neighbor 10.0.0.300 remote-as 1", "% Invalid input\n"),
        ("neighbor 10.0.0.1 remote-as x", "% Invalid input\n"),
        ("neighbor 10.0.0.1 remote-as", "% Incomplete command\n"),
        ("neighbor 10.0.0.1", "% Incomplete command\n"),
        ("router-id ten", "% Invalid input\n"),
        ("router-id", "% Incomplete command\n"),
        ("maximum-paths 0", "% Invalid input\n"),
        ("network 10.0.0.0/33", "% Invalid input\n"),
        ("bgp listen range 10.0.0.0/8 peer-group G", "% Incomplete command\n"),
        ("bgp listen range 10.0.0.0/8 peer-group G remote-as G", "% Invalid input\n"),
        ("frobnicate", "% Invalid input\n"),
        ("no", "% Incomplete command\n"),
    ],
)
def test_refused_lines(box: Box, line: str, answer: str) -> None:
    box.configure("router bgp 65001", "router-id 1.1.1.1")
    before = box.text
    assert box.configure("router bgp 65001", line) == answer
    assert box.text == before


def test_prompts_and_the_way_out(box: Box) -> None:
    cli = box.cli("configure")
    walk = (
        "router bgp 1",
        "address-family ipv4",
        "vrf RED",
        "address-family ipv4",
        "exit",
        "exit",
        "vlan 10",
        "ntp server x",
    )
    seen = []
    for line in walk:
        cli.execute(line)
        seen.append(cli.prompt.removeprefix("ceos01(config").removesuffix(")#"))
    bgp = "-router-bgp"
    assert seen == [
        bgp,
        f"{bgp}-af",
        f"{bgp}-vrf-RED",
        f"{bgp}-vrf-RED-af",
        f"{bgp}-vrf-RED",
        bgp,
        f"{bgp}-vlan-10",
        "",
    ]
    assert "ntp server x\n" in box.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("router bgp 2", "% BGP is already running with AS number 65001\n"),
        ("router bgp", "% Incomplete command\n"),
        ("router bgp x", "% Invalid input\n"),
    ],
)
def test_one_autonomous_system(box: Box, line: str, answer: str) -> None:
    typed(box, "router-id 1.1.1.1")
    before = box.text
    cli = box.cli("configure", "vlan 7")
    assert cli.execute(line).text == answer
    assert cli.prompt == "ceos01(config-vlan-7)#"
    assert box.text.replace("vlan 7\n!\n", "") == before
    assert Box(box.folder.parent / "again", f"{PEERS}{line}\n   router-id 9.9.9.9\n").refused == [
        f"{line}: {answer[:-1]}"
    ]


def test_no_router_bgp(box: Box) -> None:
    typed(box, "router-id 1.1.1.1")
    assert box.configure("no router bgp 65001") == ""
    assert "bgp" not in box.text


def test_a_file_comes_back(tmp_path: Path) -> None:
    again = Box(tmp_path / "state", PEERS)
    assert again.refused == []
    assert PEERS in render.text(again.switch.running)
