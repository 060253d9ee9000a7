"""SIGHUP: which settings hold at once, which wait for a restart, and that bad ones change nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from reconciler.daemon.advice import Advice
from reconciler.daemon.reload import Reload
from reconciler.daemon.run import Daemon
from reconciler.report.event import Event
from reconciler.settings.load import load_settings
from reconciler.settings.model import Settings
from tests.daemon.fasttime import now, run
from tests.daemon.world import ONE, TWO, World
from tests.engine.fakes import NODE

HOLD = "  heal: [{heal: hold}]\n"


@contextlib.asynccontextmanager
async def started(world: World) -> AsyncIterator[Reload]:
    """The daemon, calm; what is returned is what SIGHUP does."""
    async with world.running() as service:
        await asyncio.sleep(5.0)
        assert world.has("n1", ONE, TWO)
        reload = Reload(service, partial(load_settings, world.folder / "config.yaml"))
        task = asyncio.create_task(reload.run())
        yield reload
        task.cancel()


async def hup(reload: Reload) -> None:
    reload.ask()
    await asyncio.sleep(0.5)


def test_policies_hold_at_once_in_both_directions(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def day() -> None:
        async with started(world) as reload:
            world.settle(HOLD)
            await hup(reload)
            world.forge("n1")
            await asyncio.sleep(60.0)
            assert world.phase("n1") == "held"
            assert not world.has("n1", ONE)
            world.settle()
            await hup(reload)
            assert world.has("n1", ONE)

    run(day())
    assert [event.words for event in world.told("settings")] == ["other settings are in force: heal"] * 2


def test_a_window_that_has_just_been_written_opens_in_time(tmp_path: Path) -> None:
    """Nobody waits for the next look at the clock, which may be half a minute away."""
    world = World(tmp_path)

    async def night() -> None:
        async with started(world) as reload:
            left = 60.0 - now() % 60.0
            world.settle('  windows: [{allow: "* * * * *", for: 1s}]\n')
            await asyncio.sleep(left + 60.0 - 8.0)
            await hup(reload)
            world.forge("n1")
            await asyncio.sleep(5.0)
            assert "closed until" in world.service.hub.standings["n1"].reason
            await asyncio.sleep(3.0)
            assert world.has("n1", ONE)

    run(night())


def test_a_suspension_ends_in_time(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def soon() -> None:
        async with started(world):
            await asyncio.sleep(40.0)
            world.suspend("n1", 2.0)
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.phase("n1") == "withheld"
            await asyncio.sleep(1.2)
            assert world.has("n1", ONE)

    run(soon())


def test_the_pace_changes_for_devices_that_are_there_already(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def faster() -> None:
        async with started(world) as reload:
            world.settle("  loop: {reread: 5s, debounce: 1s, concurrency: 1, retry: {first: 2s, longest: 4s}}\n")
            await hup(reload)
            before = world.transports["n1"].reads
            await asyncio.sleep(100.0)
            assert 18 <= world.transports["n1"].reads - before <= 23
            world.transports["n2"].down = "no route to host"
            await asyncio.sleep(60.0)
            before = world.transports["n2"].reads
            await asyncio.sleep(100.0)
            assert 18 <= world.transports["n2"].reads - before <= 32

    run(faster())


def test_fights_are_counted_by_the_new_limits(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def flip(times: int) -> None:
        for _ in range(times):
            world.forge("n1")
            await asyncio.sleep(1.0)

    async def fight() -> None:
        async with started(world) as reload:
            await flip(3)
            world.settle("  fights: {flips: 5, within: 1h}\n")
            await hup(reload)
            await flip(2)
            assert world.has("n1", ONE)
            await flip(1)
            assert not world.has("n1", ONE)
            world.settle("  fights: {flips: 2}\n")
            await hup(reload)
            assert not world.has("n1", ONE), "a fight that is known waits for a person"
            world.service.resume("n1", "me")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(fight())


def test_a_forgotten_suspension_is_one_by_the_new_span(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def forgotten() -> None:
        async with started(world) as reload:
            world.suspend("n1", None)
            await asyncio.sleep(120.0)
            assert world.told("forgotten") == []
            world.settle("  suspend: {forgotten: 1m}\n")
            await hup(reload)
            assert len(world.told("forgotten")) == 1

    run(forgotten())


def test_bad_settings_change_nothing_and_are_one_condition(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def bad() -> None:
        async with started(world) as reload:
            world.settle(HOLD)
            await hup(reload)
            world.settle("  heal: []\n  loop: {reread: 90}\n  log: {level: loud}\n")
            await hup(reload)
            await hup(reload)
            world.forge("n1")
            await asyncio.sleep(60.0)
            assert world.phase("n1") == "held"
            (condition,) = world.service.hub.conditions.of("settings")
            assert condition.words.endswith(
                "config.yaml:10:18: not-a-duration: 90 has no unit: write it as 90s, 5m or 2h (and 1 more)"
            )
            (tmp_path / "config.yaml").unlink()
            await hup(reload)
            assert "no such file" in world.service.hub.conditions.of("settings")[0].words
            world.settle(HOLD)
            await hup(reload)
            assert world.service.hub.conditions.of("settings") == []

    run(bad())
    episodes = [event.data["episode"] for event in world.told("settings") if event.data]
    assert episodes == ["opened", "resolved"]


def test_what_only_a_restart_changes_is_named_and_stays(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def moved() -> None:
        async with started(world) as reload:
            before = world.service.settings
            world.settle("  loop: {watch: false}\n  listen: {syslog: ['udp://127.0.0.1:514']}\n", state="elsewhere")
            await hup(reload)
            await hup(reload)
            assert world.service.settings == before

    run(moved())
    words = "restart for state, listen, loop.watch: they stay as they were"
    assert [(event.level, event.words) for event in world.told("settings")] == [("warning", words)] * 2


def test_every_setting_either_holds_at_once_or_is_named() -> None:
    """None is overlooked: a field that is added has to stand on one side."""
    from reconciler.settings.change import FIXED

    at_once = {"loop", "heal", "windows", "suspend", "fights", "journal", "alerts", "log"}
    at_once |= {"limits", "transaction", "rollback", "rollout"}
    assert {*FIXED, *at_once} == set(Settings.model_fields)


def test_a_mistake_of_ours_leaves_the_daemon_as_it_was(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def stumble() -> None:
        async with started(world) as reload:
            reload.reread = lambda: 1 // 0  # type: ignore[assignment]
            await hup(reload)
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.has("n1", ONE)

    run(stumble())
    (told,) = world.told("mistake")
    assert "reading the settings again" in told.words


def test_the_log_speaks_by_the_new_level(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    world = World(tmp_path)
    path = world.settle("  log: {level: error}\n")
    settings = load_settings(path).settings
    assert settings is not None
    daemon = Daemon(settings, reread=partial(load_settings, path))
    daemon.bus.publish(Event("one", "not said"))
    world.settle("  log: {level: debug, format: json}\n")
    run(daemon.reload.once())
    daemon.bus.publish(Event("two", "said once", level="debug"))
    said = capfd.readouterr().err
    assert "not said" not in said
    assert json.loads(said.splitlines()[-1])["words"] == "said once"
    assert said.count("said once") == 1


def test_rules_for_devices_that_there_are_not_are_told_once_each(tmp_path: Path) -> None:
    world, told = World(tmp_path), list[str]()
    path = world.settle("  heal: [{heal: hold, devices: [n1, n22]}]\n")
    path.write_text(path.read_text().replace("path: checkouts", "path: checkouts/c1/desired"))
    loaded = load_settings(path)
    assert loaded.settings is not None
    assert loaded.document is not None
    advice = Advice(path, loaded.document)
    daemon = Daemon(loaded.settings, lambda name: False, partial(load_settings, path), advice)
    daemon.bus.attach(lambda event: told.append(event.words) if event.level == "warning" else None)

    async def work() -> None:
        await daemon.following.look()
        await asyncio.sleep(0)
        assert [words.partition("warning: ")[2] for words in told] == [
            "matches-nothing: no device is named 'n22': did you mean 'n2'?"
        ], "as soon as a revision is in force"
        path.write_text(path.read_text().replace("n22", "m3"))
        for _ in range(2):
            await daemon.reload.once()
        assert "no device is named 'm3'" in told.pop()
        inventory = tmp_path / "inventory.yaml"
        inventory.write_text(inventory.read_text().replace("    n1: ", "    k1: "))
        (tmp_path / "checkouts/c1/desired/nodes.yaml").write_text(NODE.format(name="k1"))
        await daemon.following.look()
        await asyncio.sleep(0)
        assert "no device is named 'n1'" in told.pop()
        assert len(told) == 1
        await daemon.deployment.stop(1.0)

    run(work())
