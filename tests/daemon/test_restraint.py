"""What has to wait: policies, windows, suspensions, fights, and what ends each of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reconciler.settings.heal import HealRule
from reconciler.settings.window import Window
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, TWO, World

MINUTE, HOUR = 60.0, 3600.0


def test_alert_reports_a_drift_and_leaves_it_but_a_new_revision_is_applied(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(heal="alert"),)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE, TWO)
            world.forge("n1")
            await asyncio.sleep(HOUR)
            assert world.has("n1", FORGED)
            assert world.phase("n1") == "withheld"
            world.commit("c2", text=(world.source.folders["c1"] / "nodes.yaml").read_text().replace("10.2.", "10.9."))
            service.following.poke()
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)
            assert TWO.key not in world.transports["n1"].rows

    run(work())
    assert [event.data["episode"] for event in world.told("drift")] == ["opened", "resolved"]
    assert world.told("withheld") == []


def test_hold_waits_for_the_digest_and_for_no_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(devices=("n1",), heal="hold"),)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            assert world.transports["n1"].sent == []
            assert world.has("n2", ONE, TWO)
            standing = service.hub.standings["n1"]
            assert standing.phase == "held"
            assert service.approve("000000000000", "me") == ""
            assert standing.digest in service.approve(standing.digest, "me")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE, TWO)
            assert service.hub.approved == set()
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.has("n1", FORGED)
            assert service.hub.standings["n1"].digest not in ("", standing.digest)

    run(work())


def test_of_one_device_only_the_kinds_that_may_be_healed_are_healed(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.heal = (HealRule(kinds=("route",), heal="hold"),)
    text = (world.source.folders["c1"] / "nodes.yaml").read_text()
    more = "spec:\n  neighbors: [{dst: 10.0.0.9, dev: eth1, mac: '02:00:00:00:00:09'}]\n"
    world.commit("c2", text=text.replace("spec:\n", more))

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            kinds = {key.kind for key in world.transports["n1"].rows}
            assert kinds == {"link", "neighbour"}
            assert world.phase("n1") == "held"
            service.approve(service.hub.standings["n1"].digest, "me")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE, TWO)

    run(work())


def test_outside_its_window_a_device_waits_and_is_healed_when_it_opens(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.windows = (Window.model_validate({"deny": "0 * * * *", "for": "30m", "devices": ["n1"]}),)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            healed = []
            for _ in range(120):
                healed.append(world.has("n1", ONE, TWO))
                await asyncio.sleep(30.0)
            assert set(healed) == {False, True}
            assert healed == sorted(healed)
            assert world.has("n2", ONE, TWO)

    run(work())
    opened = world.told("withheld")[0]
    assert "no changes in the window" in opened.words
    assert "closed until" in opened.words


def test_a_suspension_expires_and_says_so(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.suspend("n1", 2 * HOUR, "cabling")
            world.forge("n1")
            world.forge("n2")
            await asyncio.sleep(HOUR)
            assert world.has("n1", FORGED)
            assert world.has("n2", ONE)
            assert "suspended until" in world.service.hub.standings["n1"].reason
            assert "by me since" in world.service.hub.standings["n1"].reason
            await asyncio.sleep(HOUR + 1)
            assert world.has("n1", ONE)

    run(work())
    assert [event.words for event in world.told("resumed")] == ["n1 is no longer suspended: its time is over"]


def test_a_forgotten_suspension_is_one_alert_and_survives_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            world.suspend("n*", None, "cabling")
            await asyncio.sleep(30 * HOUR)
        async with world.running() as service:
            await asyncio.sleep(10.0)
            world.forge("n1")
            await asyncio.sleep(MINUTE)
            assert world.has("n1", FORGED)
            assert service.resume("n1", "me") == []
            assert service.resume("n*", "me") == ["n*: cabling"]
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(work())
    assert [event.data["episode"] for event in world.told("forgotten")] == ["opened", "resolved"]


def test_an_entry_that_is_changed_back_three_times_is_left_alone_until_somebody_looks(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            for _ in range(20):
                world.forge("n1")
                await asyncio.sleep(20.0)
            assert world.has("n1", FORGED)
            world.lose("n1", TWO.key)
            await asyncio.sleep(1.0)
            assert world.has("n1", TWO)
            assert world.has("n1", FORGED)
            await asyncio.sleep(24 * HOUR)
            assert world.has("n1", FORGED)
            (ended,) = service.resume("n1", "me")
            assert "is changed again and again by protocol 142: gateway 10.0.0.1 → 10.0.0.66" in ended
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(work())
    assert len(world.told("healed")) == 5
    assert [event.data["episode"] for event in world.told("fight")] == ["opened", "resolved"]


def test_an_entry_that_flips_now_and_then_is_no_fight(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            for _ in range(20):
                world.forge("n1")
                await asyncio.sleep(5 * MINUTE)
                assert world.has("n1", ONE)

    run(work())
    assert world.told("fight") == []
