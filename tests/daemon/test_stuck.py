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
            assert world.phase("n1") == world.phase("n2") == "applying"

    run(stop())
    assert sorted(bool(one.sent) for one in world.transports.values()) == [False, True]
