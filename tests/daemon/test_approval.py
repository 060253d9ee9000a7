"""An approval is for one plan, as it was shown; a fight is about one entry, as long as there is one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reconciler.core.change import Change
from reconciler.core.codec import as_json
from reconciler.daemon.fights import Fights
from reconciler.settings.heal import HealRule
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, World


def test_a_plan_that_has_changed_takes_its_approval_with_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(devices=("n1",), heal="hold"),)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            rows, keeper = world.transports["n1"].rows, service.deployment.keepers["n1"]
            rows[FORGED.key] = as_json(FORGED)
            assert service.approve(service.hub.standings["n1"].digest, "me")
            await asyncio.sleep(5.0)
            rows.pop(FORGED.key)
            keeper.call()
            await asyncio.sleep(5.0)
            assert world.transports["n1"].sent == []
            assert service.hub.approved == set()

    run(work())


def test_what_is_suspended_is_not_approved(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            world.suspend("n1", None)
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert service.approve(service.hub.standings["n1"].digest, "me") == ""
            assert service.hub.approved == set()

    run(work())


def test_with_a_device_its_fights_go(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            for _ in range(5):
                world.forge("n2")
                await asyncio.sleep(5.0)
            assert {one.kind for one in service.hub.conditions} == {"fight", "drift"}
            inventory = tmp_path / "inventory.yaml"
            inventory.write_text("".join(row for row in inventory.read_text().splitlines(True) if " n2:" not in row))
            world.commit("c2", ["n1"])
            await asyncio.sleep(40.0)
            assert list(service.hub.conditions) == []
            assert list(service.hub.restraints.fights) == []

    run(work())


def test_a_clock_that_is_put_back_makes_no_fight() -> None:
    time = [1_000_000.0]
    fights, change = Fights(clock=lambda: time[0]), Change(FORGED, ONE)
    for _ in range(2):
        fights.healed("n1", [change])
    time[0] -= 7200.0
    fights.healed("n1", [change])
    assert fights.judged("n1", change) is None
    for _ in range(2):
        time[0] += 1.0
        fights.healed("n1", [change])
    assert fights.judged("n1", change) is not None
