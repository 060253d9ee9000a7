"""A switch's part of a transaction over several devices, step by step: what is on it after each, whatever happens."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import pytest

from reconciler.core.commit import Commits, ConfirmedCommit
from reconciler.core.driver import Script, Unreachable
from reconciler.switch.eos import EosDriver, proof
from reconciler.switch.eos.welcome import Welcome
from reconciler.switch.kinds import Interface, Svi, Vlan
from reconciler.transport import netmiko_talker
from reconciler.transport.netmiko import NetmikoTransport
from reconciler.transport.this_run import this_run
from tests.transport_netmiko.lab_switch import OURS, STARTUP, Cycle, LabSwitch, lab_switch

WISHES = (
    Vlan(id=40, label="wanted"),
    Interface(ifname="Ethernet2", access=40, description="wanted"),
    Svi(vlan=40, addresses=("10.40.0.1/24",)),
)
UNDO = ("no interface Vlan40", "interface Ethernet2", "no description", "no switchport access vlan", "no vlan 40")
SECONDS = 60
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSwitch]:
    with lab_switch(tmp_path_factory.mktemp("switch"), STARTUP) as running:
        yield running


@pytest.fixture(autouse=True)
def old(switch: LabSwitch, monkeypatch: pytest.MonkeyPatch) -> str:
    """The configuration before, of a switch on which nothing is broken."""
    monkeypatch.setattr(proof, "PAUSES", (0.0, 0.1))
    monkeypatch.setattr(netmiko_talker, "TRIES", 1)
    switch.console("lab fault clear", "enable", "configure terminal", *UNDO, "end")
    return running(switch)


def running(switch: LabSwitch) -> str:
    return switch.console("enable", "show running-config")


def sessions(switch: LabSwitch) -> str:
    return switch.console("show configuration sessions")


@dataclass
class Bench:
    """One transaction on its way, and what is to be sent."""

    cycle: Cycle
    commit: ConfirmedCommit
    script: Script
    undo: Script

    async def armed(self) -> Bench:
        assert await self.commit.arm(self.undo) == []
        return self

    async def applied(self) -> Bench:
        await self.armed()
        assert await self.commit.apply(self.script) == []
        return self


@asynccontextmanager
async def bench(switch: LabSwitch, seconds: int = SECONDS, *, transactions: bool = True) -> AsyncIterator[Bench]:
    settings = replace(switch.settings, connect_timeout=3, command_timeout=2)
    transport = NetmikoTransport(settings, greeting=Welcome())
    assert isinstance(transport, Commits)
    driver = EosDriver(host="172.20.20.2", timer=120 if transactions else None)
    cycle = Cycle(driver, transport)
    reading = await cycle.read()
    changes = cycle.plan(reading, WISHES, OURS, routes=True)
    commit = transport.transaction(next(numbers), seconds)
    yield Bench(cycle, commit, cycle.script(reading, changes), driver.write([], reading))
    await transport.close()


async def test_what_is_applied_waits_and_is_confirmed(switch: LabSwitch, old: str) -> None:
    async with bench(switch) as one:
        await one.armed()
        assert (running(switch), switch.pending()) == (old, [])
        assert await one.commit.apply(one.script) == []
        assert "name wanted" in running(switch)
        assert f"Session with pending commit timer: rec-{this_run().name}-t" in sessions(switch)
        await one.commit.reach()
        assert "name wanted" in (await one.cycle.read()).configuration.text
        assert await one.commit.confirm() == []
        assert "commit timer" not in sessions(switch)
        assert switch.typed().count("commit timer 00:01:00") == 1
        assert "write memory" not in switch.typed()
    assert "name wanted" in running(switch)


async def test_rolled_back_it_is_the_exact_text_from_before(switch: LabSwitch, old: str) -> None:
    async with bench(switch) as one:
        await one.applied()
        switch.console("lab fault cut now")
        assert await one.commit.roll_back() == []
        assert running(switch) == old
        assert (await one.cycle.read()).configuration.text.strip() == old.strip()


async def test_a_new_connection_of_ours_does_not_take_it_for_a_dead_run_s(switch: LabSwitch) -> None:
    async with bench(switch) as one:
        await one.applied()
        switch.console("lab fault cut now")
        with suppress(Unreachable):  # of a connection that does not know yet
            await one.cycle.read()
        assert "name wanted" in (await one.cycle.read()).configuration.text
        other = Cycle(EosDriver(), NetmikoTransport(switch.settings, greeting=Welcome()))
        assert "name wanted" in (await other.read()).configuration.text
        await other.transport.close()
        assert await one.commit.confirm() == []
        assert "name wanted" in running(switch)


async def test_whoever_cannot_get_in_any_more_is_told(switch: LabSwitch, old: str) -> None:
    async with bench(switch) as one:
        await one.applied()
        switch.console("lab fault refuse-login")
        with pytest.raises(Unreachable, match=r"^127.0.0.1: login refused for user admin$"):
            await one.commit.reach()
        assert await one.commit.roll_back() == []
    assert running(switch) == old


async def test_an_interrupted_apply_leaves_nothing_and_may_be_rolled_back(switch: LabSwitch, old: str) -> None:
    async with bench(switch) as one:
        await one.armed()
        switch.console("lab fault slow 0.1")
        task = asyncio.create_task(one.commit.apply(one.script))
        while not any(line == "name wanted" for line in switch.typed()[-3:]):
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        switch.console("lab fault clear")
        assert await one.commit.roll_back() == []
        assert switch.typed()[-1] == "show running-config"
    assert (running(switch), switch.pending()) == (old, [])


async def test_a_confirmation_that_is_interrupted_is_not_taken_back(switch: LabSwitch) -> None:
    async with bench(switch) as one:
        await one.applied()
        switch.console("lab fault slow 0.2")
        task = asyncio.create_task(one.commit.confirm())
        while not switch.typed()[-1].endswith(" commit"):
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        switch.console("lab fault clear")
        assert await one.commit.confirm() == []
    assert "name wanted" in running(switch)
    assert "commit timer" not in sessions(switch)
