"""The reconciler is killed at every line of its transaction: the switch is as before or as wanted, never between."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.welcome import Welcome
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko import mortal
from tests.transport_netmiko.lab_switch import STARTUP, Cycle, LabSwitch, assert_converged, lab_switch


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSwitch]:
    with lab_switch(tmp_path_factory.mktemp("switch"), STARTUP) as running:
        yield running


@contextmanager
def mortals(switch: LabSwitch) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", mortal.__name__, str(switch.folder), str(switch.settings.port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def killed(process: subprocess.Popen[str], number: int | str, when: str) -> str:
    """The last line that it typed, or was about to; or ``applied``."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{number} {when}\n")
    process.stdin.flush()
    return process.stdout.readline().rstrip("\n")


def running(switch: LabSwitch) -> str:
    return switch.console("enable", "show running-config")


async def next_cycle(switch: LabSwitch) -> str:
    """What the next run reads, and that it then converges."""
    cycle = Cycle(EosDriver(host="172.20.20.2"), NetmikoTransport(switch.settings, greeting=Welcome()))
    found = (await cycle.read()).configuration.text
    assert switch.pending() == []
    assert "commit timer" not in switch.console("show configuration sessions")
    await assert_converged(cycle, mortal.WISHES)
    assert switch.pending() == []
    await cycle.transport.close()
    return found


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.long), 4])
def test_at_every_line_it_is_the_old_or_the_new_state(switch: LabSwitch, step: int) -> None:
    """At every fourth one in the suite; tests/switch/test_commit.py cuts the same dialogue at all of them."""
    asyncio.run(next_cycle(switch))
    new = running(switch)
    old = undone(switch)
    died_at: list[str] = []
    with mortals(switch) as process:
        for number in range(1, 100, step):
            when = "before" if number // step % 2 else "after"
            died_at.append(killed(process, number, when))
            assert running(switch) in (old, new), died_at[-1]
            if died_at[-1] == "done":
                break
            read = asyncio.run(next_cycle(switch)).strip()
            assert read in (old.strip(), new.strip())
            assert running(switch) == new
            assert undone(switch) == old
    assert died_at[-1] == "done"
    assert len(died_at) > 15 // step
    if step == 1:
        assert "commit timer 00:02:00" in died_at
        assert any(line.endswith(" commit") for line in died_at)


def undone(switch: LabSwitch) -> str:
    """Somebody takes by hand away what was wanted."""
    lines = ["no interface Vlan40", "interface Ethernet2", "no description", "no switchport access vlan", "no vlan 40"]
    switch.console("enable", "configure terminal", *lines, "end")
    return running(switch)


async def test_what_nobody_confirms_the_switch_takes_back_by_itself(switch: LabSwitch) -> None:
    old = undone(switch)
    cycle = Cycle(EosDriver(host="172.20.20.2", timer=2), NetmikoTransport(switch.settings))
    reading = await cycle.read()
    switch.console("lab fault reject-line ^configure session .* (commit|abort)$")
    failures = await cycle.apply(reading, cycle.plan(reading, mortal.WISHES, range(0), routes=False))
    switch.console("lab fault clear")
    assert "its confirmation was refused: % Invalid input" in failures[0].reason
    assert running(switch) != old
    await asyncio.sleep(2.5)
    assert running(switch) == old
    await cycle.transport.close()


async def test_who_dies_with_a_transaction_applied_has_it_taken_back(switch: LabSwitch) -> None:
    """By EOS when its timer ends, and at once by whoever reads the switch before."""
    old = undone(switch)
    with mortals(switch) as process:
        assert killed(process, "applied", "3") == "applied"
        assert "name mortal" in running(switch)
        async with asyncio.timeout(3.5):
            while running(switch) != old:
                await asyncio.sleep(0.1)
        assert killed(process, "applied", "3600") == "applied"
        assert "name mortal" in running(switch)
    transport = NetmikoTransport(switch.settings, greeting=Welcome())
    assert (await Cycle(EosDriver(), transport).read()).configuration.text.strip() == old.strip()
    assert "commit timer" not in switch.console("show configuration sessions")
    await transport.close()
