"""What may go into the startup configuration with our own change."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.core.driver import Failure
from reconciler.core.resource import Resource, state_of
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.dialogue import Run
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.saving import SAVE, UNSAVED
from reconciler.switch.kinds import Vlan, Vrf
from tests.switch.running import RUNNING, reading, session_diff

OURS = (Vlan(id=10, label="core"), Vrf(vrf="RED"))


def saved(startup: str, running: str, *wishes: Resource) -> tuple[list[str], Sequence[Failure]]:
    """What is typed, and the verdict, where ``startup`` is what would boot."""
    script = EosDriver().saving(reading(running), SwitchClaim(frozenset(state_of(wishes or OURS))).owns)
    assert script is not None
    typed: list[str] = []
    talk = script.talk(Run("cafe"), 1)
    try:
        say = next(talk)
        while True:
            typed.append(say.text)
            diff = session_diff(startup, running) if startup != running else "\n"
            say = talk.send(diff if say.text == UNSAVED else "Copy completed successfully.")
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return typed, failures


def test_nothing_is_saved_where_nothing_differs() -> None:
    assert saved(RUNNING, RUNNING) == ([UNSAVED], [])


def test_our_own_change_is_saved_with_all_that_comes_with_it() -> None:
    """A VRF brings that it routes nothing."""
    startup = RUNNING.replace("name core", "name old")
    running = RUNNING.replace("interface Ethernet1\n", "vrf instance RED\n!\ninterface Ethernet1\n")
    assert saved(startup, running) == ([UNSAVED, SAVE.text], [])


RED = "vrf instance RED\n!\ninterface Ethernet1\n"


def test_that_a_vrf_routed_goes_with_it() -> None:
    """EOS drops `ip routing vrf` with the VRF: that is no change of somebody else's."""
    startup = RUNNING.replace("interface Ethernet1\n", RED).replace("ip routing\n", "ip routing\nip routing vrf RED\n")
    assert "ip routing vrf RED" in startup
    assert saved(startup, RUNNING) == ([UNSAVED, SAVE.text], [])


def test_that_somebody_stops_routing_in_a_vrf_that_stays_is_not_ours() -> None:
    running = RUNNING.replace("interface Ethernet1\n", RED)
    startup = running.replace("ip routing\n", "ip routing\nip routing vrf RED\n")
    typed, (failure,) = saved(startup, running)
    assert typed == [UNSAVED]
    assert failure.reason.startswith("applied, and not saved: routing RED differs from the startup configuration, too")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("vlan 20,30", "vlan 20,30,77", "vlan 77 differs from the startup configuration, too, and is not ours"),
        ("hostname ceos01", "hostname ceos02", "the startup configuration also differs in lines that are not ours"),
        ("   spanning-tree portfast edge", "   lldp receive", "interface Ethernet1 differs from the startup "),
        (
            "   ip virtual-router",
            "   ip ospf area 0\n   ip virtual-router",
            "the startup configuration also differs in ",
        ),
    ],
)
def test_somebody_elses_change_stays_unsaved_and_is_named(old: str, new: str, reason: str) -> None:
    typed, failures = saved(RUNNING, RUNNING.replace("name core", "name new").replace(old, new))
    assert typed == [UNSAVED]
    assert [failure.nature for failure in failures] == ["warning"]
    assert failures[0].reason.startswith(f"applied, and not saved: {reason}")
