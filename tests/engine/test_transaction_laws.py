"""All or nothing: whatever fails, on whichever device, at whichever moment, all devices are new, or all are old."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.failpoint import failpoint
from reconciler.core.resource import Key
from reconciler.engine.outcome import Outcome
from tests.daemon.fasttime import run
from tests.engine.committing import Sort, Trouble
from tests.engine.together import CHANGES, TIMEOUT, Together, long_after

NAMES = ("n1", "n2", "n3")
STEPS = ("arm", "apply", "look", "reach", "confirm", "roll_back")
SORTS: tuple[Sort, ...] = ("refused", "stale", "unreachable", "lost")
ALL = [(name, key) for name in NAMES for key in CHANGES]
MOST = 3
Stages = list[list[tuple[str, Key]]]


@st.composite
def stages(draw: st.DrawFn) -> Stages:
    """Every change in one of a few stages."""
    places = draw(st.lists(st.integers(0, MOST - 1), min_size=len(ALL), max_size=len(ALL)))
    found: Stages = [[one for one, place in zip(ALL, places, strict=True) if place == now] for now in range(MOST)]
    return [stage for stage in found if stage]


troubles = st.builds(
    Trouble,
    at=st.sampled_from(STEPS),
    sort=st.sampled_from(SORTS),
    away=st.sampled_from([0.0, 0.2, 20.0, 90.0, math.inf]),
    later=st.integers(0, 4),
)


def is_told(outcomes: dict[str, Outcome]) -> bool:
    """Who did not fail is told who did; and nobody is told that all is well."""
    bad = [name for name, outcome in outcomes.items() if outcome.culprit]
    innocent = [outcome for outcome in outcomes.values() if not outcome.culprit]
    return bool(bad) and all(not outcome.ok and f"{bad[0]} failed" in outcome.error for outcome in innocent)


@settings(max_examples=100)
@given(stages(), troubles, st.sampled_from(NAMES))
def test_all_are_new_or_all_are_old(order: Stages, trouble: Trouble, name: str) -> None:
    """But for a device that falls silent for longer than its timer runs while it confirms: it may have done so."""
    nobody_knows = trouble.at == "confirm" and trouble.away > 60.0

    async def work() -> None:
        net = Together.of(len(NAMES))
        plan = await net.plan(*order, meanwhile="n1")
        net.transports[name].trouble = trouble
        began = asyncio.get_running_loop().time()
        outcomes = await net.apply(plan)
        took = asyncio.get_running_loop().time() - began
        assert took < (15.0 if trouble.away < 1.0 else TIMEOUT + 15.0), "nobody waits for a timer who is there"
        assert net.armed == []
        done = all(outcome.ok for outcome in outcomes.values())
        await long_after()
        if done:
            assert net.state == {"new"}
        elif nobody_knows and net.state != {"old"}:
            assert "not known to be rolled back" in outcomes[name].error
            assert all(net.was(other) for other in NAMES if other != name)
        else:
            assert net.state == {"old"}
            assert is_told(outcomes)
            assert all(outcome.taken_back for outcome in outcomes.values())

    run(work())


POINTS = ("armed", "applied", "reached", "confirmed")


@settings(max_examples=40)
@given(stages(), st.sampled_from(POINTS), st.sampled_from(["before", "one", "all"]), st.integers(0, 3))
def test_stopped_at_any_point_nothing_stays_between(order: Stages, point: str, when: str, later: int) -> None:
    """A daemon that is told to end, or a transaction that takes too long, leaves nothing half done."""

    async def work() -> None:
        net = Together.of(len(NAMES))
        plan = await net.plan(*order, meanwhile="n1")
        applying = asyncio.create_task(net.apply(plan))
        left = [later]

        def hear(name: str) -> None:
            left[0] -= name == f"{when} {point}"
            if left[0] == -1 and name == f"{when} {point}":
                applying.cancel()

        failpoint.hear = hear
        try:
            with suppress(asyncio.CancelledError):
                await applying
        finally:
            failpoint.hear = None
        assert net.armed == []
        assert net.state in ({"old"}, {"new"})
        await long_after()
        assert net.state in ({"old"}, {"new"})

    run(work())


@settings(max_examples=40)
@given(stages(), st.sampled_from(["before confirmed", "one confirmed", "all confirmed"]), st.integers(0, 6))
def test_killed_while_it_confirms_it_leaves_a_state_on_the_way(order: Stages, point: str, later: int) -> None:
    """Every device is where it was before some stage, or after it: such states are proven to hurt nobody."""

    async def work() -> None:
        net = Together.of(len(NAMES))
        plan = await net.plan(*order, meanwhile="n1")
        passed = [net.rows]
        left = [later]

        def hear(name: str) -> None:
            if name == "all applied":
                passed.append(net.rows)
            left[0] -= name == point
            if left[0] == -1 and name == point:
                for transport in net.transports.values():
                    transport.down = "we are dead"

        failpoint.hear = hear
        try:
            await net.apply(plan)
        finally:
            failpoint.hear = None
        await long_after()
        ways = zip([*passed[:1], *passed], passed, strict=False)
        assert any(all(now in (old[one], new[one]) for one, now in net.rows.items()) for old, new in ways)

    run(work())


def _devices(order: Stages) -> list[set[str]]:
    return [{name for name, _ in stage} for stage in order]


@settings(max_examples=20)
@given(stages())
def test_nothing_is_written_before_all_are_armed_and_no_stage_before_the_one_before(order: Stages) -> None:
    async def work() -> None:
        net = Together.of(len(NAMES))
        outcomes = await net.apply(await net.plan(*order))
        assert all(outcome.ok for outcome in outcomes.values())
        steps = [step for _, step in net.log]
        assert sorted(net.log[: len(NAMES)]) == [(name, "arm") for name in NAMES]
        told = iter(name for name, step in net.log if step == "apply")
        assert [set(islice(told, len(names))) for names in _devices(order)] == _devices(order)
        assert list(told) == []
        last_look = max(place for place, step in enumerate(steps) if step == "look")
        assert max(place for place, step in enumerate(steps) if step == "apply") < last_look
        assert steps.index("reach") > last_look
        assert steps.index("confirm") > max(place for place, step in enumerate(steps) if step == "reach")

    run(work())
