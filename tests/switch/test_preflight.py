"""VLANs that EOS has taken for its routed ports are refused before anything is typed."""

from __future__ import annotations

from pathlib import Path

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Vlan
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench, carry_out

ROUTED = """hostname ceos01
!
interface Ethernet1
   no switchport
   ip address 10.7.0.1/31
!
"""


def reasons(bench: Bench, *vlans: int) -> list[str]:
    script = bench.driver.write([Change(None, Vlan(id=vlan)) for vlan in vlans], bench.read())
    return [failure.reason for failure in carry_out(bench.box, script)]


def test_a_vlan_of_a_routed_port_is_named_with_its_port(tmp_path: Path) -> None:
    bench = Bench(Box(tmp_path / "state", ROUTED), EosDriver("172.20.20.2"))
    before = bench.read()
    used = "VLAN 1006 is used by Ethernet1 itself: give it another number, or move `vlan internal order`"
    assert reasons(bench, 1006, 1007) == [f"{used}; nothing was changed"]
    assert bench.read().configuration.text == before.configuration.text
    assert reasons(bench, 1007) == []
    assert Key("vlan", "1007") in bench.read().found
