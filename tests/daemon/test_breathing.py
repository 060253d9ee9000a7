"""However many devices there are, nobody keeps the loop to himself: between two of them everything else has a turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from reconciler.daemon.preview import preview
from reconciler.intent.compile import World as Compiled
from reconciler.intent.wish import Wish
from tests.daemon.fasttime import run
from tests.daemon.world import World

DEVICES = [f"n{number}" for number in range(30)]
A_TURN = 4
"""So often at most the tables of a device are asked for in one turn: to judge it, to plan it, to save it."""


async def rounds(count: list[int]) -> None:
    """Counts the loop's rounds."""
    while True:
        count[0] += 1
        await asyncio.sleep(0)


def test_a_revision_is_judged_planned_and_put_in_force_device_by_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, now, asked, compiled = World(tmp_path, DEVICES), [0], Counter[int](), Compiled.__getitem__
    text = (world.source.folders["c1"] / "nodes.yaml").read_text().replace("10.2.", "10.9.")

    def counted(tables: Compiled, device: str) -> Wish:
        asked[now[0]] += 1
        return compiled(tables, device)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            monkeypatch.setattr(Compiled, "__getitem__", counted)
            ticking = asyncio.create_task(rounds(now))
            seen = await preview(service.deployment, "desired", "c2", {"nodes.yaml": text.encode()})
            assert seen.verdict == f"applied to {len(DEVICES)} devices"
            world.commit("c2", text=text)
            await service.following.look()
            while any(one.revision != "c2" or one.phase != "in sync" for one in service.hub.standings.values()):
                await asyncio.sleep(0)
            ticking.cancel()

    run(work())
    assert sum(asked.values()) >= 3 * len(DEVICES)
    assert max(asked.values()) <= A_TURN


def test_the_inventory_is_read_beside_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, ["n1"])

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            read, loops = service.deployment.read_inventory, list[object]()

            def where() -> object:
                try:
                    loops.append(asyncio.get_running_loop())
                except RuntimeError:
                    loops.append(None)
                return read()

            monkeypatch.setattr(service.deployment, "read_inventory", where)
            (tmp_path / "inventory.yaml").write_text((tmp_path / "inventory.yaml").read_text() + "\n")
            await service.following.look()
            assert loops == [None]

    run(work())
