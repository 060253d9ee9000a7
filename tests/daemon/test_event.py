"""Who listens can neither stop nor hold up what happens, nor cost more memory than there is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reconciler.daemon.condition import Conditions
from reconciler.daemon.event import KEPT, Bus, Reader
from reconciler.daemon.gauges import view
from reconciler.daemon.overview import CHANGES
from reconciler.report.event import Event
from reconciler.settings.heal import HealRule
from tests.daemon.fasttime import run
from tests.daemon.world import World


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_listener_that_fails_keeps_the_news_from_nobody(place: int) -> None:
    bus, heard = Bus(), list[list[Event]]([[], []])

    def fails(event: Event) -> None:
        raise KeyError("oops")

    listeners = [one.append for one in heard]
    listeners.insert(place, fails)
    for listener in listeners:
        bus.attach(listener)
    conditions = Conditions(bus, lambda: 5.0)
    conditions.begin("drift", "n1", "drift on n1", device="n1")
    for one in heard:
        assert sorted(event.kind for event in one) == ["drift", "mistake"]
        assert any("KeyError" in event.words and "drift" in event.words for event in one)


def test_what_a_slow_reader_loses_is_counted_for_the_metrics(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            with Reader(service.hub.bus) as reader:
                for number in range(KEPT + 7):
                    service.hub.tell(Event("warning", str(number)))
                assert next(reader.waiting()).words == "7"
            assert view(service).dropped == 7

    run(work())


def test_the_overview_keeps_what_it_shows_of_a_large_drift_and_whose_end_matters(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            many = [{"verb": "create"}] * 150
            service.hub.conditions.begin("drift", "n1", "drift", device="n1", data={"changes": many})
            known = service._overview._drifts
            assert [len(one["changes"]) for one in known.values()] == [CHANGES]
            conditions: Any = service.status()["conditions"]
            assert [(one["count"], len(one["changes"])) for one in conditions] == [(150, CHANGES)]
            service.hub.conditions.end("drift", "n1")
            assert not known
            service.hub.conditions.begin("withheld", "n1", "n1 is withheld", device="n1")
            service.hub.conditions.end("withheld", "n1")
            over: Any = service.status()["over"]
            assert [one["kind"] for one in over] == ["drift"]

    run(work())


def test_what_is_held_is_written_out_once_however_often_it_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.daemon import telling
    from reconciler.report import plan_json

    written = 0

    def counted(*asked: object) -> dict[str, object]:
        nonlocal written
        written += 1
        return plan_json.change_document(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(telling, "change_document", counted)
    monkeypatch.setattr("reconciler.daemon.drift.change_document", counted)
    world = World(tmp_path)

    async def work() -> None:
        async with world.running() as service:
            await asyncio.sleep(1.0)
            service.hub.restraints.heal = (HealRule(devices=("n1",), heal="hold"),)
            world.forge("n1")
            await asyncio.sleep(2.0)
            before, looks = written, service.hub.reads["n1"]
            assert before
            await asyncio.sleep(3600.0)
            assert service.hub.reads["n1"] > looks + 10
            assert written == before

    run(work())
