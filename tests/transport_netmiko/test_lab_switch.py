"""Driver and transport against the lab's switch, whose EOS was written from the same page by somebody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.driver import Failure, Unreachable
from reconciler.core.resource import Key, Resource
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.lab_switch import Cycle, LabSwitch, lab_switch

STARTUP = """hostname ceos01
!
vlan 900,910
   name theirs
   trunk group THEIRS
!
interface Ethernet1
   description ceos01#show | "quoted" > ceos01>
   spanning-tree portfast edge
!
interface Ethernet8
   description theirs
   switchport access vlan 900
!
interface Management0
   ip address 172.20.20.2/24
!
interface Vlan900
   description ceos01#
   ip address 10.90.0.1/24
   ip virtual-router address 10.90.0.254
!
no ip routing
!
ip route 172.31.0.0/16 172.20.20.1
!
banner motd
ceos01#
interface Ethernet1
   shutdown
end
> EOF #
EOF
!
end
"""
OURS = range(2, 900)
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
async def cycle(switch: LabSwitch) -> Iterator[Cycle]:
    transport = NetmikoTransport(switch.settings)
    yield Cycle(EosDriver(host="172.20.20.2"), transport)
    await transport.close()


async def _converge(cycle: Cycle, wishes: Sequence[Resource]) -> Sequence[Failure]:
    reading = await cycle.read()
    return await cycle.apply(reading, cycle.plan(reading, wishes, OURS, routes=True))


async def _assert_converged(cycle: Cycle, wishes: Sequence[Resource]) -> None:
    assert await _converge(cycle, wishes) == []
    reading = await cycle.read()
    assert cycle.plan(reading, wishes, OURS, routes=True) == []
    for wish in wishes:
        assert reading.found[wish.key] == wish


async def test_the_seed_s_lab_comes_from_nothing_and_goes_again(cycle: Cycle, switch: LabSwitch) -> None:
    before = (await cycle.read()).configuration
    await _assert_converged(cycle, LAB)
    after = (await cycle.read()).configuration
    assert after.foreign == before.foreign
    assert after.rest == before.rest
    assert switch.pending() == []
    await _assert_converged(cycle, [Interface(ifname="Ethernet1", access=1)])


async def test_a_change_by_somebody_else_in_between_is_kept(cycle: Cycle, switch: LabSwitch) -> None:
    reading = await cycle.read()
    changes = cycle.plan(reading, [Vlan(id=30, label="ours")], OURS, routes=True)
    switch.console("enable", "configure terminal", "vlan 910", "name hers", "end")
    failures = await cycle.apply(reading, changes)
    assert [failure.reason for failure in failures] == [
        "not committed: somebody else has changed the configuration since it was read"
    ]
    found = (await cycle.read()).found
    assert found[Key("vlan", "910")] == Vlan(id=910, label="hers")
    assert Key("vlan", "30") not in found
    assert switch.pending() == []
    await _assert_converged(cycle, [Vlan(id=30, label="ours")])


async def test_a_refused_line_changes_nothing_at_all(cycle: Cycle, switch: LabSwitch) -> None:
    fine = [Vlan(id=40, label="fine"), Svi(vlan=40, addresses=("10.40.0.1/24",))]
    overlapping = [*fine, Svi(vlan=50, addresses=("10.90.0.7/24",))]
    before = (await cycle.read()).configuration.text
    failures = await _converge(cycle, overlapping)
    assert [str(failure.line) for failure in failures] == ["ip address 10.90.0.7/24"]
    assert failures[0].reason.startswith("% ")
    assert (await cycle.read()).configuration.text == before
    assert switch.pending() == []


async def test_a_port_that_is_not_there_is_refused(cycle: Cycle, switch: LabSwitch) -> None:
    failures = await _converge(cycle, [Interface(ifname="Ethernet99", access=1, description="nothing")])
    assert [str(failure.line) for failure in failures] == ["interface Ethernet99"]
    assert "Ethernet99" not in switch.console("enable", "show running-config")


async def test_what_a_dead_run_left_goes_and_others_stay(cycle: Cycle, switch: LabSwitch) -> None:
    switch.console("enable", "configure session rec-dead00-1", "vlan 66", "end")
    switch.console("enable", "configure session somebody", "vlan 67", "end")
    await _assert_converged(cycle, [Vlan(id=60)])
    assert switch.pending() == ["somebody"]
    names = [f"s{number}" for number in range(4)]
    for name in names:
        switch.console("enable", f"configure session {name}", "end")
    failures = await _converge(cycle, [Vlan(id=61)])
    assert [failure.reason for failure in failures] == [
        "all 5 configuration sessions are open: s0, s1, s2, s3, somebody"
    ]
    for name in ("somebody", *names):
        switch.console("enable", f"configure session {name} abort")
    await _assert_converged(cycle, [Vlan(id=61)])


async def test_a_new_host_name_does_not_confuse(cycle: Cycle, switch: LabSwitch) -> None:
    await cycle.read()
    switch.console("enable", "configure terminal", "hostname spine-1.example", "end")
    assert "hostname spine-1.example" in (await cycle.read()).configuration.text
    await _assert_converged(cycle, [Vlan(id=80, label="renamed")])
    switch.console("enable", "configure terminal", "hostname ceos01", "end")
    await _assert_converged(cycle, LAB)


async def test_saving_makes_it_the_startup_configuration(cycle: Cycle, switch: LabSwitch) -> None:
    await _assert_converged(cycle, LAB)
    assert "Calico-Network-2" not in switch.console("enable", "show startup-config")
    await cycle.transport.save()
    assert "Calico-Network-2" in switch.console("enable", "show startup-config")


async def test_a_wrong_password_is_a_refused_login(switch: LabSwitch) -> None:
    transport = NetmikoTransport(replace(switch.settings, password="wrong"))
    with pytest.raises(Unreachable, match=r"^127.0.0.1: login refused for user admin$"):
        await transport.query(["show running-config"])
    await transport.close()


@pytest.fixture
def faults(switch: LabSwitch) -> Iterator[LabSwitch]:
    yield switch
    switch.console("lab fault clear")


async def test_what_somebody_types_while_our_session_is_open_is_kept(cycle: Cycle, faults: LabSwitch) -> None:
    await _assert_converged(cycle, LAB)
    faults.console("lab fault session-extra vlan 911")
    failures = await _converge(cycle, [*LAB, Vlan(id=81)])
    assert [failure.reason for failure in failures] == [
        "not committed: somebody else has changed the configuration since it was read"
    ]
    found = (await cycle.read()).found
    assert Key("vlan", "911") in found
    assert Key("vlan", "81") not in found
    assert faults.pending() == []


async def test_a_line_that_is_rejected_is_named(cycle: Cycle, faults: LabSwitch) -> None:
    faults.console("lab fault reject-line name bad")
    failures = await _converge(cycle, [*LAB, Vlan(id=82, label="bad")])
    assert [(str(failure.line), failure.reason) for failure in failures] == [("name bad", "% Invalid input")]
    assert Key("vlan", "82") not in (await cycle.read()).found
    assert faults.pending() == []


async def test_a_switch_that_refuses_all_logins_says_so(cycle: Cycle, faults: LabSwitch) -> None:
    faults.console("lab fault refuse-login")
    with pytest.raises(Unreachable, match="login refused for user admin"):
        await cycle.read()
    faults.console("lab fault clear")
    assert (await cycle.read()).found


@pytest.mark.parametrize("trouble", ["hang", "cut"])
async def test_a_switch_that_hangs_or_hangs_up_is_reached_again(faults: LabSwitch, trouble: str) -> None:
    transport = NetmikoTransport(replace(faults.settings, connect_timeout=3, command_timeout=2))
    cycle = Cycle(EosDriver(), transport)
    reading = await cycle.read()
    changes = cycle.plan(reading, [*LAB, Vlan(id=83)], OURS, routes=True)
    faults.console(f"lab fault {trouble}")
    began = time.monotonic()
    with pytest.raises(Unreachable):
        await cycle.apply(reading, changes)
    assert time.monotonic() - began < 30
    faults.console("lab fault clear")
    await _assert_converged(cycle, LAB)
    assert faults.pending() == []
    await transport.close()


async def test_a_slow_switch_is_only_slow(cycle: Cycle, faults: LabSwitch) -> None:
    faults.console("lab fault slow 0.2")
    await _assert_converged(cycle, [*LAB, Vlan(id=84, label="slow")])


async def test_a_warm_reading_is_as_quick_as_netmiko_s_own(switch: LabSwitch) -> None:
    from netmiko import ConnectHandler

    transport = NetmikoTransport(switch.settings)
    await transport.query(["show running-config"])
    ours = await _best_of(lambda: transport.query(["show running-config"]))
    await transport.close()
    device = {"device_type": "arista_eos", "host": "127.0.0.1", "port": switch.settings.port}
    bare = ConnectHandler(**device, username="admin", password="admin")
    bare.enable()
    theirs = await _best_of(lambda: asyncio.to_thread(bare.send_command, "show running-config"))
    bare.disconnect()
    assert ours < theirs * 1.2


async def _best_of(ask: object) -> float:
    assert callable(ask)
    times = []
    for _ in range(7):
        began = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - began)
    return min(times)


VLANS = (10, 20, 30, 31, 40)
NAMES = st.one_of(st.none(), st.sampled_from(["core", "edge", "Calico-Network"]))
TEXTS = st.one_of(st.none(), st.sampled_from(["uplink", "a # > b", "quo\"ted' $(x)", "ceos01#", "! end"]))
LISTS = st.one_of(st.just("1-4094"), st.sampled_from(["10", "10,20", "20,30-31", "30-31,40", "10,20,30-31,40,900"]))


def _vlans() -> st.SearchStrategy[list[Resource]]:
    one = st.builds(Vlan, id=st.sampled_from(VLANS), label=NAMES, state=st.sampled_from(["active", "suspend"]))
    return st.lists(one, max_size=4, unique_by=lambda vlan: vlan.id)


def _port(number: int, declared: list[int]) -> st.SearchStrategy[Resource]:
    """In VLANs that are wanted or somebody else's: EOS would make any other itself, for the next cycle to prune."""
    common = {
        "ifname": st.just(f"Ethernet{number}"),
        "description": TEXTS,
        "shutdown": st.booleans(),
        "mtu": st.sampled_from([None, 9000]),
    }
    address = st.sampled_from([(), (f"10.7.{number}.0/31",), (f"10.7.{number}.1/24", f"10.8.{number}.1/24")])
    return st.one_of(
        st.builds(Interface, **common, access=st.sampled_from((1, 900, *declared))),
        st.builds(
            Interface,
            **common,
            mode=st.just("trunk"),
            trunk_allowed=LISTS,
            trunk_native=st.sampled_from([1, 10, 40]),
        ),
        st.builds(Interface, **common, mode=st.just("routed"), addresses=address),
    )


@st.composite
def _svis(draw: st.DrawFn) -> list[Resource]:
    """Addresses change their places between SVIs, primary and secondary."""
    subnets = draw(st.permutations(range(1, 7)))
    svis: list[Resource] = []
    for vlan in draw(st.lists(st.sampled_from(VLANS), unique=True, max_size=3)):
        count = draw(st.integers(0, 2))
        mine, subnets = subnets[:count], subnets[count:]
        addresses = tuple(f"10.6.{subnet}.1/24" for subnet in mine)
        svis.append(
            Svi(
                vlan=vlan,
                addresses=addresses,
                description=draw(TEXTS),
                shutdown=draw(st.booleans()),
                mtu=draw(st.sampled_from([None, 9000])),
            )
        )
    return svis


def _routes() -> st.SearchStrategy[list[Resource]]:
    one = st.builds(
        StaticRoute,
        dst=st.sampled_from(["192.168.0.0/26", "192.168.64.0/26", "0.0.0.0/0"]),
        via=st.sampled_from(["10.6.1.9", "10.6.2.9"]),
        distance=st.sampled_from([1, 200]),
        tag=st.sampled_from([None, 7]),
        label=st.sampled_from([None, "calico"]),
    )
    return st.lists(one, max_size=3, unique_by=lambda route: route.name)


@st.composite
def _wishes(draw: st.DrawFn) -> list[Resource]:
    vlans = draw(_vlans())
    ports = [draw(_port(number, [int(vlan.name) for vlan in vlans])) for number in (1, 2, 3)]
    return [*vlans, *ports, *draw(_svis()), *draw(_routes()), Routing(enabled=draw(st.booleans()))]


@pytest.fixture(scope="module")
def law_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def law_cycle(
    tmp_path_factory: pytest.TempPathFactory, law_loop: asyncio.AbstractEventLoop
) -> Iterator[tuple[Cycle, LabSwitch]]:
    with lab_switch(tmp_path_factory.mktemp("law"), STARTUP) as running:
        transport = NetmikoTransport(running.settings)
        yield Cycle(EosDriver(host="172.20.20.2", client="172.20.20.1"), transport), running
        law_loop.run_until_complete(transport.close())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=_wishes(), second=_wishes())
def test_one_cycle_leads_from_any_state_to_any_other(
    law_cycle: tuple[Cycle, LabSwitch],
    law_loop: asyncio.AbstractEventLoop,
    first: list[Resource],
    second: list[Resource],
) -> None:
    cycle, running = law_cycle
    before = law_loop.run_until_complete(cycle.read()).configuration
    law_loop.run_until_complete(_assert_converged(cycle, first))
    law_loop.run_until_complete(_assert_converged(cycle, second))
    after = law_loop.run_until_complete(cycle.read()).configuration
    assert after.foreign == before.foreign
    assert after.rest == before.rest
    assert running.pending() == []
