"""What a transaction does, one thing at a time: interlock, time, probes, what is armed, and what people are told."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from typing import Any

import pytest

from reconciler.core.codec import as_json
from reconciler.engine.observe import Sight
from reconciler.engine.transaction.terms import Mode
from reconciler.linux.route import Route
from reconciler.report.outcome import reasons
from tests.daemon.fasttime import run
from tests.engine.committing import Trouble
from tests.engine.test_cycle import ONE, STALE, TWO
from tests.engine.together import MEANWHILE, TIMEOUT, Together, long_after

HAND = Route(dst="10.1.0.0/16", gateway="10.0.0.77", dev="eth1", protocol=142)
"""Somebody has changed the first route by hand."""


def test_what_it_says_of_a_device_that_failed_and_of_the_others() -> None:
    async def work() -> None:
        net = Together.of()
        net.transports["n2"].refuses = frozenset({TWO.name})
        found = await net.apply(await net.plan())
        assert list(reasons(found["n1"])) == ["n2 failed; rolled back"]
        assert list(reasons(found["n3"])) == ["n2 failed; rolled back"]
        first, second = reasons(found["n2"])
        assert first == "rolled back"
        assert second.endswith(": refused")
        assert [outcome.culprit for outcome in found.values()] == [False, True, False]

    run(work())


def test_a_device_that_cannot_be_armed_keeps_all_from_being_written_to() -> None:
    async def work() -> None:
        net = Together.of()
        net.transports["n3"].trouble = Trouble("arm", "refused")
        found = await net.apply(await net.plan())
        assert not any(step == "apply" for _, step in net.log)
        assert list(reasons(found["n1"])) == ["n3 failed; nothing was sent to it"]
        assert net.state == {"old"}

    run(work())


def test_what_moved_since_it_was_read_is_left_as_it_is_and_all_is_planned_anew() -> None:
    """In a second stage, where it is read again: nothing is sent to that device, the others are led back first."""

    async def work() -> None:
        net = Together.of(2)
        keys = (ONE.key, TWO.key, STALE.key)
        plan = await net.plan([("n1", key) for key in keys], [("n2", key) for key in keys])
        net.transports["n2"].rows[ONE.key] = as_json(HAND)
        found = await net.apply(plan)
        assert all(outcome.ok for outcome in found.values())
        assert net.state == {"new"}
        assert net.steps("n1").count("roll_back") == 1
        assert net.steps("n2").count("arm") == 2
        assert net.steps("n2").count("apply") == 1
        assert net.transports["n2"].came_back == 0, "an undo would have overwritten what somebody has changed"

    run(work())


def test_what_stands_in_goes_by_the_device_itself_where_nobody_reaches_it_any_more() -> None:
    async def work() -> None:
        net = Together.of(2)
        keys = (ONE.key, TWO.key, STALE.key)
        plan = await net.plan([("n1", key) for key in keys], [("n2", key) for key in keys], meanwhile="n1")
        net.transports["n1"].trouble = Trouble("apply", "lost", math.inf)
        await net.apply(plan)
        await long_after()
        assert net.state == {"old"}

    run(work())


def test_what_stands_in_and_is_changed_by_somebody_meanwhile_is_found_out() -> None:
    """Everything is taken back then, and done anew as the engine orders it."""

    async def work() -> None:
        net = Together.of(2)
        keys = (ONE.key, TWO.key, STALE.key)
        plan = await net.plan([("n1", key) for key in keys], [("n2", key) for key in keys], meanwhile="n1")
        touched = dataclasses.replace(MEANWHILE, gateway="10.0.0.77")
        step = net.transports["n1"].step

        async def meddle(name: str, *rest: Any) -> Any:
            if name == "look" and MEANWHILE.key in net.transports["n1"].rows and net.steps("n1").count("apply") == 1:
                net.transports["n1"].rows[MEANWHILE.key] = as_json(touched)
            return await step(name, *rest)

        net.transports["n1"].step = meddle  # type: ignore[method-assign,assignment]
        await net.apply(plan)
        assert net.steps("n1").count("roll_back") == 1

    run(work())


def test_what_is_not_what_people_were_shown_is_not_applied() -> None:
    """A stranger's new route would be deleted now; nobody was shown that."""
    more = Route(dst="10.9.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142)

    async def work() -> None:
        net = Together.of(2)
        plan = await net.plan()
        net.transports["n2"].rows[more.key] = as_json(more)
        net.transports["n2"].meanwhile = HAND
        found = await net.apply(plan)
        assert not any(outcome.ok for outcome in found.values())
        assert net.was("n1")
        assert more.key in net.transports["n2"].rows
        assert net.transports["n2"].rows[ONE.key]["gateway"] == HAND.gateway
        assert [step for _, step in net.log].count("arm") == 2

    run(work())


def test_a_device_that_has_gone_meanwhile_does_not_leave_the_others_to_go_on_without_it() -> None:
    async def work() -> None:
        net = Together.of(2)
        plan = await net.plan()
        net.transports["n2"].trouble = Trouble("look", "unreachable", math.inf)
        net.transports["n1"].meanwhile = HAND
        found = await net.apply(plan)
        assert sorted(found) == ["n1", "n2"]
        assert not any(outcome.ok for outcome in found.values())
        await long_after()
        assert net.was("n2")

    run(work())


def test_what_is_late_is_never_confirmed() -> None:
    async def work() -> None:
        net = Together.of(2)
        plan = await net.plan()
        reach = net.transports["n1"].step

        async def slow(name: str, *rest: Any) -> Any:
            await asyncio.sleep(TIMEOUT - 3.0 if name == "reach" else 0.0)
            return await reach(name, *rest)

        net.transports["n1"].step = slow  # type: ignore[method-assign,assignment]
        found = await net.apply(plan)
        assert [list(reasons(one)) for one in found.values()] == [["it took longer than 60 s; rolled back"]] * 2
        assert ("n2", "confirm") not in net.log
        assert net.state == {"old"}

    run(work())


def test_who_confirmed_before_another_could_not_is_led_back_by_the_same_diff() -> None:
    async def work() -> None:
        net = Together.of()
        net.transports["n2"].trouble = Trouble("confirm", "refused")
        found = await net.apply(await net.plan())
        assert net.state == {"old"}
        assert net.steps("n1")[-2:] == ["alone", "look"]
        assert list(reasons(found["n1"])) == ["n2 failed; rolled back"]

    run(work())


def test_a_mistake_of_ours_in_the_middle_is_told_as_one_and_takes_all_back() -> None:
    async def work() -> None:
        net = Together.of()
        plan = await net.plan()

        step = net.transports["n2"].step

        async def stumble(name: str, *rest: Any) -> Any:
            return 1 // 0 if name == "apply" else await step(name, *rest)

        net.transports["n2"].step = stumble  # type: ignore[method-assign,assignment]
        with pytest.raises(ZeroDivisionError):
            await net.apply(plan)
        assert net.armed == []
        assert net.state == {"old"}

    run(work())


@pytest.mark.parametrize(("mode", "armed"), [("never", False), ("risky", True), ("always", True)])
def test_without_a_way_back_a_failure_leaves_the_others_as_they_came_to_be(mode: Mode, armed: bool) -> None:
    async def work() -> None:
        net = Together.of(mode=mode)
        net.transports["n2"].refuses = frozenset({TWO.name})
        found = await net.apply(await net.plan())
        assert any(step == "arm" for _, step in net.log) is armed
        assert [outcome.ok for outcome in found.values()] == [not armed, False, not armed]
        assert net.new("n1") is not armed

    run(work())


def test_a_device_whose_way_back_cannot_be_written_down_is_not_written_to() -> None:
    async def work() -> None:
        net = Together.of(2)
        plan = await net.plan()
        net.made.devices["n2"].driver.unspeakable = STALE.name  # type: ignore[attr-defined]
        found = await net.apply(plan)
        assert net.state == {"old"}
        assert "cannot be armed, for there is no way back" in found["n2"].error
        assert not any(step == "apply" for _, step in net.log)

    run(work())


def test_what_of_a_device_cannot_be_read_is_not_taken_to_be_gone() -> None:
    """A look that understands no routes after the way back: nothing is made a second time on the strength of it."""

    async def work() -> None:
        net = Together.of(2)
        net.transports["n1"].trouble = Trouble("reach", "unreachable")
        plan = await net.plan()
        look = net.made.look

        async def blind(names: Any, **options: Any) -> Any:
            sights = dict(await look(names, **options))
            if not net.armed:
                for name in names:
                    reading = sights[name].reading
                    assert reading is not None
                    found = {key: row for key, row in reading.found.items() if key.kind != "route"}
                    blinded = dataclasses.replace(reading, found=found, unread={"route": "half an answer"})
                    sights[name] = Sight(name, blinded, "unreadable")
            return sights

        net.made.look = blind  # type: ignore[method-assign]
        net.made.terms = dataclasses.replace(net.made.terms, timeout=15.0)
        found = await net.apply(plan)
        assert not any(step == "alone" for _, step in net.log)
        assert "cannot be proven" in found["n1"].error
        assert net.state == {"old"}

    run(work())
