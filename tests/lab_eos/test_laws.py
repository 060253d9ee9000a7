"""Laws of the switch's language: a configuration is its text, a file gives it back, merging loses nobody's change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.lab.eos import blocks, merge, modes, render
from reconciler.lab.eos.config import Config
from reconciler.lab.eos.editor import Editor
from reconciler.lab.eos.refusal import Refused

SECTIONS = (
    *("vlan 10", "vlan 20,30-32", "vlan 31", "interface Ethernet1", "interface Ethernet2-3", "interface Vlan10"),
    *("interface Port-Channel3", "interface Vlan20", "vrf instance RED", "router bgp 65001", "interface Loopback0"),
)
LINES = (
    *("name a", "name b", "no name", "state suspend", "no state", "trunk group G", "no trunk group G"),
    *("description x y", "no description", "shutdown", "no shutdown", "mtu 9000", "no mtu", "no switchport"),
    *(
        "switchport",
        "switchport access vlan 20",
        "switchport access vlan 1",
        "switchport mode trunk",
        "no switchport mode",
    ),
    *(
        "switchport trunk allowed vlan 10,20-30",
        "switchport trunk allowed vlan add 40",
        "switchport trunk native vlan 30",
    ),
    *("switchport trunk allowed vlan remove 20-25", "switchport trunk allowed vlan none", "switchport trunk group G"),
    *("no switchport trunk allowed vlan", "channel-group 3 mode active", "no channel-group", "spanning-tree portfast"),
    *("spanning-tree bpduguard enable", "no spanning-tree portfast", "vrf RED", "no vrf", "ip address 10.1.0.1/24"),
    *("ip address 10.2.0.1/24 secondary", "no ip address", "ip address virtual 10.3.0.1/24", "ipv6 address fd00::1/64"),
    *("ip virtual-router address 10.1.0.9", "no autostate", "autostate", "rd 1:1", "no rd", "router-id 1.1.1.1"),
    *("neighbor G peer group", "neighbor 10.1.0.2 peer group G", "neighbor 10.1.0.2 remote-as 2", "no neighbor G"),
    *("neighbor 10.1.0.2 shutdown", "no neighbor 10.1.0.2 shutdown", "address-family ipv4", "neighbor G activate"),
    *("ip routing", "no ip routing", "ip routing vrf RED", "ip route 10.9.0.0/16 10.1.0.2", "no ip route 10.9.0.0/16"),
    *(
        "ip route vrf RED 0.0.0.0/0 Null0 200 tag 7 name x",
        "ipv6 route ::/0 fd00::2",
        "no vlan 31",
        "no interface Vlan20",
    ),
    *("no vrf instance RED", "no router bgp 65001", "hostname x", "ip name-server 10.0.0.1", "spanning-tree mode rstp"),
)
TYPED = st.lists(st.one_of(st.sampled_from(SECTIONS), st.sampled_from(LINES)), max_size=40)


def typed(lines: list[str], config: Config | None = None) -> Config:
    """What is left of ``lines``; those that are refused change nothing."""
    config = Config() if config is None else config
    editor = Editor(config)
    for line in lines:
        before = render.text(config)
        try:
            modes.type_in(editor, line)
        except Refused:
            assert render.text(config) == before
    return config


@settings(max_examples=150)
@given(TYPED)
def test_a_file_gives_the_configuration_back(lines: list[str]) -> None:
    text = render.text(typed(lines))
    again = Config()
    assert modes.load(again, blocks.parse(text)) == []
    assert render.text(again) == text


@settings(max_examples=100)
@given(TYPED)
def test_its_own_text_typed_again_changes_nothing(lines: list[str]) -> None:
    config = typed(lines)
    text = render.text(config)
    again = [line.strip() for line in text.splitlines() if line.strip() not in ("!", "end")]
    assert render.text(typed(again, config)) == text


@settings(max_examples=60)
@given(TYPED, TYPED, TYPED)
def test_merging(lines: list[str], mine: list[str], theirs: list[str]) -> None:
    base = typed(lines)
    one, other = typed(mine, base.copy()), typed(theirs, base.copy())
    assert render.text(merge.merged(base, one, base)) == render.text(one)
    assert render.text(merge.merged(base, base, other)) == render.text(other)
    assert render.text(merge.merged(base, one, one)) == render.text(one)


@given(TYPED, TYPED)
def test_a_copy_is_another_configuration(lines: list[str], more: list[str]) -> None:
    config = typed(lines)
    text = render.text(config)
    typed(more, config.copy())
    assert render.text(config) == text
