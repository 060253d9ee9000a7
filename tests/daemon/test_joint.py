"""A new revision comes to all devices whose packets it concerns in one transaction; a drift is one device's own."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from reconciler.daemon.service import Service
from tests.daemon.fasttime import run
from tests.daemon.flowing import Flowing
from tests.engine.committing import Trouble

Story = Callable[[Service], Awaitable[None]]
STEPS = ["arm", "apply", "look", "reach", "confirm"]


def during(world: Flowing, story: Story) -> None:
    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            await story(service)

    run(work())


async def pushed(world: Flowing, text: str, revision: str = "c2") -> None:
    """Another revision is there, and has been looked at; nothing has been written for it yet."""
    world.log.clear()
    world.events.clear()
    world.commit(revision, text=text)
    await world.service.following.look()


def counts(world: Flowing, step: str) -> int:
    return [one for _, one in world.log].count(step)


def armed(world: Flowing) -> list[str]:
    return [name for name, node in world.nodes.items() if node.armed]


def test_all_of_them_change_in_one_transaction(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        await pushed(world, world.tunnelled(100))
        await asyncio.sleep(5.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}
        assert counts(world, "arm") == 3
        assert sorted({name for name, step in world.log if step == "confirm"}) == ["n1", "n2", "n3"]
        first_write = next(place for place, (_, step) in enumerate(world.log) if step == "apply")
        assert sorted(name for name, step in world.log[:first_write] if step == "arm") == ["n1", "n2", "n3"]
        assert sorted(event.device for event in world.told("applied")) == ["n1", "n2", "n3"]

    during(world, story)


def test_one_that_fails_takes_all_back_and_the_others_go_on_without_it(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        world.nodes["n2"].trouble = Trouble("apply", "refused")
        await pushed(world, world.routed(n1=BESIDE, n2=BESIDE, n3=BESIDE).replace(TO_THREE, PAST_THREE))
        async with asyncio.timeout(5.0):
            while len(world.told("retry")) < 3:
                await asyncio.sleep(0.001)
        assert world.told("applied") == []
        assert [world.phase(name) for name in world.places] == ["failed"] * 3
        assert armed(world) == []
        said = {event.device: event.words for event in world.told("retry")}
        assert sorted(said) == ["n1", "n2", "n3"]
        assert said["n1"] == "applying failed on n1: n2 failed; rolled back"
        assert "refused" in said["n2"]
        await asyncio.sleep(30.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}

    during(world, story)


BESIDE = "    - {dst: 192.168.9.0/24, via: 10.0.0.9, dev: eth1}\n"
TO_THREE, PAST_THREE = "192.168.3.0/24, via: 10.0.0.3, ", "192.168.3.0/24, via: 10.0.0.3, metric: 5, "


def test_who_keeps_failing_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        world.nodes["n2"].refuses = frozenset({"192.168.9.0/24 table 254 metric 0"})
        await pushed(world, world.routed(n1=BESIDE, n2=BESIDE, n3=BESIDE).replace(TO_THREE, PAST_THREE))
        await asyncio.sleep(20.0)
        assert [world.phase(name) for name in world.places] == ["in sync", "failed", "in sync"]
        await asyncio.sleep(300.0)
        assert {one.kind for one in service.hub.conditions} == {"failed"}
        assert len(world.told("retry")) == 3
        assert counts(world, "arm") < 40, "it is tried again by backoff"
        world.nodes["n2"].refuses = frozenset()
        await asyncio.sleep(120.0)
        assert world.phase("n2") == "in sync"

    during(world, story)


def test_a_device_that_falls_silent_for_good_comes_back_by_itself(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        before = world.nodes["n2"].rows.copy()
        world.nodes["n2"].trouble = Trouble("apply", "lost", math.inf)
        await pushed(world, world.tunnelled(100))
        await asyncio.sleep(70.0)
        assert world.nodes["n2"].rows == before
        assert world.phase("n2") == "unreachable"
        await asyncio.sleep(200.0)
        assert world.phase("n2") == "unreachable"
        assert armed(world) == []

    during(world, story)


def test_a_suspension_of_one_while_they_wait_keeps_all_as_they_are(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        async with service.hub.writing(["n3"]):
            await pushed(world, world.tunnelled(100))
            await asyncio.sleep(1.0)
            world.suspend("*", None)
            await asyncio.sleep(1.0)
        await asyncio.sleep(60.0)
        assert counts(world, "arm") == 0
        service.resume("*", "me")
        await asyncio.sleep(10.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}
        assert counts(world, "arm") == 3, "together, as they would have been"

    during(world, story)


def test_a_newer_revision_while_they_wait_is_the_one_that_is_written(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        async with service.hub.writing(["n3"]):
            await pushed(world, world.tunnelled(100))
            await asyncio.sleep(1.0)
            world.commit("c3", text=world.tunnelled(300))
            await service.following.look()
            await asyncio.sleep(1.0)
        await asyncio.sleep(10.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}
        assert counts(world, "arm") == 3
        assert not any('"id": 100' in line for node in world.nodes.values() for line in node.sent)

    during(world, story)


@pytest.mark.parametrize("patience", [0.0, 3.0, 30.0])
def test_told_to_end_in_the_middle_it_finishes_or_takes_back(tmp_path: Path, patience: float) -> None:
    world = Flowing(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            before = {name: node.rows.copy() for name, node in world.nodes.items()}
            step = world.nodes["n2"].step

            async def slow(name: str, *rest: object) -> object:
                await asyncio.sleep(5.0 if name == "reach" else 0.0)
                return await step(name, *rest)  # type: ignore[arg-type]

            world.nodes["n2"].step = slow  # type: ignore[method-assign,assignment]
            await pushed(world, world.tunnelled(100))
            await asyncio.sleep(1.0)
            assert armed(world) == ["n1", "n2", "n3"]
            began = asyncio.get_running_loop().time()
            await service.deployment.stop(patience)
            assert asyncio.get_running_loop().time() - began < patience + 6.0
            assert armed(world) == []
            now = {name: node.rows for name, node in world.nodes.items()}
            assert (now == before) is (patience < 5.0)
            assert all(world.routes(name, "vx1") > 0 for name in world.places) is (patience > 5.0)

    run(work())


def test_what_cannot_be_recorded_of_one_is_sent_to_none(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        async def record(device: object, *rest: object) -> bool:
            return getattr(device, "name", "") != "n2"

        before, service.hub.record = service.hub.record, record
        await pushed(world, world.tunnelled(100))
        await asyncio.sleep(5.0)
        assert counts(world, "arm") == 0
        service.hub.record = before
        service.deployment.call_all()
        await asyncio.sleep(5.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}

    during(world, story)


def test_a_drift_on_one_of_them_is_its_own_and_is_gone_at_once(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        world.log.clear()
        lost = next(key for key, row in world.nodes["n2"].rows.items() if row.get("gateway") == "10.0.0.3")
        world.lose("n2", lost)
        await asyncio.sleep(0.5)
        assert lost in world.nodes["n2"].rows
        assert {name for name, _ in world.log} == {"n2"}
        assert counts(world, "arm") == 0

    during(world, story)
