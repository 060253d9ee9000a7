"""A line of ours that is not understood freezes what it speaks of, and nothing else; nothing of it is ever lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver, config
from reconciler.switch.eos.interlock import objection
from reconciler.switch.kinds import Interface, StaticRoute, Svi, Vlan
from tests.switch.running import RUNNING, reading, session_diff

LINES = [
    ("   ip address 10.0.10.1/24", "   ip address 10.0.10.1 255.255.x", {"svi Vlan10"}),
    ("   ip address 10.0.10.1/24", "   ip address 10.0.10.1/24 third", {"svi Vlan10"}),
    ("   ip address 10.0.10.1/24", "   ip address fd00::1/64", {"svi Vlan10"}),
    ("   ip address 10.0.10.1/24", "   ip address", {"svi Vlan10"}),
    ("   ip address 10.0.10.1/24", "   ipv6 address 2001:db8::/64 eui-64", {"svi Vlan10"}),
    ("   ip address 10.0.10.1/24", "   vrf RED BLUE", {"svi Vlan10"}),
    ("   ip address 10.0.10.1/24", "   mtu nine", {"svi Vlan10"}),
    ("   switchport access vlan 10", "   switchport access vlan ten", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   switchport access vlan 10 20", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   switchport mode fabric", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   switchport trunk allowed vlan 10,x", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   switchport trunk native vlan tag", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   switchport trunk allowed vlan 1-999999999", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   switchport trunk allowed vlan 20-10", {"interface Ethernet1"}),
    ("   switchport access vlan 10", "   channel-group 5 mode lacp", {"interface Ethernet1"}),
    ("vlan 20,30", "vlan 20,30\n   state act/lshut", {"vlan 20", "vlan 30"}),
    ("vlan 20,30", "vlan 20,30\n   trunk group", {"vlan 20", "vlan 30"}),
    ("ip routing", "ip routing ipv6 interfaces", {"routing default"}),
    ("172.20.20.1", "172.20.20.1 tag x", {"static_route 0.0.0.0/0 via 172.20.20.1"}),
    ("172.20.20.1", "172.20.20.1 weight 3", {"static_route 0.0.0.0/0 via 172.20.20.1"}),
    ("172.20.20.1", "172.20.20.1\nip route 0.0.0.0/0 172.20.20.1 9", {"static_route 0.0.0.0/0 via 172.20.20.1"}),
    (
        "hostname ceos01",
        "router bgp 1\n   neighbor 10.0.0.1 bfd\n   address-family ipv4\n      neighbor 10.0.0.1 activate activate",
        {"bgp_neighbor 10.0.0.1"},
    ),
    ("hostname ceos01", "router bgp 1\n   network 10.0.0.1/8", {"bgp default"}),
]


@pytest.mark.parametrize(("old", "new", "frozen"), LINES)
def test_only_what_the_line_speaks_of_is_frozen(old: str, new: str, frozen: set[str]) -> None:
    text = RUNNING.replace(old, new)
    whole, part = reading(RUNNING), reading(text)
    assert {str(key) for key in part.frozen} == frozen
    others = {key: one for key, one in whole.found.items() if str(key) not in frozen}
    assert {key: one for key, one in part.found.items() if key in others} == others
    assert not part.found.keys() & part.frozen.keys()
    assert part.partial.keys() == part.frozen.keys()


@pytest.mark.parametrize(("old", "new", "frozen"), LINES)
def test_all_its_lines_are_kept_to_the_letter(old: str, new: str, frozen: set[str]) -> None:
    configuration = reading(RUNNING.replace(old, new)).configuration
    kept = {line for key in configuration.frozen for line in configuration.rest[key]}
    assert any(line.endswith(new.splitlines()[-1]) for line in kept)


def test_the_reason_names_the_line() -> None:
    text = RUNNING.replace("ip address 10.0.10.1/24", "ip address 10.0.10.1 255.255.x")
    number = text.splitlines().index("   ip address 10.0.10.1 255.255.x") + 1
    reason = f"line {number}, 'ip address 10.0.10.1 255.255.x': not understood"
    assert reading(text).frozen == {Key("svi", "Vlan10"): reason}


def test_lines_of_other_features_freeze_nothing() -> None:
    others = """   ipv6 address auto-config
   ipv6 address fe80::1/64 link-local
   spanning-tree portfast auto
   spanning-tree bpduguard rate-limit count 5
   switchport tap native vlan 1
   no switchport private-vlan mapping
   tx-queue 0
      mtu x
   !! mtu x
"""
    text = RUNNING.replace("interface Ethernet2\n", f"interface Ethernet2\n{others}")
    assert reading(text).frozen == {}
    assert reading(text).configuration.rest[Key("interface", "Ethernet2")] == tuple(others.splitlines())


@pytest.mark.parametrize(
    "head",
    ["vlan internal order ascending range 1006 4094", "ip route 10.0.0.0/99 10.0.0.1", "ip route 0.0.0.0/0 1.2.3"],
)
def test_what_names_nothing_is_foreign(head: str) -> None:
    text = RUNNING.replace("hostname ceos01", f"hostname ceos01\n{head}")
    configuration = reading(text, client="192.168.7.7").configuration
    assert not configuration.frozen
    assert (head,) in configuration.foreign


@pytest.mark.parametrize("blanks", [" ", "  ", "\t", "\t\t"])
def test_an_indentation_that_is_none_of_eos_freezes_what_stands_above_it(blanks: str) -> None:
    text = RUNNING.replace("   switchport access vlan 10", f"{blanks}switchport access vlan 10")
    assert reading(text).frozen == {
        Key("interface", "Ethernet1"): "line 14, 'switchport access vlan 10': indented as EOS never does"
    }
    assert reading(RUNNING.replace("hostname ceos01", f"hostname ceos01\n{blanks}x")).frozen == {}


def test_a_frozen_one_is_not_written() -> None:
    text = RUNNING.replace("access vlan 10", "access vlan ten")
    with pytest.raises(ValueError, match="interface Ethernet1 is never changed: line 14, "):
        EosDriver().write([Change(None, Interface(ifname="Ethernet1", access=10))], reading(text))


def test_the_others_are_and_the_interlock_agrees() -> None:
    text = RUNNING.replace("access vlan 10", "access vlan ten")
    before = reading(text)
    renamed = Change(before.found[Key("vlan", "10")], Vlan(id=10, label="heart"))
    new = text.replace("name core", "name heart")
    assert objection(before.configuration, session_diff(text, new), [renamed]) is None
    lost = objection(before.configuration, session_diff(text, new.replace("vlan ten", "vlan 10")), [renamed])
    assert lost is not None
    assert "interface Ethernet1 would be" in lost


IN_BAND = """vlan 10,20
!
interface Ethernet1
   switchport access vlan 10
!
interface Ethernet2
   switchport access vlan 20
!
interface Vlan10
   ip address 10.0.10.1/24{trouble}
!
interface Vlan20
   ip address 10.0.20.1/24
!
ip routing
!
ip route 192.168.0.0/16 {via}
!
end
"""


@pytest.mark.parametrize("trouble", ["\n   mtu x", " x"])
def test_what_stands_below_a_frozen_carrier_stays(trouble: str) -> None:
    """Whether or not the frozen lines are those that tell our address."""
    kept = reading(IN_BAND.format(trouble=trouble, via="10.0.20.9"), "10.0.10.1").session
    assert {"svi Vlan10", "vlan 10", "interface Ethernet1"} <= {str(key) for key in kept}
    assert Key("vlan", "20") not in kept


def test_a_frozen_bearer_of_the_way_back_stays() -> None:
    kept = reading(IN_BAND.format(trouble=" x", via="10.0.10.9"), "10.0.20.1", "192.168.7.7").session
    assert {Key("vlan", "10"), Key("interface", "Ethernet1")} <= kept.keys()


def test_what_could_be_understood_is_known() -> None:
    partial = reading(IN_BAND.format(trouble="\n   mtu x", via="10.0.10.9")).partial
    assert partial == {Key("svi", "Vlan10"): Svi(vlan=10, addresses=("10.0.10.1/24",))}
    assert StaticRoute(dst="192.168.0.0/16", via="10.0.10.9").key not in partial


WORDS = (
    *(
        "no",
        "vlan",
        "10",
        "Vlan10",
        "Ethernet1.5",
        "vrf",
        "x",
        "1/2",
        "-1",
        "0",
        "1-2-3",
        "99999",
        "4294967296",
        "²",
        "/",
    ),
    *("10.0.0.1/24", "10.0.0.1", "fd00::1/64", "fd00::1", "1.2.3.4.5/6", "Null0", "secondary", "virtual", "default"),
    *("²", "peer", "group", "remote-as", "mode", "active", "EOF", "name", "tag", "ecmp", "shutdown"),
)
BEGINNINGS = (
    *("interface", "interface Vlan", "interface Ethernet", "vlan", "vlan 10,", "vrf instance", "router bgp"),
    *("ip route", "ipv6 route", "ip routing", "no ip routing", "   ip address", "   ipv6 address", "   mtu", "   vrf"),
    *("   ip virtual-router address", "   switchport trunk allowed vlan", "   switchport mode", "   channel-group"),
    *("   neighbor", "   neighbor 10.0.0.1", "   bgp listen range", "   maximum-paths", "   router-id", "   rd"),
    *(
        "   network",
        "   redistribute",
        "   address-family ipv4",
        "      neighbor 10.0.0.1 activate",
        "      neighbor activate",
        "      no",
    ),
    *("   name", "   state", "   description", "   spanning-tree portfast", "   ", "      "),
)
TAILS = st.lists(st.sampled_from(WORDS), max_size=4)
STRANGE = st.builds(lambda first, words: " ".join([first, *words]), st.sampled_from(BEGINNINGS), TAILS)
SWITCH = (Path(__file__).parent / "golden" / "bgp-with-nodes" / "running.cfg").read_text().splitlines()


@given(st.lists(st.tuples(st.integers(1, len(SWITCH) - 2), STRANGE), min_size=1, max_size=6))
def test_no_line_is_too_strange(lines: list[tuple[int, str]]) -> None:
    """Whatever stands in it: read, frozen, or somebody else's, and never lost."""
    text = SWITCH.copy()
    for place, line in lines:
        text.insert(place, line)
    found = reading("\n".join(text) + "\n", "10.0.0.0", "10.9.9.9")
    assert not found.found.keys() & found.frozen.keys()
    assert found.partial.keys() == found.frozen.keys()
    cut = [line for stanza in config.stanzas(config.complete("\n".join(text))) for line in stanza.lines]
    assert cut == [line for line in text[:-1] if line.strip() not in ("", "!")]
