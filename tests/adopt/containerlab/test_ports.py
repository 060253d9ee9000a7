"""Ports of a startup configuration that somebody typed: short names, several at once, modes that no document has."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.adopt.containerlab.sections import sections
from tests.adopt.worlds import imported, remarks

TOPOLOGY = """
name: lab
topology:
  nodes:
    sw: {kind: arista_ceos, startup-config: sw.cfg}
    away: {kind: arista_ceos, startup-config: https://example.net/away.cfg}
    h: {kind: linux}
  links:
"""
CONFIGURATION = """
int et1
  sw acc vl 10
  desc to  the node
interface Ethernet2-3,5
  switchport mode tap
interface ethernet 4
  switchport mode dot1q-tunnel
interface vlan 10
  ip address 10.0.0.1/24
vlan 10
"""


def test_a_port_that_no_document_can_say_is_not_declared_for_its_cable(tmp_path: Path) -> None:
    """With `to` alone it would be at EOS's default, and the first plan would change it."""
    links = [
        f'    - endpoints: ["{switch}:eth{n}", "h:{switch}{n}"]\n' for switch in ("sw", "away") for n in range(1, 7)
    ]
    (tmp_path / "lab.clab.yaml").write_text(TOPOLOGY + "".join(links))
    (tmp_path / "sw.cfg").write_text(CONFIGURATION)
    adopted = imported(tmp_path / "lab.clab.yaml")
    specs = {draft.name: draft.spec for draft in adopted.documents}
    assert specs["sw"]["interfaces"] == {
        "Ethernet1": {"to": "h:sw1", "access": 10, "description": "to  the node"},
        "Ethernet6": {"to": "h:sw6"},
    }
    assert specs["sw"]["svis"] == {10: {"addresses": ["10.0.0.1/24"]}}
    assert specs["away"] == {}
    assert "sw.cfg:5: interface Ethernet3: mode tap" in remarks(adopted)


TYPED = """\
vlan 10-12
interface Ethernet1-2, et4
switchport mode trunk
sw tr all vl 10-12
!
vlan 11
   name Storage
interface Ethernet2
   desc to the store
   switchport mode access
   switchport access vlan 11
   shutdown
   no shutdown
banner login
vlan 3
EOF
vlan 11
name Stores
"""


def test_what_was_typed_together_or_in_two_places_is_one(tmp_path: Path) -> None:
    """The last word on each port and VLAN counts, as in EOS; free text says nothing."""
    (tmp_path / "lab.clab.yaml").write_text("topology: {nodes: {sw: {kind: ceos, startup-config: sw.cfg}}}")
    (tmp_path / "sw.cfg").write_text(TYPED)
    adopted = imported(tmp_path / "lab.clab.yaml")
    trunk = {"trunk": {"allowed": "10-12"}}
    assert adopted.documents[0].spec["interfaces"] == {
        "Ethernet1": trunk,
        "Ethernet2": {"description": "to the store", "access": 11},
        "Ethernet4": trunk,
    }
    assert adopted.documents[0].spec["vlans"] == {10: {}, 11: {"name": "Stores"}, 12: {}}
    assert [one.line for one in adopted.remarks] == [2, 14]


@pytest.mark.parametrize(
    "head", ["vlan " + ",".join(["1-4094"] * 9000), "interface Ethernet1-4094", "interface Ethernet2-1", "vlan 1-9999"]
)
def test_no_range_is_a_bomb(head: str) -> None:
    assert len(sections([head] + [" mtu 9000"] * 100 + [head] * 20)) < 10_000


def test_a_template_is_no_line_of_what_stands_above_it(tmp_path: Path) -> None:
    """And what it would be part of is left out as a whole: without that line it would say something else."""
    (tmp_path / "lab.clab.yaml").write_text("topology: {nodes: {sw: {kind: ceos, startup-config: sw.cfg}}}")
    words = "int et1\n mtu 9000\ninterface {{ .Uplink }}\n shutdown\ninterface {{ .MgmtIntf }}\n shutdown\n"
    words += "int et2\n {{ if .X }}\n mtu 9001\n {{ end }}\nint et3\n mtu 9002\n ip address {{ .A }}/24\n"
    (tmp_path / "sw.cfg").write_text(words)
    adopted = imported(tmp_path / "lab.clab.yaml")
    assert adopted.documents[0].spec == {"interfaces": {"Ethernet1": {"mtu": 9000}, "Ethernet2": {"mtu": 9001}}}
    assert "sw.cfg:11: interface Ethernet3: a line of it is a template" in remarks(adopted)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("ip address 10.0.0.1/24", "addresses"),
        ("switchport access vlan 9\n switchport mode trunk", "access"),
        ("no switchport\n switchport trunk native vlan 9", "trunk_native"),
    ],
)
def test_what_a_port_keeps_and_does_not_use_is_told_and_left_alone(lines: str, what: str, tmp_path: Path) -> None:
    """A document alone would take that away, and the first plan would not be empty."""
    (tmp_path / "lab.clab.yaml").write_text("topology: {nodes: {sw: {kind: ceos, startup-config: sw.cfg}}}")
    (tmp_path / "sw.cfg").write_text(f"interface Ethernet1\n {lines}\n")
    adopted = imported(tmp_path / "lab.clab.yaml")
    rule = {"kind": "interface", "name": "Ethernet1", "fields": [what]}
    assert adopted.documents[0].spec["ignore"] == [rule]
    assert remarks(adopted).startswith(f"sw.cfg:1: interface Ethernet1: its {what}: ")
