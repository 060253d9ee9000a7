"""What holds for a while does so no longer than it must: restarts, approvals, contradictions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.desired.codes import Code
from reconciler.desired.problem import Problem
from reconciler.engine.compiled import Compiler, Contradiction
from reconciler.engine.observe import Sight
from reconciler.intent.compile import World as Compiled
from reconciler.source.checkout import Checkout
from tests.daemon.fasttime import run
from tests.daemon.world import ONE, World


def forced(world: World) -> None:
    world.source.straight = False
    world.commit("c2aaaaaaaa")


def mistaken(world: World) -> None:
    async def latest() -> Checkout:
        raise ZeroDivisionError("nobody has foreseen this")

    world.source.latest = latest  # type: ignore[method-assign]


@pytest.mark.parametrize("trouble", [forced, mistaken])
def test_the_last_good_revision_is_in_force_while_there_is_no_better_one(
    tmp_path: Path, trouble: Callable[[World], None]
) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
        trouble(world)
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)
            assert service.deployment.checkout is not None
            assert service.deployment.checkout.revision == "c1"

    run(work())


def test_a_full_disk_while_the_source_is_away_does_not_end_the_looking(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def at(revision: str) -> Checkout:
        raise OSError(28, "No space left on device")

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
        world.source.away = "no route to git"
        world.source.at = at  # type: ignore[method-assign]
        async with world.running() as service:
            await asyncio.sleep(100.0)
            assert {one.kind for one in service.hub.conditions} == {"source", "last good"}
            world.source.away = ""
            await asyncio.sleep(40.0)
            assert service.deployment.checkout is not None
            assert list(service.hub.conditions) == []

    run(work())


def test_an_approval_of_a_revision_that_goes_back_is_good_for_once(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            forced(world)
            await asyncio.sleep(40.0)
            service.approve("c2aaaaaaaa", "me")
            await asyncio.sleep(1.0)
            world.source.straight = True
            world.commit("c3")
            await asyncio.sleep(40.0)
            world.source.straight, world.source.head = False, "c2aaaaaaaa"
            await asyncio.sleep(40.0)
            assert service.deployment.checkout is not None
            assert service.deployment.checkout.revision == "c3"

    run(work())


def test_a_revision_that_only_contradicts_what_a_cluster_tells_now_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, compiled, contradicts = World(tmp_path), Compiler.world, True

    def judged(compiler: Compiler, sights: Mapping[str, Sight]) -> Compiled:
        if contradicts and compiler.repository.revision == "c2":
            raise Contradiction([Problem("desired/nodes.yaml", 7, 7, Code.WANTED_TWICE, "two wishes", "keep one")])
        return compiled(compiler, sights)

    monkeypatch.setattr(Compiler, "world", judged)

    async def work() -> None:
        nonlocal contradicts
        async with world.running() as service:
            await asyncio.sleep(1.0)
            text = (world.source.folders["c1"] / "nodes.yaml").read_text()
            world.commit("c2", text=text.replace("10.2.", "10.9."))
            await asyncio.sleep(100.0)
            assert [one.kind for one in service.hub.conditions] == ["revision"]
            contradicts = False
            await asyncio.sleep(40.0)
            assert service.hub.standings["n1"].revision == "c2"
            assert list(service.hub.conditions) == []

    run(work())
