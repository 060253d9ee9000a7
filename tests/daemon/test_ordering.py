"""The order of a waiting plan is worked out once; whoever leaves late devices out must not cut off more pairs."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass, field
from typing import cast

import pytest

from reconciler.core.driver import Reading
from reconciler.core.plan import Plan
from reconciler.core.resource import state_of
from reconciler.core.schedule import Blast, Pair, Schedule
from reconciler.daemon.joint import _is_no_worse
from reconciler.daemon.ordering import Ordering
from reconciler.daemon.writing import Writing
from reconciler.engine.cycle import Cycle
from reconciler.engine.observe import Sight
from reconciler.linux.link import Link

A, B = Pair("a", "b"), Pair("b", "a")


@dataclass
class Counting:
    """As much of a cycle as there is to ask for an order; ``orders``: how often that was."""

    seen: dict[str, Sight] = field(default_factory=dict)
    orders: int = 0

    def in_order(self, plan: Plan) -> Plan:
        self.orders += 1
        return dataclasses.replace(plan, schedule=Schedule((), Blast(self.orders)))

    def reads(self, *names: str) -> None:
        self.seen["n1"] = Sight("n1", Reading(state_of([Link(ifname=name) for name in names])))


async def test_it_is_asked_for_anew_only_where_devices_plan_or_documents_are_others() -> None:
    cycle, ordering = Counting(), Ordering()
    cycle.reads("eth0")

    async def order(plan: Plan, of: Counting) -> int:
        schedule = (await ordering.of(plan, cast("Cycle", of))).schedule
        assert schedule is not None
        return schedule.blast.pairs

    plan = Plan("r1", ())
    assert [await order(plan, cycle), await order(plan, cycle)] == [1, 1]
    cycle.reads("eth0")
    assert await order(plan, cycle) == 1, "it reads the same again"
    cycle.reads("eth0", "eth1")
    assert await order(plan, cycle) == 2
    assert await order(plan, other := Counting(cycle.seen)) == 1
    assert (cycle.orders, other.orders) == (2, 1)


def planned(**blast: object) -> Plan:
    return Plan("r1", (), schedule=Schedule((), dataclasses.replace(Blast(12), **blast)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("without", "whole", "is_no_worse"),
    [
        (planned(), planned(), True),
        (planned(), planned(interrupted={A: "why"}), True),
        (planned(interrupted={A: "why"}), planned(interrupted={A: "for another reason"}), True),
        (planned(interrupted={A: "why"}), planned(), False),
        (planned(interrupted={A: "why"}), planned(interrupted={B: "why"}), False),
        (planned(lost=frozenset({A})), planned(), False),
        (planned(lost=frozenset({A})), planned(lost=frozenset({A, B})), True),
        (Plan("r1", ()), planned(), True),
    ],
)
def test_late_devices_are_left_out_only_where_nobody_else_is_cut_off(
    without: Plan, whole: Plan, is_no_worse: bool
) -> None:
    assert _is_no_worse(without, whole) == is_no_worse


async def test_one_writes_to_a_device_at_a_time_and_nobody_waits_in_a_circle() -> None:
    writing, log = Writing(), list[str]()

    async def writes(name: str, *devices: str) -> None:
        async with writing(devices):
            log.append(f"{name} begins")
            await asyncio.sleep(0)
            log.append(f"{name} ends")

    async with asyncio.timeout(5):
        await asyncio.gather(writes("one", "b", "a"), writes("two", "a", "b"), writes("three", "b"))
    begun, ended = log[::2], log[1::2]
    assert [words.replace("begins", "ends") for words in begun] == ended
    assert len(set(begun)) == 3


async def test_who_writes_elsewhere_does_not_wait() -> None:
    writing = Writing()
    async with writing(["a"]), asyncio.timeout(5), writing(["b"]):
        pass
