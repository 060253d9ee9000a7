"""Back to an older revision: it stays in force whatever is pushed, until somebody says otherwise."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reconciler.daemon.rollback import Rollback
from tests.daemon.fasttime import now, run
from tests.daemon.world import TWO, World, other

HOUR = 3600.0


async def gone_back(world: World, revision: str = "c1") -> None:
    """c2 was in force, and somebody went back to c1."""
    service = world.service
    checkout = service.deployment.checkout
    assert checkout is not None
    assert service.following.archive is not None
    rollback = Rollback(1, revision, checkout.revision, "ada", now(), "it hurt")
    async with service.following.turn:
        await service.following.roll_back(rollback, await service.following.archive.at(revision))
    await asyncio.sleep(1.0)


async def second(world: World) -> None:
    await asyncio.sleep(1.0)
    world.commit("c2", text=other(world, 9))
    world.service.following.poke()
    await asyncio.sleep(1.0)
    assert in_force(world) == "c2"
    assert TWO.key not in world.transports["n1"].rows


def in_force(world: World) -> str:
    checkout = world.service.deployment.checkout
    return checkout.revision if checkout else ""


def of(world: World, kind: str) -> list[object]:
    return [event.data["episode"] for event in world.told(kind) if "episode" in event.data]


def test_what_was_left_stays_left_and_devices_are_as_recorded(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await second(world)
            await gone_back(world)
            assert world.has("n1", TWO)
            await asyncio.sleep(HOUR)
            assert in_force(world) == "c1"
            assert world.has("n2", TWO)
            (condition,) = world.service.hub.conditions
            assert condition.words == (
                "rolled back to revision c1 of cycle 1 by ada: it hurt; revision c2 and newer ones are held until "
                "one is approved"
            )

    run(work())
    assert of(world, "rolled back") == ["opened"]
    assert of(world, "revision") == []


def test_a_newer_revision_waits_for_approval(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await second(world)
            await gone_back(world)
            world.commit("c3000000", text=other(world, 7))
            await asyncio.sleep(HOUR)
            assert in_force(world) == "c1"
            assert {one.kind for one in service.hub.conditions} == {"rolled back", "revision"}
            assert service.approve("c300000", "ada") == "revision c3000000 is approved by ada"
            await asyncio.sleep(1.0)
            assert in_force(world) == "c3000000"
            assert list(service.hub.conditions) == []

    run(work())
    assert of(world, "rolled back") == of(world, "revision") == ["opened", "resolved"]


def test_what_was_left_can_be_approved_again(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await second(world)
            world.commit("c2345678", text=other(world, 5))
            await asyncio.sleep(60.0)
            await gone_back(world, "c2")
            await asyncio.sleep(60.0)
            assert in_force(world) == "c2"
            assert service.approve("c2345678", "ada")
            await asyncio.sleep(60.0)
            assert in_force(world) == "c2345678"
            await asyncio.sleep(60.0)
            assert list(service.hub.conditions) == []

    run(work())


def test_a_revert_is_put_in_force_by_itself_and_ends_it(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await second(world)
            await gone_back(world)
            world.commit("c3", text=f"# as it was\n{(world.source.folders['c1'] / 'nodes.yaml').read_text()}")
            await asyncio.sleep(60.0)
            assert in_force(world) == "c3"
            assert list(service.hub.conditions) == []
            world.commit("c4", text=other(world, 9))
            await asyncio.sleep(60.0)
            assert in_force(world) == "c4"

    run(work())
    assert of(world, "rolled back") == ["opened", "resolved"]


@pytest.mark.parametrize("remembers", [True, False], ids=["git", "folder"])
def test_it_holds_over_a_restart(tmp_path: Path, *, remembers: bool) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await second(world)
            await gone_back(world)
        if not remembers:
            world.source.folders.pop("c1")
        world.transports["n1"].rows.pop(TWO.key)
        async with world.running():
            await asyncio.sleep(60.0)
            assert in_force(world) == "c1"
            assert world.has("n1", TWO)
            assert [one.kind for one in world.service.hub.conditions] == ["rolled back"]

    run(work())
    assert of(world, "rolled back") == ["opened"]


def test_without_the_record_nothing_is_in_force_and_nothing_is_written(tmp_path: Path) -> None:
    """The journal was deleted, and the source is a folder: that the newer one was left is still known."""
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await second(world)
            await gone_back(world)
        world.source.folders.pop("c1")
        world.recorder.kept.clear()
        sent = len(world.transports["n1"].sent)
        async with world.running() as service:
            await asyncio.sleep(60.0)
            assert in_force(world) == ""
            assert len(world.transports["n1"].sent) == sent
            assert "last good" in {one.kind for one in service.hub.conditions}
            service.following.approved.add("c2")
            service.following.poke()
            await asyncio.sleep(60.0)
            assert in_force(world) == "c2"

    run(work())


STRANGE: list[Any] = [5, True, "x", [], {}, {"cycle": "x"}, {"cycle": 1, "revision": 1, "left": [], "by": "", "at": 0}]


@pytest.mark.parametrize("found", STRANGE, ids=range(len(STRANGE)))
def test_what_is_kept_may_be_anything(tmp_path: Path, found: Any) -> None:
    world = World(tmp_path)
    world.kept = {"rollback": found, "conditions": found}

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(60.0)
            assert in_force(world) == "c1"

    run(work())
    assert world.told("mistake") == []


def test_who_has_made_it_and_what_it_is_called_is_still_known(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await second(world)
            world.recorder.named["c1"] = ("The seed lab", "Ada")
            await gone_back(world)
            checkout = world.service.deployment.checkout
            assert checkout is not None
            assert (checkout.revision, checkout.subject, checkout.author) == ("c1", "The seed lab", "Ada")
            assert world.recorder.named["c1"] == ("The seed lab", "Ada")

    run(work())
