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
