"""A new revision comes in waves: who is first, who waits for whom, and what a failure means for the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.daemon.fasttime import run
from tests.daemon.world import ONE, TWO, World, other

NAMES = ("n1", "n2", "n3", "n4", "n5")
WAVES = "  rollout: {canary: 1, batch: 2, wait: 30s}\n"


def _world(tmp_path: Path, spec: str = WAVES) -> World:
    world = World(tmp_path, NAMES)
    world.spec = spec
    return world


def _done(world: World) -> list[str]:
    return [name for name in NAMES if world.has(name, ONE, TWO)]


def test_one_comes_first_then_two_at_a_time_with_a_pause_after_each(tmp_path: Path) -> None:
    world = _world(tmp_path)
    seen: list[list[str]] = []

    async def day() -> None:
        async with world.running():
            await asyncio.sleep(10.0)
            for _ in range(4):
                seen.append(_done(world))
                await asyncio.sleep(30.0)

    run(day())
    assert seen == [["n1"], ["n1", "n2", "n3"], list(NAMES), list(NAMES)]
    assert world.told("rollout")[0].data["converged"] is True


def test_who_waits_says_for_whom(tmp_path: Path) -> None:
    world = _world(tmp_path)

    async def day() -> None:
        async with world.running() as service:
            await asyncio.sleep(10.0)
            assert world.phase("n4") == "withheld"
            assert "waits for its turn in the rollout, after n1" in service.hub.standings["n4"].reason

    run(day())


def test_a_first_one_that_fails_ends_it_and_the_others_stay_as_they_were(tmp_path: Path) -> None:
    world = _world(tmp_path)
    world.transports["n1"].refuses = frozenset({ONE.name})

    async def day() -> None:
        async with world.running() as service:
            await asyncio.sleep(600.0)
            assert _done(world) == []
            assert "the rollout has stopped: n1 failed" in service.hub.standings["n5"].reason
            world.transports["n1"].refuses = frozenset()
            await asyncio.sleep(300.0)
            assert _done(world) == list(NAMES)

    run(day())


def test_a_newer_revision_begins_anew(tmp_path: Path) -> None:
    world = _world(tmp_path)

    async def day() -> None:
        async with world.running() as service:
            await asyncio.sleep(10.0)
            world.commit("c2", text=other(world, 7))
            await service.following.look()
            await asyncio.sleep(300.0)
            assert {world.phase(name) for name in NAMES} == {"in sync"}

    run(day())


def test_a_drift_waits_for_no_turn(tmp_path: Path) -> None:
    world = _world(tmp_path)

    async def day() -> None:
        async with world.running() as service:
            await asyncio.sleep(200.0)
            world.transports["n2"].refuses = frozenset({"10.7.0.0/16 table 254 metric 0"})
            world.commit("c2", text=other(world, 7))
            await service.following.look()
            await asyncio.sleep(1.0)
            world.lose("n1", ONE.key)
            await asyncio.sleep(5.0)
            assert world.has("n1", ONE)

    run(day())


def test_without_the_setting_everybody_is_written_to_at_once(tmp_path: Path) -> None:
    world = _world(tmp_path, "")

    async def day() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            assert _done(world) == list(NAMES)

    run(day())
