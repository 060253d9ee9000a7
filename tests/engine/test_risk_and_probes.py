"""Which plans are worth a way back, and which pings decide whether what was done stays."""

from __future__ import annotations

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Reading, Script
from reconciler.core.plan import DevicePlan, Plan, Planned
from reconciler.core.resource import Resource
from reconciler.core.schedule import Blast, Pair, Schedule
from reconciler.engine.transaction.probes import Probes
from reconciler.engine.transaction.risk import armed_for
from reconciler.engine.transaction.terms import Terms
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.report.outcome import reasons
from reconciler.walk.flow import Flow
from tests.daemon.fasttime import run
from tests.engine.test_cycle import ONE
from tests.engine.together import Together


def planned(*after: Resource, devices: int = 1, interrupts: bool = False) -> Plan:
    changes = tuple(Planned(Change(None, one), ()) for one in after)
    script = Script((object(),))  # type: ignore[arg-type]
    plans = [
        DevicePlan(f"n{place}", "linux", changes=changes, script=script, reading=Reading({}))
        for place in range(devices)
    ]
    hurt = {Pair("a", "b"): "no route"} if interrupts else {}
    return Plan("c1", tuple(plans), schedule=Schedule((), Blast(2, interrupted=hurt)))


ENTRY = Neighbour(dev="eth1", dst="10.0.0.9", lladdr="02:00:00:00:00:09")
RISKS = {
    "a single neighbour": (planned(ENTRY), False),
    "a route": (planned(ONE), False),
    "two devices": (planned(ENTRY, devices=2), True),
    "a link": (planned(Link(ifname="eth1", mtu=1400)), True),
    "an address": (planned(Address(dev="eth1", local="10.0.0.2", prefixlen=24)), True),
    "a rule": (planned(Rule(priority=100, family=4, table=100)), True),
    "the default route": (planned(Route(dst="0.0.0.0/0", gateway="10.0.0.1", dev="eth1", protocol=3)), True),
    "the default route of IPv6": (planned(Route(dst="::/0", gateway="fe80::1", dev="eth1", protocol=3)), True),
    "an interruption": (planned(ENTRY, interrupts=True), True),
}


@pytest.mark.parametrize("risk", RISKS)
def test_what_is_worth_a_way_back(risk: str) -> None:
    plan, armed = RISKS[risk]
    assert bool(armed_for(plan, Terms("risky"))) is armed
    assert armed_for(plan, Terms("always"))
    assert not armed_for(plan, Terms("never"))


def probes(net: Together, *targets: str) -> Probes:
    flows = [Flow("n1", "n2", "10.0.0.2", target) for target in targets]
    return Probes(net.made.devices, flows)


def probed(net: Together, *targets: str) -> None:
    net.made.probes = lambda plan: probes(net, *targets)  # type: ignore[method-assign]


def test_only_who_answered_before_has_to_answer_after() -> None:
    async def work() -> None:
        net = Together.of(2)
        probed(net, "10.0.0.3", "10.0.0.4")
        net.transports["n1"].hears = lambda address: address == "10.0.0.3"
        found = await net.apply(await net.plan())
        assert all(outcome.ok for outcome in found.values())
        assert [step for _, step in net.log].count("ping") == 2

    run(work())


@pytest.mark.parametrize(("comes_back", "ok"), [(2, True), (9, False)])
def test_who_does_not_answer_any_more_has_all_rolled_back(comes_back: int, ok: bool) -> None:
    """The first packet after a change may be lost: it is asked a few times."""

    async def work() -> None:
        net = Together.of(2)
        probed(net, "10.0.0.3")
        net.transports["n1"].hears = lambda address: net.steps("n1").count("ping") in (1, 1 + comes_back)
        found = await net.apply(await net.plan())
        assert all(outcome.ok is ok for outcome in found.values())
        assert net.state == {"new" if ok else "old"}
        if not ok:
            told = "n1 does not reach 10.0.0.3 on n2 any more; rolled back"
            assert [list(reasons(outcome)) for outcome in found.values()] == [[told]] * 2

    run(work())


def test_nobody_is_asked_where_that_is_not_wanted() -> None:
    async def work() -> None:
        net = Together.of(2, probes=False)
        probed(net, "10.0.0.3")
        await net.apply(await net.plan())
        assert ("n1", "ping") not in net.log

    run(work())
