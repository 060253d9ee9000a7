"""The source: good revisions are put in force, bad ones change nothing, and everything heals by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from reconciler.core.driver import Failure, Script
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, TWO, World
from tests.engine.fakes import DictTransport

HOUR = 3600.0


BAD = {"bad": "kind: [", "empty": "# nothing\n", "unfit": "x: 1\n---\nkind: Node\n"}


def episodes(world: World) -> list[object]:
    return [event.data["episode"] for event in world.told("revision") if "episode" in event.data]


def moved(world: World, revision: str) -> None:
    """Another revision: the second route leads elsewhere."""
    text = (world.source.folders["c1"] / "nodes.yaml").read_text()
    world.commit(revision, text=text.replace("10.2.", "10.9."))


def test_a_new_revision_is_put_in_force_and_what_it_no_longer_wants_goes(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            moved(world, "c2")
            await asyncio.sleep(40.0)
            assert TWO.key not in world.transports["n1"].rows
            assert world.service.hub.standings["n1"].revision == "c2"

    run(work())
    assert [event.data["revision"] for event in world.told("rollout")] == ["c1", "c2"]
    assert world.told("drift") == []


def test_a_git_host_that_is_away_for_an_hour_stops_no_healing_and_is_one_condition(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.source.away = "no route to git"
            await asyncio.sleep(HOUR / 2)
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)
            await asyncio.sleep(HOUR / 2)
            world.source.away = ""
            moved(world, "c2")
            await asyncio.sleep(40.0)
            assert world.service.hub.standings["n1"].revision == "c2"

    run(work())
    assert [event.data["episode"] for event in world.told("source")] == ["opened", "resolved"]
    assert 90 < world.source.looks < 150


def test_broken_empty_and_refused_revisions_leave_the_last_good_one_in_force(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            for revision, text in BAD.items():
                world.commit(revision, text=text)
                await asyncio.sleep(100.0)
                assert service.deployment.checkout is not None
                assert service.deployment.checkout.revision == "c1"
                world.forge("n1")
                await asyncio.sleep(500.0)
                assert world.has("n1", ONE, TWO)
            world.source.refused = "not signed"
            await asyncio.sleep(100.0)
            assert [one.kind for one in service.hub.conditions] == ["revision"]
            world.source.refused = ""
            world.source.head = "c1"
            await asyncio.sleep(100.0)
            assert list(service.hub.conditions) == []

    run(work())
    assert episodes(world) == ["opened", "resolved"]
    said = [event.words for event in world.events if event.kind == "revision"]
    assert any("revision bad is bad: desired/nodes.yaml:1:8" in words for words in said)
    assert any("nothing is ever deleted on the strength of an empty desired state" in words for words in said)
    assert any("revision unfit is refused: not signed" in words for words in said)


def test_a_bad_inventory_changes_nothing_until_it_is_good_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    inventory = tmp_path / "inventory.yaml"
    good = inventory.read_text()

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            inventory.write_text("kind: [")
            await asyncio.sleep(100.0)
            moved(world, "c2")
            await asyncio.sleep(40.0)
            assert world.service.hub.standings["n1"].revision == "c2"
            assert [one.kind for one in service.hub.conditions] == ["inventory"]
            inventory.write_text(good)
            await asyncio.sleep(40.0)
            assert list(service.hub.conditions) == []
            inventory.rename(tmp_path / "away")
            await asyncio.sleep(40.0)
            assert [one.kind for one in service.hub.conditions] == ["inventory"]
            (tmp_path / "away").rename(inventory)
            await asyncio.sleep(40.0)
            assert list(service.hub.conditions) == []

    run(work())


def test_a_device_that_joins_the_inventory_is_looked_after_and_one_that_leaves_is_let_go(tmp_path: Path) -> None:
    world = World(tmp_path, ["n1", "n2", "n3"])
    inventory = tmp_path / "inventory.yaml"
    whole = inventory.read_text()
    inventory.write_text("".join(line for line in whole.splitlines(True) if " n3:" not in line))
    world.source.folders.clear()
    (tmp_path / "checkouts/c1/desired/nodes.yaml").unlink()
    (tmp_path / "checkouts/c1/desired").rmdir()
    (tmp_path / "checkouts/c1").rmdir()
    world.commit("c1", ["n1", "n2"])

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            assert sorted(service.deployment.keepers) == ["n1", "n2"]
            inventory.write_text(whole)
            world.commit("c2")
            await asyncio.sleep(40.0)
            assert world.has("n3", ONE, TWO)
            reads = world.transports["n2"].reads
            inventory.write_text("".join(line for line in whole.splitlines(True) if " n2:" not in line))
            world.commit("c3", ["n1", "n3"])
            await asyncio.sleep(40.0)
            assert sorted(service.deployment.keepers) == ["n1", "n3"]
            await asyncio.sleep(HOUR)
            assert world.transports["n2"].reads <= reads + 2
            assert world.has("n2", ONE, TWO)

    run(work())


def test_a_revision_that_goes_back_is_held_until_it_is_approved(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.source.straight = False
            moved(world, "c2aaaaaaaaaa")
            await asyncio.sleep(HOUR)
            assert world.has("n1", ONE, TWO)
            assert service.approve("c3", "me") == ""
            assert "c2aaaaaaaaaa" in service.approve("c2aaaaa", "me")
            await asyncio.sleep(1.0)
            assert TWO.key not in world.transports["n1"].rows

    run(work())
    assert episodes(world) == ["opened", "resolved"]


def test_after_a_restart_without_a_git_host_the_last_good_revision_is_in_force(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
        world.source.away = "no route to git"
        async with world.running():
            await asyncio.sleep(1.0)
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(work())


def test_a_device_that_no_document_mentions_any_more_is_held_and_then_forgotten(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.commit("c2", ["n1"])
            await asyncio.sleep(40.0)
            standing = service.hub.standings["n2"]
            assert standing.phase == "held"
            assert world.has("n2", ONE, TWO)
            service.approve(standing.digest, "me")
            await asyncio.sleep(1.0)
            assert world.phase("n2") in ("in sync", "not mentioned")
            assert world.has("n2", ONE, TWO)

    run(work())


def test_the_first_revision_being_bad_is_no_end(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.commit("bad", text="kind: [")

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(HOUR)
            assert world.transports["n1"].reads == 0
            world.source.head = "c1"
            await asyncio.sleep(40.0)
            assert world.has("n1", ONE, TWO)

    run(work())


def test_what_is_in_the_middle_of_being_written_is_proven_by_the_revision_that_wanted_it(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Slow(DictTransport):
        async def apply(self, script: Script) -> Sequence[Failure]:
            await asyncio.sleep(50.0)
            return await super().apply(script)

    world.transports["n1"] = Slow.having()

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(10.0)
            moved(world, "c2")
            await asyncio.sleep(300.0)
            assert world.phase("n1") == "in sync"
            assert world.service.hub.standings["n1"].revision == "c2"
            assert world.has("n1", ONE)
            assert TWO.key not in world.transports["n1"].rows

    run(work())
    assert world.told("failed") == []
    assert not world.has("n1", FORGED)
