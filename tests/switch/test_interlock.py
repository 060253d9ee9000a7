"""Before a commit the session's own diff has to be exactly what was planned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.switch.eos.interlock import objection
from reconciler.switch.eos.unified import Mismatch, patched
from reconciler.switch.kinds import Interface, Svi, Vlan
from tests.switch.running import RUNNING, reading, session_diff

BEFORE = reading().configuration
RENAMED = Change(BEFORE.found[Key("vlan", "10")], Vlan(id=10, label="heart"))
DESCRIBED = Change(
    BEFORE.found[Key("interface", "Ethernet1")], Interface(ifname="Ethernet1", access=10, description="uplink")
)


def _verdict(new: str, *changes: Change) -> str | None:
    return objection(BEFORE, session_diff(RUNNING, new), changes)


def test_exactly_what_was_planned_passes() -> None:
    new = RUNNING.replace("name core", "name heart").replace("description first", "description uplink")
    assert _verdict(new, RENAMED, DESCRIBED) is None


def test_deleted_stanzas_may_take_their_own_lines_with_them() -> None:
    deleted = Change(BEFORE.found[Key("svi", "Vlan10")], None)
    new = RUNNING.replace(
        "interface Vlan10\n   ip address 10.0.10.1/24\n   ip virtual-router address 10.0.10.254\n!\n", ""
    )
    assert _verdict(new, deleted) is None


def test_a_vlan_that_eos_makes_for_an_access_port_is_no_surprise() -> None:
    moved = Change(BEFORE.found[Key("interface", "Ethernet2")], Interface(ifname="Ethernet2", access=40))
    new = RUNNING.replace("interface Ethernet2\n", "interface Ethernet2\n   switchport access vlan 40\n")
    assert _verdict(new, moved) is None
    assert _verdict(new.replace("vlan 20,30", "vlan 20,30,40"), moved) is None
    strange = _verdict(new.replace("vlan 20,30", "vlan 20,30,41"), moved)
    assert strange == "it would not do what was planned: vlan 41 would be there"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("hostname ceos01", "hostname other", "'hostname ceos01' would change, which is not ours"),
        ("welcome to ceos01#", "welcome", "'banner motd' would change, which is not ours"),
        ("   trunk group A\n", "", "vlan 10 would have trunk_groups None, not ('A',)"),
        ("portfast edge", "portfast network", "interface Ethernet1 would have portfast 'network', not True"),
        (
            "broadcast level 1",
            "broadcast level 2",
            "interface Ethernet1 would lose 'storm-control broadcast level 1', which is not ours",
        ),
        ("   ip virtual-router address 10.0.10.254\n", "", "virtual_router None, not ('10.0.10.254',)"),
        ("access vlan 10", "access vlan ten", "interface Ethernet1 would be missing"),
        ("interface Ethernet2", "interface Ethernet2\n   qos trust dscp", "interface Ethernet2 would get other lines"),
        ("interface Ethernet2", "interface Ethernet2\n   shutdown", "interface Ethernet2 would have shutdown True"),
        ("vlan 20,30", "vlan 20", "vlan 30 would be missing"),
        ("10.0.10.1/24", "10.0.10.2/24", "svi Vlan10 would have addresses ('10.0.10.2/24',), not ('10.0.10.1/24',)"),
        ("ip route 0.0.0.0/0 172.20.20.1", "ip route 0.0.0.0/0 172.20.20.1 5", "would have distance 5, not 1"),
        ("ip routing", "no ip routing", "routing default would have enabled False, not True"),
        ("name core", "name hearth", "vlan 10 would have name 'hearth', not 'heart'"),
    ],
)
def test_anything_else_is_named(old: str, new: str, reason: str) -> None:
    planned = RUNNING if old == "name core" else RUNNING.replace("name core", "name heart")
    verdict = _verdict(planned.replace(old, new), RENAMED)
    assert verdict is not None
    assert reason in verdict


def test_a_session_that_does_nothing_or_too_little_is_refused() -> None:
    assert objection(BEFORE, "\n", [RENAMED]) == (
        "it would not do what was planned: vlan 10 would have name 'core', not 'heart'"
    )
    assert objection(BEFORE, "\n", []) is None


def test_many_differences_are_counted() -> None:
    new = RUNNING.replace("vlan 20,30", "vlan 40-45")
    verdict = _verdict(new)
    assert verdict is not None
    assert verdict.count("would be") == 3
    assert verdict.endswith(", and 5 more")


def test_a_diff_against_another_text_does_not_fit() -> None:
    changed = RUNNING.replace("hostname ceos01", "ip name-server 8.8.8.8\nhostname ceos01\nntp server 1.2.3.4")
    diff = session_diff(changed, changed.replace("name core", "name heart"))
    assert objection(BEFORE, diff, [RENAMED]) == "its diff does not fit the configuration that was read"


@pytest.mark.parametrize(
    "diff",
    ["% Invalid input", "@@ -4,3 +4,3 @@\n !\n-vlan 10", "@@ -4,1 +4,1 @@\n?vlan 10\n", "--- a\n+++ b\nvlan 10\n"],
)
def test_what_is_no_diff_is_refused(diff: str) -> None:
    with pytest.raises(Mismatch):
        patched(RUNNING, diff)


def test_an_address_that_would_be_lost_with_a_vrf_is_missed() -> None:
    svi = BEFORE.found[Key("svi", "Vlan10")]
    assert isinstance(svi, Svi)
    new = RUNNING.replace("   ip address 10.0.10.1/24\n", "   vrf RED\n")
    verdict = _verdict(new, Change(svi, replace(svi, vrf="RED")))
    assert verdict is not None
    assert "addresses ()" in verdict


LINES = st.lists(
    st.sampled_from(["vlan 1", "   name a", "!", "", "-- x", "++ y", "@@ -1 +1 @@", "end", " b"]), max_size=30
)


@given(LINES, LINES)
def test_a_diff_put_onto_the_old_text_gives_the_new_one(old: list[str], new: list[str]) -> None:
    first = "! Command: show running-config"
    before, after = "\n".join([first, "! device", *old, "end"]), "\n".join([first, "! device", *new, "end"])
    assert patched(before, session_diff(before, after)) == after
