"""Driver and transport against the lab's switch, whose EOS was written from the same page by somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

import pytest

from reconciler.core.driver import Failure, Unreachable
from reconciler.core.resource import Key, Resource
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, Routing, Svi, Vlan
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.lab_switch import OURS, STARTUP, Cycle, LabSwitch, assert_converged, converge, lab_switch

LAB: Sequence[Resource] = (
    Vlan(id=10, label="Calico-Network"),
    Vlan(id=20, label="Calico-Network-2"),
    Interface(ifname="Ethernet1", access=10, description="Connection to k01-control-plane"),
    Interface(ifname="Ethernet4", access=20, description="a # > \" ' ; $(reload) `x` | & ! \\ ceos01#"),
    Svi(vlan=10, addresses=("10.10.10.1/24",), description="Calico Network L3 Interface"),
    Svi(vlan=20, addresses=("10.10.20.1/24",)),
    Routing(enabled=True),
)


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSwitch]:
    with lab_switch(tmp_path_factory.mktemp("switch"), STARTUP) as running:
        yield running


@pytest.fixture
async def cycle(switch: LabSwitch) -> AsyncIterator[Cycle]:
    transport = NetmikoTransport(switch.settings)
    yield Cycle(EosDriver(host="172.20.20.2"), transport)
    await transport.close()


async def test_the_seed_s_lab_comes_from_nothing_and_goes_again(cycle: Cycle, switch: LabSwitch) -> None:
    before = (await cycle.read()).configuration
    await assert_converged(cycle, LAB)
    after = (await cycle.read()).configuration
    assert after.foreign == before.foreign
    assert after.rest == before.rest
    assert switch.pending() == []
    await assert_converged(cycle, [Interface(ifname="Ethernet1", access=1)])


async def test_a_change_by_somebody_else_in_between_is_kept(cycle: Cycle, switch: LabSwitch) -> None:
    reading = await cycle.read()
    changes = cycle.plan(reading, [Vlan(id=30, label="ours")], OURS, routes=True)
    switch.console("enable", "configure terminal", "vlan 910", "name hers", "end")
    failures = await cycle.apply(reading, changes)
    assert [failure.reason for failure in failures] == [
        "not committed: somebody else has changed the configuration since it was read"
    ]
    found = (await cycle.read()).found
    assert found[Key("vlan", "910")] == Vlan(id=910, label="hers", trunk_groups=("THEIRS",))
    assert Key("vlan", "30") not in found
    assert switch.pending() == []
    await assert_converged(cycle, [Vlan(id=30, label="ours")])


async def test_a_refused_line_changes_nothing_at_all(cycle: Cycle, switch: LabSwitch) -> None:
    fine = [Vlan(id=40, label="fine"), Svi(vlan=40, addresses=("10.40.0.1/24",))]
    overlapping = [*fine, Svi(vlan=50, addresses=("10.90.0.7/24",))]
    before = (await cycle.read()).configuration.text
    failures = await converge(cycle, overlapping)
    assert [str(failure.line) for failure in failures] == ["ip address 10.90.0.7/24"]
    assert failures[0].reason.startswith("% ")
    assert (await cycle.read()).configuration.text == before
    assert switch.pending() == []


async def test_a_port_that_is_not_there_is_refused(cycle: Cycle, switch: LabSwitch) -> None:
    failures = await converge(cycle, [Interface(ifname="Ethernet99", access=1, description="nothing")])
    assert [str(failure.line) for failure in failures] == ["interface Ethernet99"]
    assert "Ethernet99" not in switch.console("enable", "show running-config")


async def test_what_a_dead_run_left_goes_and_others_stay(cycle: Cycle, switch: LabSwitch) -> None:
    switch.console("enable", "configure session rec-dead00-1", "vlan 66", "end")
    await assert_converged(cycle, [Vlan(id=60)])
    assert switch.pending() == []
    names = [f"s{number}" for number in range(5)]
    for name in names:
        switch.console("enable", f"configure session {name}", "end")
        failures = await converge(cycle, [Vlan(id=61)])
        assert [failure.nature for failure in failures] == ["failed"]
    assert [failure.reason for failure in failures] == [
        "all 5 configuration sessions are open: s0, s1, s2, s3, s4; commit or abort them first; nothing was changed"
    ]
    assert switch.pending() == names
    for name in names:
        switch.console("enable", f"configure session {name} abort")
    await assert_converged(cycle, [Vlan(id=61)])


async def test_a_new_host_name_does_not_confuse(cycle: Cycle, switch: LabSwitch) -> None:
    await cycle.read()
    switch.console("enable", "configure terminal", "hostname spine-1.example", "end")
    assert "hostname spine-1.example" in (await cycle.read()).configuration.text
    await assert_converged(cycle, [Vlan(id=80, label="renamed")])
    switch.console("enable", "configure terminal", "hostname ceos01", "end")
    await assert_converged(cycle, LAB)


async def _saved(cycle: Cycle, driver: EosDriver) -> list[Failure]:
    reading = driver.read(await cycle.transport.query(driver.questions))
    script = driver.saving(reading, SwitchClaim(frozenset(wish.key for wish in LAB), frozenset(OURS)).owns)
    return [] if script is None else list(await cycle.transport.apply(script))


async def test_only_our_own_change_is_saved_unless_everything_may_be(cycle: Cycle, switch: LabSwitch) -> None:
    await assert_converged(cycle, LAB)
    switch.console("enable", "configure terminal", "vlan 910", "name unsaved", "end")
    assert await _saved(cycle, EosDriver(save="never")) == []
    (warning,) = await _saved(cycle, EosDriver())
    assert warning.nature == "warning"
    assert warning.reason.startswith("applied, and not saved: vlan 910 differs from the startup configuration, too")
    assert "Calico-Network-2" not in switch.console("enable", "show startup-config")
    assert await _saved(cycle, EosDriver(save="always")) == []
    assert "name unsaved" in switch.console("enable", "show startup-config")
    await assert_converged(cycle, [*LAB, Vlan(id=33, label="saved")])
    assert await _saved(cycle, EosDriver()) == []
    assert "name saved" in switch.console("enable", "show startup-config")
    typed = len(switch.typed())
    assert await _saved(cycle, EosDriver()) == []
    assert "write memory" not in switch.typed()[typed:]


async def test_a_wrong_password_is_a_refused_login(switch: LabSwitch) -> None:
    transport = NetmikoTransport(replace(switch.settings, password="wrong"))
    with pytest.raises(Unreachable, match=r"^127.0.0.1: login refused for user admin$"):
        await transport.query(["show running-config"])
    await transport.close()


@pytest.fixture
def faults(switch: LabSwitch) -> Iterator[LabSwitch]:
    yield switch
    switch.console("lab fault clear")


@pytest.mark.parametrize("trouble", ["hang", "cut"])
async def test_a_switch_that_hangs_or_hangs_up_is_reached_again(faults: LabSwitch, trouble: str) -> None:
    transport = NetmikoTransport(replace(faults.settings, connect_timeout=3, command_timeout=2))
    cycle = Cycle(EosDriver(), transport)
    reading = await cycle.read()
    changes = cycle.plan(reading, [*LAB, Vlan(id=83)], OURS, routes=True)
    faults.console(f"lab fault {trouble}")
    with pytest.raises(Unreachable):
        await cycle.apply(reading, changes)
    faults.console("lab fault clear")
    await assert_converged(cycle, LAB)
    assert faults.pending() == []
    await transport.close()


async def test_a_slow_switch_is_only_slow(cycle: Cycle, faults: LabSwitch) -> None:
    faults.console("lab fault slow 0.2")
    await assert_converged(cycle, [*LAB, Vlan(id=84, label="slow")])
