"""What is broken for good at one place stops nothing anywhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.fasttime import run
from tests.daemon.world import ONE, TWO, World
from tests.engine.fakes import DictTransport


class Mistaken(DictTransport):
    async def query(self, questions: Any) -> Any:
        raise ZeroDivisionError("nobody has foreseen this")


class Hanging(DictTransport):
    async def query(self, questions: Any) -> Any:
        await asyncio.Event().wait()


@pytest.mark.parametrize("kind", [Mistaken, Hanging])
def test_a_device_that_can_never_be_read_keeps_nobody_from_being_written(
    tmp_path: Path, kind: type[DictTransport]
) -> None:
    world = World(tmp_path)
    world.transports["n2"] = kind()

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(320.0)
            assert world.has("n1", ONE, TWO)

    run(work())
    (rollout,) = world.told("rollout")
    assert rollout.data["converged"] is False


def test_who_waits_for_others_when_all_is_stopped_is_not_written_any_more(tmp_path: Path) -> None:
    world = World(tmp_path, concurrency=1)

    class Slow(DictTransport):
        async def apply(self, script: Any) -> Any:
            await asyncio.sleep(3.0)
            return await super().apply(script)

    world.transports = {name: Slow.having() for name in world.transports}

    async def stop() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            assert {world.phase("n1"), world.phase("n2")} == {"applying", "new"}

    run(stop())
    assert sorted(bool(one.sent) for one in world.transports.values()) == [False, True]


def test_a_device_that_leaves_the_inventory_while_it_is_written_is_finished_first(tmp_path: Path) -> None:
    world = World(tmp_path)
    ends: list[str] = []

    class Slow(DictTransport):
        async def apply(self, script: Any) -> Any:
            try:
                await asyncio.sleep(40.0)
            except asyncio.CancelledError:
                ends.append("cut off")
                raise
            return await super().apply(script)

        async def close(self) -> None:
            ends.append("closed")
            await asyncio.sleep(3.0)

    world.transports["n2"] = Slow.having()

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            inventory = tmp_path / "inventory.yaml"
            inventory.write_text("".join(row for row in inventory.read_text().splitlines(True) if " n2:" not in row))
            world.commit("c2", ["n1"])
            await asyncio.sleep(100.0)
            assert ends == ["closed"]
            assert world.has("n2", ONE, TWO)
            assert sorted(service.deployment.keepers) == ["n1"]
            assert service.hub.standings["n1"].revision == "c2"
            assert list(service.hub.conditions) == []

    run(work())
    assert world.told("mistake") == []
