"""Drift as an episode: one beginning, one end, and words that say why it is not put back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reconciler.settings.heal import HealRule
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, World, other
from tests.engine.fakes import NODE

HOUR = 3600.0


def told(world: World) -> list[tuple[str, object]]:
    """Episodes that began and ended, in order, by condition."""
    found = [event.data for event in world.events if event.data.get("episode") in ("opened", "resolved")]
    return [(str(data["condition"]), data["episode"]) for data in found]


def test_a_drift_that_is_healed_begins_and_ends_under_one_id(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.forge("n1")
            await asyncio.sleep(HOUR)

    run(work())
    opened, resolved = (event for event in world.events if event.data.get("condition") == "drift")
    assert (opened.kind, opened.level, opened.data["episode"]) == ("drift", "warning", "opened")
    assert (resolved.kind, resolved.level, resolved.data["episode"]) == ("healed", "info", "resolved")
    assert opened.data["id"] == resolved.data["id"]
    assert resolved.data["changes"] == opened.data["changes"]


def test_a_drift_that_is_held_says_why_and_what_applies_it(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            service.hub.restraints.heal = (HealRule(devices=("n1",), heal="hold"),)
            world.forge("n1")
            await asyncio.sleep(1.0)
            digest = service.hub.standings["n1"].digest
            (condition,) = service.hub.conditions
            assert condition.words.endswith(f"held: heal: hold; `reconcile approve {digest}` applies it")
            await asyncio.sleep(HOUR)
            assert world.has("n1", FORGED)
            assert service.approve(digest, "ada")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(work())
    assert told(world) == [("drift", "opened"), ("drift", "resolved")]
    assert world.events[-1].kind == "healed" or world.told("healed")


def test_a_plan_that_waits_says_what_it_is(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(devices=("n1",), heal="hold"),)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            (opened,) = world.told("held")
            digest = service.hub.standings["n1"].digest
            assert opened.data["digest"] == digest
            assert opened.data["waits"] == f"heal: hold; `reconcile approve {digest}` applies it"
            assert [(one["verb"], one["cause"]) for one in opened.data["changes"]] == [("create", "pending")] * 2  # type: ignore[attr-defined]

    run(work())


def test_a_drift_that_somebody_else_puts_back_is_over(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(heal="alert"),)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.forge("n1")
            await asyncio.sleep(HOUR)
            world.forge("n1", ONE)
            await asyncio.sleep(1.0)

    run(work())
    assert told(world) == [("drift", "opened"), ("drift", "resolved")]
    assert world.told("drift")[-1].words == "n1: the drift is gone"
    assert world.told("healed") == []


def test_a_second_change_beside_one_that_is_held_is_the_same_episode(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(heal="alert"),)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.forge("n1")
            await asyncio.sleep(1.0)
            (before,) = service.hub.conditions
            world.lose("n1", ONE.key)
            await asyncio.sleep(1.0)
            (after,) = service.hub.conditions
            assert (before.id, before.since) == (after.id, after.since)
            assert before.words != after.words

    run(work())
    assert told(world) == [("drift", "opened")]


def test_what_holds_is_the_same_episode_after_a_restart_and_what_ended_meanwhile_ends(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.transports["n1"].down = world.transports["n2"].down = "no route to host"
            await asyncio.sleep(HOUR)
            before = {one.device: one for one in service.hub.conditions}
            assert before.keys() == {"n1", "n2"}
        world.transports["n2"].down = ""
        async with world.running() as service:
            await asyncio.sleep(HOUR)
            assert list(service.hub.conditions) == [before["n1"]]

    run(work())
    assert sorted(told(world)) == [("unreachable", "opened"), ("unreachable", "opened"), ("unreachable", "resolved")]


def test_what_held_of_a_device_that_is_ours_no_more_ends(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.transports["n2"].down = "no route to host"
            await asyncio.sleep(HOUR)
        inventory = tmp_path / "inventory.yaml"
        inventory.write_text("\n".join(line for line in inventory.read_text().splitlines() if " n2:" not in line))
        world.commit("c2", ["n1"])
        async with world.running() as service:
            await asyncio.sleep(HOUR)
            assert list(service.hub.conditions) == []

    run(work())
    assert told(world) == [("unreachable", "opened"), ("unreachable", "resolved")]


def test_a_drift_that_a_new_revision_takes_over_is_no_drift_any_more_and_what_is_written_is_an_applied_change(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.suspend("n1", HOUR)
            world.forge("n1")
            await asyncio.sleep(1.0)
            world.commit("c2", text=other(world, 9))
            await asyncio.sleep(60.0)
            assert [one.kind for one in service.hub.conditions] == ["withheld"]
            service.resume("n1", "ada")
            await asyncio.sleep(60.0)
            assert world.has("n1", ONE)
            assert list(service.hub.conditions) == []

    run(work())
    assert world.told("healed") == []
    (gone,) = (event for event in world.told("drift") if event.data["episode"] == "resolved")
    assert gone.words == "n1: what has drifted still differs, and waits as a part of the new revision"
    assert [event.device for event in world.told("applied")][-1] == "n1"


def test_a_drift_that_waits_for_nothing_else_and_then_belongs_to_a_revision_is_applied_and_not_healed(
    tmp_path: Path,
) -> None:
    """The very same change: as drift it was left alone, for a revision it is written."""
    world = World(tmp_path)
    world.heal = (HealRule(heal="alert"),)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.forge("n1")
            await asyncio.sleep(1.0)
            world.commit("c2", text=NODE.format(name="n1") + NODE.format(name="n2").replace("10.2.", "10.9."))
            await asyncio.sleep(60.0)
            assert world.has("n1", ONE)

    run(work())
    assert world.told("healed") == []
    assert sorted(event.device for event in world.told("applied")[2:]) == ["n1", "n2"]
