"""What is too much waits for a person, under a real loop: on one device, of one revision, and as settings change."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from reconciler.daemon.reload import Reload
from reconciler.daemon.service import Service
from reconciler.settings.load import load_settings
from tests.daemon.fasttime import run
from tests.daemon.world import ONE, TWO, World

TOTAL = "  limits: {total: {deletes: {share: 0%, count: 2}}}\n"
DEVICE = "  limits: {device: {deletes: {share: 0%, count: 1}}}\n"


def without_two(world: World) -> None:
    """A revision that wants one of the two routes of every device no more."""
    text = (world.source.folders["c1"] / "nodes.yaml").read_text()
    world.commit("c2", text=text.replace("    - {dst: 10.2.0.0/16, via: 10.0.0.1, dev: eth1}\n", ""))


def having_two(world: World) -> list[str]:
    return [name for name in world.transports if world.has(name, TWO)]


async def follow(world: World, service: Service) -> None:
    await asyncio.sleep(1.0)
    without_two(world)
    service.following.poke()
    await asyncio.sleep(1.0)


def test_a_revision_that_deletes_too_much_of_all_devices_together_stops_midway(tmp_path: Path) -> None:
    world = World(tmp_path, ("n1", "n2", "n3"))
    world.spec = TOTAL

    async def work() -> None:
        async with world.running() as service:
            await follow(world, service)
            left = having_two(world)
            assert len(left) == 2
            assert [world.phase(name) for name in left] == ["held", "held"]
            assert "on 2 devices together would delete 2 of " in service.hub.standings[left[0]].reason
            service.approve(service.hub.standings[left[0]].digest, "me")
            await asyncio.sleep(1.0)
            assert having_two(world) == left[1:]
            world.lose(left[0])
            await asyncio.sleep(100.0)
            assert world.has(left[0], ONE), "a repair is no part of it"

    run(work())


def test_other_limits_hold_at_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.spec = DEVICE

    async def work() -> None:
        async with world.running() as service:
            await follow(world, service)
            assert having_two(world) == ["n1", "n2"]
            assert service.hub.standings["n1"].reason == "would delete 1 of 2 owned entries, more than 0%"
            world.settle()
            reload = Reload(service, partial(load_settings, world.folder / "config.yaml"))
            await reload.once()
            await asyncio.sleep(1.0)
            assert having_two(world) == []

    run(work())
    assert [event.words for event in world.told("settings")] == ["other settings are in force: limits"]


def test_limits_of_the_inventory_hold_as_soon_as_it_has_changed(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            path = tmp_path / "inventory.yaml"
            limits = "limits: {deletes: {share: 0%, count: 1}}, host"
            path.write_text(path.read_text().replace("n2: {platform: linux, host", f"n2: {{platform: linux, {limits}"))
            await follow(world, service)
            assert having_two(world) == ["n2"]
            assert world.phase("n2") == "held"

    run(work())
