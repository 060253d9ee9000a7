"""Words of EOS that are short for one command alone; everything else stays as it is."""

from __future__ import annotations

import pytest

from reconciler.adopt.containerlab.abbreviated import body, head


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("sw mo tr", "switchport mode trunk"),
        ("sw tr all vl 10,20", "switchport trunk allowed vlan 10,20"),
        ("no sw", "no switchport"),
        ("desc  a  text", "description a  text"),
        ("shut", "shutdown"),
        ("ip add 10.0.0.1/24", "ip address 10.0.0.1/24"),
        ("sw foo", "switchport foo"),
        ("s", "s"),
        ("ip", "ip"),
        ("load-interval 30", "load-interval 30"),
        ("name vl", "name vl"),
    ],
)
def test_a_line_within_a_section(typed: str, full: str) -> None:
    assert body(typed) == full
    assert body(full) == full


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("int Et1/1", "interface Ethernet1/1"),
        ("int po 1", "interface Port-Channel1"),
        ("int e", "int e"),
        ("vl 10", "vlan 10"),
        ("ip rou 0.0.0.0/0 10.0.0.1", "ip rou 0.0.0.0/0 10.0.0.1"),
        ("ip route 0.0.0.0/0 10.0.0.1", "ip route 0.0.0.0/0 10.0.0.1"),
        ("rou b 65001", "rou b 65001"),
        ("rou bgp 65001", "router bgp 65001"),
    ],
)
def test_a_section(typed: str, full: str) -> None:
    assert head(typed) == full
    assert head(full) == full
