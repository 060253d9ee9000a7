"""A law: one cycle leads from any state of the lab's switch to any other, and nothing of others changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.resource import Resource
from reconciler.switch.eos import EosDriver
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.transport.netmiko import NetmikoTransport
from tests.transport_netmiko.lab_switch import STARTUP, Cycle, LabSwitch, assert_converged, lab_switch

VLANS = (10, 20, 30, 31, 40)
NAMES = st.one_of(st.none(), st.sampled_from(["core", "edge", "Calico-Network"]))
TEXTS = st.one_of(st.none(), st.sampled_from(["uplink", "a # > b", "quo\"ted' $(x)", "ceos01#", "! end"]))
LISTS = st.one_of(st.just("1-4094"), st.sampled_from(["10", "10,20", "20,30-31", "30-31,40", "10,20,30-31,40,900"]))


def _vlans() -> st.SearchStrategy[list[Resource]]:
    one = st.builds(Vlan, id=st.sampled_from(VLANS), label=NAMES, state=st.sampled_from(["active", "suspend"]))
    return st.lists(one, max_size=4, unique_by=lambda vlan: vlan.key)


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


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=_wishes(), second=_wishes())
def test_one_cycle_leads_from_any_state_to_any_other(
    law_cycle: tuple[Cycle, LabSwitch],
    law_loop: asyncio.AbstractEventLoop,
    first: list[Resource],
    second: list[Resource],
) -> None:
    cycle, running = law_cycle
    before = law_loop.run_until_complete(cycle.read()).configuration
    law_loop.run_until_complete(assert_converged(cycle, first))
    law_loop.run_until_complete(assert_converged(cycle, second))
    after = law_loop.run_until_complete(cycle.read()).configuration
    assert after.foreign == before.foreign
    assert after.rest == before.rest
    assert running.pending() == []
