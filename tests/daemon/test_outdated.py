"""What was planned a while ago is not written when something else is wanted by now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from reconciler.core.driver import Answer, Failure, Script
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, TWO, World
from tests.engine.fakes import DictTransport

HOUR = 3600.0


class SlowToRead(DictTransport):
    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        await asyncio.sleep(20.0)
        return await super().query(questions)


class SlowToWrite(DictTransport):
    async def apply(self, script: Script) -> Sequence[Failure]:
        await asyncio.sleep(30.0)
        return await super().apply(script)


def moved(world: World, revision: str) -> None:
    text = (world.source.folders["c1"] / "nodes.yaml").read_text()
    world.commit(revision, text=text.replace("10.2.", "10.9."))


def test_a_second_revision_while_the_first_looks_are_under_way_stops_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.transports["n2"] = SlowToRead.having()

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            moved(world, "c2")
            service.following.poke()
            await asyncio.sleep(60.0)
            assert (world.phase("n1"), world.phase("n2")) == ("in sync", "in sync")
            assert service.hub.standings["n1"].revision == "c2"

    run(work())
    assert not any("10.2.0.0" in line for line in world.transports["n1"].sent)


def test_who_waits_for_others_does_not_write_what_was_suspended_meanwhile(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1", "n2", "n3"], concurrency=1)
    world.transports.update({name: SlowToWrite.having() for name in world.transports})

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            world.suspend("*", HOUR)
            await asyncio.sleep(600.0)
            written = [name for name in world.transports if world.transports[name].sent]
            assert len(written) == 1
            assert service.resume("*", "me")
            await asyncio.sleep(200.0)
            assert all(world.has(name, ONE, TWO) for name in world.transports)

    run(work())


def test_who_waits_for_others_writes_the_newer_revision_alone(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1", "n2"], concurrency=1)
    world.transports.update({name: SlowToWrite.having() for name in world.transports})

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            moved(world, "c2")
            service.following.poke()
            await asyncio.sleep(400.0)
            assert (world.phase("n1"), world.phase("n2")) == ("in sync", "in sync")

    run(work())
    old = [name for name, one in world.transports.items() if any("10.2.0.0" in line for line in one.sent)]
    assert len(old) == 1


def test_a_push_during_a_look_that_fails_does_not_wait_for_the_backoff(tmp_path: Path) -> None:
    world = World(tmp_path)
    there = world.transports["n1"] = SlowToRead.having()
    there.down = "no route to host"

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(400.0)
            while not 5.0 < service.hub.now() % 20.0 < 15.0 or there.reads % 2:
                await asyncio.sleep(1.0)
            there.down = ""
            service.deployment.keepers["n1"].call()
            await asyncio.sleep(45.0)
            assert world.has("n1", ONE, TWO)

    run(work())


def test_a_device_that_is_no_longer_mentioned_leaves_no_condition(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.transports["n2"].down = "no route to host"

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            assert [one.kind for one in service.hub.conditions] == ["unreachable"]
            world.commit("c2", ["n1"])
            await asyncio.sleep(100.0)
            assert world.phase("n2") == "not mentioned"
            assert list(service.hub.conditions) == []

    run(work())


def test_a_fight_outlives_a_restart_and_a_preview_begins_none(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            for _ in range(3):
                world.forge("n1")
                await asyncio.sleep(1.0)
            world.transports["n1"].rows[FORGED.key] = {**world.transports["n1"].rows[ONE.key], "gateway": "10.0.0.66"}
            await service.hub.cycle.look(["n1"])
            service.hub.cycle.planned(service.hub.cycle.seen)
            assert list(service.hub.restraints.fights) == []
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert len(list(service.hub.restraints.fights)) == 1
        async with world.running() as service:
            await asyncio.sleep(10.0)
            assert world.has("n1", FORGED)
            assert len(service.resume("n1", "me")) == 1
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(work())


def test_who_undoes_it_before_we_look_is_fought_only_a_few_times(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Undoing(DictTransport):
        undoes = False

        async def apply(self, script: Script) -> Sequence[Failure]:
            failures = await super().apply(script)
            if self.undoes:
                self.rows[FORGED.key] = {**self.rows[ONE.key], "gateway": "10.0.0.66"}
            return failures

    there = Undoing()
    world.transports["n1"] = there

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            there.undoes = True
            world.forge("n1")
            await asyncio.sleep(HOUR)
            assert world.phase("n1") == "withheld"
            (fight,) = service.hub.restraints.fights
            assert "is changed again and again by protocol 142" in fight.words

    run(work())
    assert sum("10.0.0.1" in line for line in there.sent) < 20
