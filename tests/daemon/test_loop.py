"""The loop over devices made of dictionaries: what is written when, what failure means, and that nothing gets stuck."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from reconciler.core.driver import Script
from tests.daemon.fasttime import run
from tests.daemon.world import FORGED, ONE, TWO, World
from tests.engine.fakes import DictTransport

MINUTE, HOUR = 60.0, 3600.0


def test_it_brings_devices_to_their_state_and_says_once_that_it_did(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def day() -> None:
        async with world.running():
            await asyncio.sleep(24 * HOUR)

    run(day())
    assert world.has("n1", ONE, TWO)
    assert world.has("n2", ONE, TWO)
    kinds = [event.kind for event in world.events if event.level != "debug"]
    assert kinds[:4] == ["revision", "applied", "applied", "rollout"]
    assert kinds[4:] in (["summary"] * 23, ["summary"] * 24)
    assert world.told("summary")[-1].words == "at c1: 2 of 2 devices in sync"
    assert world.told("rollout")[0].data["converged"] is True
    assert len(list((tmp_path / "state").glob("devices-*.json"))) == 1, "it is remembered where the settings say"
    assert world.transports["n1"].reads > 24 * 30


def test_nothing_is_written_before_every_device_was_looked_at(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Slow(DictTransport):
        async def query(self, questions: Any) -> Any:
            await asyncio.sleep(20.0)
            return await super().query(questions)

    world.transports["n2"] = Slow.having()

    async def start() -> None:
        async with world.running():
            await asyncio.sleep(19.0)
            assert world.transports["n1"].reads == 1
            assert world.transports["n1"].sent == []
            await asyncio.sleep(2.0)
            assert world.has("n1", ONE, TWO)

    run(start())


def test_a_drift_is_told_and_put_back(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def drift() -> None:
        async with world.running() as service:
            service.hub.who = lambda device: "admin on vty3 (10.0.0.5)"
            await asyncio.sleep(5.0)
            world.forge("n1")
            await asyncio.sleep(0.1)
            assert world.has("n1", ONE)

    run(drift())
    (found,) = world.told("drift")
    assert found.words == (
        "drift on n1: ~ route 10.1.0.0/16 table 254 metric 0 gateway 10.0.0.66 → 10.0.0.1 [nodes.yaml:7]; "
        "by admin on vty3 (10.0.0.5)"
    )
    (healed,) = world.told("healed")
    assert healed.words.startswith("n1: put back 1 entry 0.0")


def test_a_drift_that_nobody_tells_of_is_found_by_reading_again(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def drift() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            await asyncio.sleep(300.0)
            world.transports["n1"].rows.pop(ONE.key)
            await asyncio.sleep(100.0)
            assert world.has("n1", ONE)

    run(drift())
    assert re.search(r"\[nodes.yaml:7\]; since 1m\d\ds at most$", world.told("drift")[0].words.replace("1m9s", "1m09s"))
    assert world.told("healed")[0].words == "n1: put back 1 entry 0.00 s after it was found"


def test_who_is_called_often_reads_at_most_every_fifty_milliseconds(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def storm() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            before = world.transports["n1"].reads
            for _ in range(10_000):
                service.deployment.keepers["n1"].call()
                await asyncio.sleep(0.0001)
            assert 15 <= world.transports["n1"].reads - before <= 21

    run(storm())


def test_stopping_finishes_what_is_being_written_and_begins_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Slow(DictTransport):
        async def apply(self, script: Script) -> Any:
            await asyncio.sleep(3.0)
            return await super().apply(script)

    world.transports["n1"] = Slow.having()

    async def stop() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            assert world.phase("n1") == "applying"
            sent = len(world.transports["n2"].sent)
            world.forge("n2")
        assert world.has("n1", ONE, TWO)
        assert len(world.transports["n2"].sent) == sent
        assert world.has("n2", FORGED)

    run(stop())


def test_who_waits_for_a_turn_to_write_is_not_waited_for(tmp_path: Path) -> None:
    world = World(tmp_path, concurrency=1)

    class Slow(DictTransport):
        async def apply(self, script: Script) -> Any:
            await asyncio.sleep(3.0)
            return await super().apply(script)

    world.transports |= {name: Slow.having() for name in ("n1", "n2")}

    async def stop() -> None:
        async with world.running():
            await asyncio.sleep(1.0)
            assert {world.phase("n1"), world.phase("n2")} == {"applying", "new"}

    run(stop())
    assert sorted(len(transport.rows) for transport in world.transports.values()) == [1, 3]


def test_another_source_goes_on_from_no_revision(tmp_path: Path) -> None:
    """What was in force of a folder says nothing about a repository that a person has named since."""
    world = World(tmp_path)
    world.kept |= {"revision": "sha256:0", "source": "/srv/desired"}
    world.source.straight = False

    async def start(place: str) -> None:
        async with world.running() as service:
            service.following.begin_at(place)
            await asyncio.sleep(MINUTE)

    run(start("/srv/desired"))
    assert world.told("rollout") == []
    run(start("/srv/git/desired.git#refs/heads/main:"))
    assert world.has("n1", ONE, TWO)


def test_an_audited_device_is_reported_and_never_written(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.audited = ("n2",)

    async def audit() -> None:
        async with world.running():
            await asyncio.sleep(HOUR)
            assert world.transports["n2"].sent == []
            assert world.phase("n2") == "withheld"

    run(audit())
    (withheld,) = world.told("withheld")
    assert "only planned" in withheld.words


def test_reads_are_counted_whatever_they_are_for(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def drift() -> None:
        async with world.running() as service:
            await asyncio.sleep(5.0)
            before = {name: one.reads for name, one in world.transports.items()}
            world.forge("n1")
            await asyncio.sleep(1.0)
            assert world.transports["n1"].reads - before["n1"] == 2, "one that finds it, one that proves its repair"
            assert world.transports["n2"].reads == before["n2"]
            devices: Any = service.status()["devices"]
            assert {name: one["reads"] for name, one in devices.items()} == {
                name: one.reads for name, one in world.transports.items()
            }

    run(drift())


def test_what_is_remembered_of_devices_lies_where_the_settings_say(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def converge() -> None:
        async with world.running():
            await asyncio.sleep(5.0)

    run(converge())
    (kept,) = (tmp_path / "state").glob("devices-*.json")
    assert '"n1"' in kept.read_text()
