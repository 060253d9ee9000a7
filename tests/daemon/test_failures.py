"""What failure means: every operation fails once, devices are away, and nothing gets stuck."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.driver import Answer, Failure, Script, Unreachable
from tests.daemon.fasttime import run
from tests.daemon.world import ONE, TWO, World
from tests.engine.fakes import DictTransport

MINUTE, HOUR = 60.0, 3600.0


class Flaky(DictTransport):
    """Fails once, at one operation."""

    def __init__(self, at: int, how: str) -> None:
        super().__init__()
        self.at, self.how, self.count = at, how, 0

    async def query(self, questions: Any) -> list[Answer]:
        await self._trip()
        return list(await super().query(questions))

    async def apply(self, script: Script) -> list[Failure]:
        self.count += 1
        if self.count == self.at and self.how == "refused":
            return [Failure(None, "refused just this once")]
        if self.count == self.at and self.how == "cut off":
            await super().apply(script)
            raise Unreachable("broke off after it was done")
        if self.count == self.at:
            await self._fail()
        return list(await super().apply(script))

    async def _trip(self) -> None:
        self.count += 1
        if self.count == self.at:
            await self._fail()

    async def _fail(self) -> None:
        if self.how == "mistake":
            raise ZeroDivisionError("nobody has foreseen this")
        raise Unreachable("gone for a moment")


@pytest.mark.parametrize("how", ["unreachable", "refused", "cut off", "mistake"])
@pytest.mark.parametrize("at", range(1, 9))
def test_one_failure_of_any_operation_heals_by_itself(tmp_path: Path, at: int, how: str) -> None:
    world = World(tmp_path)
    world.transports["n1"] = Flaky(at, how)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.forge("n1") if "n1" in world.service.deployment.keepers else None
            await asyncio.sleep(2 * MINUTE)
            assert world.has("n1", ONE, TWO)
            assert world.phase("n1") == "in sync"
            assert world.has("n2", ONE, TWO)
            assert list(world.service.hub.conditions) == []

    run(work())


def test_a_device_that_is_away_for_a_day_is_one_condition_and_heals_within_the_longest_pause(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.transports["n2"].down = "no route to host"

    async def away() -> None:
        async with world.running():
            await asyncio.sleep(24 * HOUR)
            assert world.has("n1", ONE, TWO)
            assert world.phase("n2") == "unreachable"
            assert 1000 < world.transports["n2"].reads < 2000
            world.transports["n2"].down = ""
            await asyncio.sleep(73.0)
            assert world.has("n2", ONE, TWO)

    run(away())
    assert [event.data["episode"] for event in world.told("unreachable")] == ["opened", "resolved"]


def test_what_does_not_stay_is_a_failure_that_is_tried_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.transports["n1"].forgets = frozenset({ONE.key.name})

    async def forgetful() -> None:
        async with world.running():
            await asyncio.sleep(10 * MINUTE)
            assert world.phase("n1") == "failed"
            assert len(world.transports["n1"].sent) < 60
            world.transports["n1"].forgets = frozenset()
            await asyncio.sleep(80.0)
            assert world.phase("n1") == "in sync"

    run(forgetful())
    (opened, resolved) = world.told("failed")
    assert opened.level == "error"
    assert "still differs after applying: create route 10.1.0.0/16 table 254 metric 0" in opened.words
    assert resolved.data["episode"] == "resolved"


def test_a_failure_that_is_over_at_once_is_no_condition(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def race() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            world.transports["n1"].refuses = frozenset({ONE.key.name})
            world.forge("n1")
            await asyncio.sleep(0.01)
            world.transports["n1"].refuses = frozenset()
            await asyncio.sleep(0.2)
            assert world.has("n1", ONE)

    run(race())
    assert [event.kind for event in world.events if event.level in ("warning", "error")] == ["drift", "retry"]


def test_a_device_that_falls_silent_while_it_is_written_to_is_unreachable(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Silenced(DictTransport):
        async def apply(self, script: Script) -> Any:
            self.down = "no answer for 9 s"
            raise Unreachable(self.down)

    world.transports["n1"] = Silenced.having()

    async def fall() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            assert world.phase("n1") == "unreachable"

    run(fall())
    assert [event.kind for event in world.events if event.level in ("warning", "error")] == ["unreachable", "rollout"]
