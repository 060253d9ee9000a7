"""What people hear of a quiet day, of a bad one, and after they were away: a whole daemon, and hours in no time."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from reconciler.daemon.event import Reader
from tests.daemon.attended import Attended
from tests.daemon.fasttime import now, run
from tests.daemon.world import FORGED, ONE, TWO, until
from tests.engine.fakes import DictTransport

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ONCE = [("opened", "drift"), ("resolved", "drift")]


def logged(capfd: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


def test_a_day_on_which_nothing_happens_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    world = Attended(tmp_path, monkeypatch)

    async def work() -> None:
        async with world.running() as service:
            await until(world, "in sync")
            await asyncio.sleep(MINUTE)
            capfd.readouterr()
            await asyncio.sleep(DAY)
            assert list(service.hub.conditions) == []
            said = logged(capfd)
            assert {(line["event"], line["level"]) for line in said} == {("summary", "info")}
            assert len(said) == 24
            assert said[0]["words"] == "at c1: 2 of 2 devices in sync"
            assert service.hub.reads["n1"] > DAY / 100

    run(work())
    assert {name: person.tries for name, person in world.people.items()} == {"am": [], "chat": [], "desk": []}


def test_one_drift_is_one_opened_and_one_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Attended(tmp_path, monkeypatch)

    async def work() -> None:
        async with world.running():
            await until(world, "in sync")
            world.forge("n1")
            await asyncio.sleep(HOUR)

    run(work())
    assert world.news == dict.fromkeys(world.people, ONCE)
    assert all(len(person.heard) == 2 for person in world.people.values())


def test_an_entry_that_somebody_rewrites_every_two_seconds_is_one_fight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Attended(tmp_path, monkeypatch)

    async def work() -> None:
        async with world.running() as service:
            await until(world, "in sync")
            for _ in range(300):
                world.forge("n1")
                await asyncio.sleep(2.0)
            assert world.has("n1", FORGED)
            for news in world.news.values():
                assert news == [("opened", "drift"), ("opened", "fight")]
            service.resume("n1", "ada")
            await asyncio.sleep(HOUR)
            assert world.has("n1", ONE)

    run(work())
    for news in world.news.values():
        assert sorted(news[2:]) == [("resolved", "drift"), ("resolved", "fight")]


def test_five_hundred_devices_that_vanish_at_once_are_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Attended(tmp_path, monkeypatch, [f"n{number}" for number in range(500)])
    world.transports = {name: DictTransport.having(ONE, TWO) for name in world.transports}

    async def work() -> None:
        async with world.running() as service:
            await until(world, "in sync")
            for down in ("no route to host", ""):
                for name, transport in world.transports.items():
                    transport.down = down
                    service.deployment.keepers[name].call()
                await asyncio.sleep(1.0 if down else 20.0)

    run(work())
    for person in world.people.values():
        assert [len(message.items) for _, message in person.heard] == [500, 500]


def test_who_was_away_for_ten_minutes_has_missed_nothing_and_has_kept_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Attended(tmp_path, monkeypatch, ["n1", "n2", "n3"])
    world.flips = 100
    desk = world.people["desk"]
    healed: dict[bool, list[float]] = {False: [], True: []}

    async def drift(name: str) -> None:
        """One that is put back."""
        began = now()
        world.forge(name)
        with Reader(world.service.hub.bus) as reader:
            async with asyncio.timeout(MINUTE):
                while (await anext(aiter(reader))).kind != "healed":
                    continue
        healed[desk.away].append(now() - began)

    async def work() -> None:
        async with world.running():
            await until(world, "in sync")
            for desk.away in (False, True):
                for number in range(10):
                    await drift(f"n{1 + number % 3}")
                    await asyncio.sleep(MINUTE)
            assert [one.kind for one in world.service.hub.conditions] == ["receiver"]
            desk.away = False
            await asyncio.sleep(10 * MINUTE)
            assert list(world.service.hub.conditions) == []

    run(work())
    assert max(*healed[True], *healed[False]) < 0.2
    told = {name: person.by_id for name, person in world.people.items()}
    drifts = {one for one, statuses in told["desk"].items() if statuses == ["opened", "resolved"]}
    assert len(drifts) == len(told["desk"]) == 20
    assert told["chat"].keys() == told["am"].keys() > drifts
    order = [item.alert.since for _, message in desk.heard for item in message.items if item.status == "opened"]
    assert order == sorted(order)
    assert world.news["chat"].count(("opened", "receiver")) == world.news["chat"].count(("resolved", "receiver")) == 1
