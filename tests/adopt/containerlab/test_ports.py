"""Ports of a startup configuration that somebody typed: short names, several at once, modes that no document has."""

from __future__ import annotations

from pathlib import Path

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
  mtu 9000
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
    assert "sw.cfg:5: 'interface Ethernet2-3,5' and what is below it: several ports at once" in remarks(adopted)
