"""What survives restarts, other settings, a spoilt disk and a clock that jumps. Hours pass in no time."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from reconciler.report.event import Event
from reconciler.sinks.alerts import desk
from reconciler.sinks.alerts.store import Store
from tests.daemon.fasttime import now, run
from tests.sinks.office import Office, Person

HELD = "held: heal: hold; `reconcile approve 75d7375b0927` applies it"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, monkeypatch, {"oncall": Person()})


def test_who_comes_back_after_a_kill_takes_up_what_was_being_sent(office: Office) -> None:
    oncall = office.people["oncall"]

    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", digest="a")
            office.begin("drift", "n2", digest="b")
            await asyncio.sleep(30)
            office.begin("failed", "n3")
            oncall.away = True
            await asyncio.sleep(5)
        office.end_unheard("drift", "n1")
        oncall.away = False
        async with office.running():
            await asyncio.sleep(60)
            office.end("drift", "n2")
            await asyncio.sleep(60)

    run(work())
    assert oncall.told == [
        *(("opened", "n1"), ("opened", "n2"), ("opened", "n3")),
        *(("resolved", "n1"), ("resolved", "n2")),
    ]


def test_what_still_holds_is_told_again_every_four_hours_and_to_alertmanager_every_minute(office: Office) -> None:
    office.people = {"am": Person(), "hook": Person()}

    async def work() -> None:
        am = {"alertmanager": {"url": "http://127.0.0.1:1"}}
        async with office.running(office.settings({"am": am, "hook": {}})):
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(2)
            office.begin("unreachable", "n1")
            office.begin("drift", "n2", digest="b")
            await asyncio.sleep(9 * 3600)

    run(work())
    hook = [item.alert.subject for _, message in office.people["hook"].heard for item in message.items]
    assert hook.count("n2") == 3
    beats = [at for at, message in office.people["am"].heard if len(message.items) == 3]
    assert len(beats) >= 9 * 60 - 5
    assert all(later - before < 61 for before, later in itertools.pairwise(beats))


def test_the_end_of_what_was_before_does_not_end_what_holds_now(office: Office) -> None:
    async def work() -> None:
        async with office.running() as alerts:
            office.begin("drift", "n1", digest="a")
            (before,) = office.conditions
            await asyncio.sleep(1)
            office.end("drift", "n1")
            office.begin("drift", "n1", digest="a")
            alerts.hear(Event("drift", "words", "n1", data={"episode": "resolved", **before.data}))
            await asyncio.sleep(60)

    run(work())
    assert office.people["oncall"].told == [("opened", "n1")]


def test_what_is_said_to_hold_once_more_after_a_restart_is_nothing_new(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", "drift", digest="a", by="ada")
            await asyncio.sleep(30)
        async with office.running() as alerts:
            office.begin("unreachable", "n2")
            for one in office.conditions:
                alerts.hear(Event(one.kind, one.words, one.device, data={"episode": "opened", **one.data}))
            await asyncio.sleep(1000)
            assert [one.by for one in office.open] == ["ada", ""]

    run(work())
    assert office.people["oncall"].told == [("opened", "n1"), ("opened", "n2")]


def test_who_made_a_drift_that_is_still_held_is_not_forgotten_by_a_restart(office: Office) -> None:
    """Who it was stands in syslog of before: the daemon that finds the drift again does not know."""

    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", "drift; by ada", digest="a", by="ada")
            office.begin("drift", "n1", "drift; by ada; held", digest="a", by="ada", waits=HELD)
            await asyncio.sleep(30)
        async with office.running():
            office.begin("drift", "n1", "drift", digest="a")
            office.begin("drift", "n1", "drift; held", digest="a", waits=HELD)
            await asyncio.sleep(1000)
            assert [one.by for one in office.open] == ["ada"]
            office.begin("drift", "n1", "drift", digest="b")
            await asyncio.sleep(1)
            assert [one.by for one in office.open] == [""]
            await asyncio.sleep(60)

    run(work())
    assert office.people["oncall"].told == [("opened", "n1"), ("updated", "n1")]


def test_what_a_cancelled_receiver_was_about_to_keep_is_kept_by_the_next_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other settings cancel whoever waits for the disk: what had arrived is not told again after a kill."""
    write, slow = Store.write, asyncio.Event()

    async def late(store: Store, *what: Any) -> bool:
        if any(one and one["told"] for one in what[0].values()) and not slow.is_set():
            slow.set()
            await asyncio.sleep(3600)
        return await write(store, *what)

    async def work() -> None:
        monkeypatch.setattr(Store, "write", late)
        async with office.running() as alerts:
            office.begin("drift", "n1", digest="a")
            await slow.wait()
            alerts.adopt(office.settings(repeat="5h"))
            await asyncio.sleep(5)
        async with office.running():
            await asyncio.sleep(60)

    run(work())
    assert office.people["oncall"].told == [("opened", "n1")]


def test_neither_a_restart_nor_other_settings_make_messages_come_sooner_nor_counts_begin_anew(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(1)
        async with office.running() as alerts:
            office.begin("drift", "n2", digest="b")
            await asyncio.sleep(15)
            alerts.adopt(office.settings(repeat="5h"))
            office.begin("drift", "n3", digest="c")
            await asyncio.sleep(15)
            assert alerts.counts["oncall"].sent == 2

    run(work())
    oncall = office.people["oncall"]
    assert oncall.told == [("opened", "n1"), ("opened", "n2"), ("opened", "n3")]
    assert all(later - before >= 9 for (before, _), (later, _) in itertools.pairwise(oncall.heard))


@pytest.mark.parametrize("place", ["a folder", "nonsense", "garbage"])
def test_alerts_go_out_whatever_is_on_the_disk(office: Office, place: str) -> None:
    path = office.folder / "alerts.db"

    async def work() -> None:
        if place == "a folder":
            path.mkdir()
        elif place == "nonsense":
            path.write_text("no database at all" * 1000)
        else:
            async with office.running():
                office.begin("drift", "n9", digest="a")
                await asyncio.sleep(1)
            office.end_unheard("drift", "n9")
            office.people["oncall"].heard.clear()
            with sqlite3.connect(path) as connection:
                connection.execute("UPDATE episode SET document = '{\"alert\": 5}'")
                connection.execute("UPDATE receiver SET document = '[{}]'")
        async with office.running():
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(20)
            office.end("drift", "n1")
            await asyncio.sleep(20)

    run(work())
    assert office.people["oncall"].told == [("opened", "n1"), ("resolved", "n1")]
    assert all("mistake" not in event.words for event in office.said)
    assert len(office.said) == (0 if place == "garbage" else 1)


def test_too_much_to_keep_costs_whole_episodes_that_are_over_and_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "KEPT", 10)
    oncall = office.people["oncall"]
    oncall.away = True

    async def work() -> None:
        async with office.running():
            office.begin("fight", "n0")
            for _ in range(30):
                office.begin("drift", "n1", digest="a")
                await asyncio.sleep(20)
                office.end("drift", "n1")
                await asyncio.sleep(20)
            assert office.alerts is not None
            assert office.alerts.counts["oncall"].dropped == 19
            oncall.away = False
            await asyncio.sleep(600)

    run(work())
    assert oncall.told.count(("opened", "n1")) == oncall.told.count(("resolved", "n1")) == 11
    assert oncall.told.count(("opened", "n0")) == 1
    assert [status for status, name in oncall.told if name == "n1"] == ["opened", "resolved"] * 11
    assert sum(message.dropped for _, message in oncall.heard) == 19
    assert office.said[0].words == "oncall takes nothing: 1 alert, long over, had to be dropped"


def test_other_receivers_hear_of_what_holds_and_those_that_are_gone_of_nothing(office: Office) -> None:
    async def work() -> None:
        async with office.running(office.settings({"a": {}})) as alerts:
            office.begin("drift", "n1", digest="a")
            office.begin("advice", "n2")
            await asyncio.sleep(30)
            alerts.adopt(office.settings({"b": {"severity": "info"}, "c": {"kinds": ["advice"], "severity": "info"}}))
            await asyncio.sleep(30)
            office.end("drift", "n1")
            await asyncio.sleep(30)

    run(work())
    told = {name: person.told for name, person in office.people.items() if person.told}
    assert told == {
        "a": [("opened", "n1")],
        "b": [("opened", "n1"), ("opened", "n2"), ("resolved", "n1")],
        "c": [("opened", "n2")],
    }


def test_a_receiver_in_trouble_is_not_told_so_and_the_others_are(office: Office) -> None:
    async def work() -> None:
        async with office.running(office.settings({"a": {}, "b": {}})):
            office.begin("receiver", "a")
            await asyncio.sleep(30)

    run(work())
    assert office.people["b"].told == [("opened", "a")]
    assert office.people["a"].told == []


def test_events_that_are_none_stop_nothing(office: Office) -> None:
    async def work() -> None:
        async with office.running() as alerts:
            for data in (
                {"episode": 5},
                {"episode": "opened", "id": "x", "condition": "drift", "subject": "s", "since": "y"},
            ):
                alerts.hear(Event("drift", "words", data=data))
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(1)

    run(work())
    assert office.people["oncall"].told == [("opened", "n1")]
    assert [event.kind for event in office.said] == ["mistake", "mistake"]


def test_the_clock_of_the_wall_may_jump(office: Office) -> None:
    jump = 0.0
    office.monkeypatch.setattr("tests.sinks.office.now", lambda: now() + jump)

    async def work() -> None:
        nonlocal jump
        async with office.running():
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(5)
            jump = -7200.0
            office.end("drift", "n1")
            await asyncio.sleep(30)
        jump = 0.0

    run(work())
    oncall = office.people["oncall"]
    assert oncall.told == [("opened", "n1"), ("resolved", "n1")]
    over = oncall.heard[-1][1].items[0].alert
    assert over.ended == over.since
