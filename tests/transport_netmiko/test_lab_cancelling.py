"""Ctrl-C and long pauses on the lab's switch: no session stays open, a commit is whole, a script is sent once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from reconciler.core.resource import Resource
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Vlan
from reconciler.transport import netmiko_terminal
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.lab_switch import OURS, STARTUP, Cycle, LabSwitch, assert_converged, converge, lab_switch

GUARD = 60
WISHES: Sequence[Resource] = tuple(Vlan(id=vlan, label=f"wish-{vlan}") for vlan in range(50, 56))


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[LabSwitch]:
    with lab_switch(tmp_path, STARTUP) as running:
        yield running


@pytest.fixture
async def cycle(switch: LabSwitch) -> AsyncIterator[Cycle]:
    transport = NetmikoTransport(switch.settings)
    yield Cycle(EosDriver(host="172.20.20.2"), transport)
    await transport.close()


async def _interrupted_at(beginning: str, switch: LabSwitch) -> list[str]:
    """Ctrl-C as soon as a line begins thus; what is typed until all is closed, from the session on."""
    cycle = Cycle(EosDriver(host="172.20.20.2"), NetmikoTransport(switch.settings))
    reading = await cycle.read()
    changes = cycle.plan(reading, WISHES, OURS, routes=True)
    switch.console("lab fault slow 0.1")
    task = asyncio.create_task(cycle.apply(reading, changes))
    async with asyncio.timeout(GUARD):
        while not any(line.startswith(beginning) for line in _typed(switch)):
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await cycle.transport.close()
    switch.console("lab fault clear")
    typed = _typed(switch)
    return typed[typed.index("configure session OURS") :]


def _typed(switch: LabSwitch) -> list[str]:
    return [re.sub(r"session rec-\S+", "session OURS", line) for line in switch.typed()]


@pytest.mark.parametrize(
    ("beginning", "last"),
    [
        ("configure session OURS", "configure session OURS"),
        ("name wish-51", "name wish-51"),
        ("show session-config", "show session-config diffs"),
        ("commit timer", "commit timer 00:02:00"),
    ],
)
async def test_before_the_proof_nothing_stays_changed_and_no_session_stays(
    switch: LabSwitch, beginning: str, last: str
) -> None:
    before = switch.console("show running-config")
    typed = await _interrupted_at(beginning, switch)
    assert typed[-3:] == [last, "end", "configure session OURS abort"]
    assert switch.console("show running-config") == before
    assert switch.pending() == []


async def test_a_confirmation_that_was_typed_is_carried_out(switch: LabSwitch) -> None:
    await _interrupted_at("configure session OURS commit", switch)
    assert "name wish-55" in switch.console("show running-config")
    assert "name wish-55" not in switch.console("show startup-config")
    assert switch.pending() == []


async def test_after_an_interruption_the_next_run_converges(cycle: Cycle, switch: LabSwitch) -> None:
    await _interrupted_at("name wish-51", switch)
    await assert_converged(cycle, WISHES)
    assert switch.pending() == []


async def test_a_connection_that_is_cut_while_somebody_thinks_is_opened_anew(
    cycle: Cycle, switch: LabSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = await cycle.read()
    changes = cycle.plan(reading, WISHES, OURS, routes=True)
    monkeypatch.setattr(netmiko_terminal, "IDLE", 0.0)
    switch.console("lab fault cut")
    assert await cycle.apply(reading, changes) == []
    typed = switch.typed()
    assert typed.count("terminal length 0") == 3
    assert [typed.count(line.text) for line in cycle.script(reading, changes).lines] == [1] * 2 * len(WISHES)
    assert await converge(cycle, WISHES) == []
    assert switch.pending() == []
