"""Who follows a push is told what becomes of his own revision, once, and always with an end."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from jsonschema import Draft202012Validator

from reconciler.report.event import Event
from reconciler.settings.heal import HealRule
from reconciler.settings.loop import LoopSettings
from tests.daemon.fasttime import run
from tests.daemon.world import World, other, slow, until

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/plan.v1.json").read_text()))
HELD = (HealRule(devices=("*",), heal="hold"),)


def stories(world: World, *revisions: str) -> list[asyncio.Task[list[Event]]]:
    """What somebody who follows each of them is told."""

    async def told(revision: str) -> list[Event]:
        return [event async for event in world.service.story_of(revision) if event.level != "debug"]

    return [asyncio.create_task(told(revision)) for revision in revisions]


def test_who_follows_a_push_is_told_of_it_until_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        async with world.running() as service:
            await until(world, "in sync")
            slow(world, "n2", 5.0)
            world.commit("c2", text=other(world, 8))
            (second,) = stories(world, "c2")
            while service.deployment.checkout is None or service.deployment.checkout.revision != "c2":
                await asyncio.sleep(0.01)
            world.commit("c3", text=other(world, 9))
            third, late = stories(world, "c3", "c2")
            assert [event.data.get("revision") for event in await second if event.kind == "revision"] == ["c2"]
            superseded = (await second)[-1]
            assert superseded.words == "revision c2 is superseded by c3, which is in force"
            assert [event.words for event in await late] == [superseded.words]
            *before, rollout = await third
            assert (rollout.kind, rollout.data["revision"]) == ("rollout", "c3")
            assert sum(event.kind == "applied" for event in before) == 2

    run(work())


def test_after_ten_minutes_who_follows_is_told_who_is_not_there(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        async with world.running():
            await until(world, "in sync")
            slow(world, "n2", 3000.0)
            world.service.hub.loop = LoopSettings.model_validate({"applyTimeout": "1h"})
            world.commit("c2", text=other(world, 8))
            (told,) = stories(world, "c2")
            assert (await told)[
                -1
            ].words == "revision c2 is followed no longer after 600 s; not there yet: n2 (in sync)"

    run(work())


def test_why_a_revision_is_not_in_force_is_said_once(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        async with world.running():
            await until(world, "in sync")
            world.commit("c2", text="kind: [")
            (told,) = stories(world, "c2")
            assert [event.kind for event in await told] == ["end"]
            assert (await told)[0].words.startswith("revision c2 is bad: ")
            world.source.straight = False
            world.commit("c3")
            (held,) = stories(world, "c3")
            assert [event.kind for event in await held] == ["end"]
            assert "`reconcile approve c3` puts it in force" in (await held)[0].words

    run(work())
