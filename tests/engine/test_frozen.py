"""What is not understood in full freezes itself, and nothing else of its device."""

from __future__ import annotations

from pathlib import Path

from tests.engine.fakes import DictDriver, DictTransport, device
from tests.engine.test_cycle import FOREIGN, ONE, STALE, TWO, cycle, has, run

WHY = "line 45, 'ip address 10.0.0.1 255.255.x': not understood"


async def test_a_wanted_one_is_not_written_and_the_rest_is(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, STALE)
    made = cycle(tmp_path, [device("n1", there, DictDriver(frozen={ONE.key: WHY}))])
    plan = await made.plan()
    assert (plan.devices[0].status, plan.devices[0].reason) == ("unreadable", f"{ONE.key}: {WHY}")
    assert [planned.change.key for planned in plan.devices[0].changes] == [TWO.key, STALE.key]
    (outcome,) = await made.apply(plan)
    assert outcome.ok
    assert has(there, ONE, TWO)
    assert STALE.key not in there.rows


async def test_one_of_ours_is_not_pruned(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, TWO, STALE)
    plan = await cycle(tmp_path, [device("n1", there, DictDriver(frozen={STALE.key: WHY}))]).plan()
    assert plan.devices[0].status == "unreadable"
    assert plan.devices[0].changes == ()


async def test_a_stranger_s_is_nobody_s_business(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, TWO, FOREIGN)
    made = cycle(tmp_path, [device("n1", there, DictDriver(frozen={FOREIGN.key: WHY}))])
    assert (await made.plan()).devices[0].in_sync
    assert await run(made) == []


async def test_many_are_counted(tmp_path: Path) -> None:
    stale = [type(ONE)(dst=f"10.9.{n}.0/24", dev="eth1", protocol=142) for n in range(12)]
    there = DictTransport.having(ONE, TWO, *stale)
    plan = await cycle(tmp_path, [device("n1", there, DictDriver(frozen={one.key: WHY for one in stale}))]).plan()
    assert plan.devices[0].reason.endswith("; and 4 more")
