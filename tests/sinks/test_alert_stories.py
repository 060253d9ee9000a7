"""What people hear on an ordinary day, on a bad night, and while they are away. Hours pass in no time."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from reconciler.report.event import Event
from tests.daemon.fasttime import run
from tests.sinks.office import Office, Person

CHANGE = {
    "verb": "update",
    "kind": "fdb",
    "name": "66:d2 dev vxlan.calico",
    "fields": {"dst": ["10.0.0.9", "10.0.0.2"]},
}
HELD = "held: heal: hold; `reconcile approve 75d7375b0927` applies it"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, monkeypatch, {"oncall": Person()})


def test_a_drift_that_is_healed_is_told_within_a_second_and_once_more_when_it_is_over(office: Office) -> None:
    oncall = office.people["oncall"]

    async def work() -> None:
        async with office.running():
            began = asyncio.get_running_loop().time()
            office.begin("drift", "n1", "drift on n1", digest="d1", by="admin on vty3", changes=[CHANGE])
            await asyncio.sleep(0.09)
            office.end("drift", "n1", "n1: put back 1 entry 0.09 s after the drift", took=0.09)
            await asyncio.sleep(3600)
        (first, opened), (second, resolved) = oncall.heard
        assert first - began < 1.0
        assert second - began == pytest.approx(15.1, abs=0.1)
        (item,), (over,) = opened.items, resolved.items
        assert (item.status, item.alert.by, item.alert.revision, item.alert.count) == (
            "opened",
            "admin on vty3",
            "c0ffee",
            1,
        )
        assert (over.status, over.alert.id) == ("resolved", item.alert.id)
        assert over.alert.outcome == "n1: put back 1 entry 0.09 s after the drift"

    run(work())
    assert office.said == []


def test_a_held_drift_says_how_to_approve_it_at_once_and_later_news_comes_every_five_minutes(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", "drift", digest="d1", changes=[CHANGE])
            office.begin("drift", "n1", "drift; held", digest="d1", waits=HELD, changes=[CHANGE])
            await asyncio.sleep(30)
            office.begin("drift", "n2", "drift", digest="d2")
            await asyncio.sleep(5)
            for number in range(60):
                office.begin("drift", "n2", f"drift {number}", digest=f"e{number}", waits=HELD)
                await asyncio.sleep(20)

    run(work())
    (_, first), *rest = office.people["oncall"].heard
    assert first.items[0].alert.waits == HELD
    assert all(item.alert.subject == "n2" for _, message in rest for item in message.items)
    times = [at for at, message in rest if message.items[0].status == "updated"]
    assert times[0] - rest[0][0] < 11
    assert len(times) == 4
    assert all(later - before >= 300 for before, later in itertools.pairwise(times))


def test_other_words_for_the_same_wake_nobody(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            office.begin("unreachable", "n1", "n1 is unreachable: timed out")
            office.begin("failed", "n2", "applying failed: try 1")
            for number in range(60):
                await asyncio.sleep(60)
                office.begin("unreachable", "n1", f"n1 is unreachable: {['refused', 'timed out'][number % 2]}")
                office.begin("failed", "n2", f"applying failed: try {number}")

    run(work())
    assert office.people["oncall"].told == [("opened", "n1"), ("opened", "n2")]


def test_what_flaps_is_one_alert(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            for _ in range(40):
                office.begin("unreachable", "n1")
                await asyncio.sleep(12)
                office.end("unreachable", "n1")
                await asyncio.sleep(12)
            await asyncio.sleep(60)

    run(work())
    oncall = office.people["oncall"]
    assert oncall.told == [("opened", "n1"), ("resolved", "n1")]
    assert oncall.heard[-1][1].items[0].alert.times == 40


def test_five_hundred_devices_that_go_away_together_are_one_message(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            for number in range(500):
                office.begin("unreachable", f"n{number}")
                await asyncio.sleep(0.0005)
            await asyncio.sleep(60)
            for number in range(500):
                office.end("unreachable", f"n{number}")
                await asyncio.sleep(0.001)
            await asyncio.sleep(60)

    run(work())
    assert [len(message.items) for _, message in office.people["oncall"].heard] == [500, 500]


def test_five_hundred_devices_of_which_we_hear_one_timeout_after_the_other_are_two_messages(office: Office) -> None:
    """As behind an uplink that swallows packets: 64 connections are tried at a time, each for 5 s."""
    office.people = {"am": Person(), "hook": Person()}

    async def work() -> None:
        am = {"alertmanager": {"url": "http://127.0.0.1:1"}}
        async with office.running(office.settings({"am": am, "hook": {}})):
            for happens in (office.begin, office.end):
                for number in range(500):
                    happens("unreachable", f"n{number}")
                    if number % 64 == 63:
                        await asyncio.sleep(5)
                office.begin("failed", f"other {happens.__name__}")
                await asyncio.sleep(300)

    run(work())
    hook = office.people["hook"].heard
    assert [(len(message.items), {item.alert.kind for item in message.items}) for _, message in hook] == [
        *[(64, {"unreachable"}), (1, {"failed"}), (436, {"unreachable"})] * 2,
    ]
    (first, _), (other, _), (rest, _) = hook[:3]
    assert first - 1000.0 < 1.0
    assert other - first < 41.0
    assert rest - first < 61.0
    assert len(office.people["am"].by_id) == 502
    known = [at for at, message in office.people["am"].heard if any(item.status == "opened" for item in message.items)]
    assert known[4] - known[0] < 41.0


def test_an_unreachable_device_hides_what_else_is_said_of_it(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            office.begin("unreachable", "n1")
            office.begin("drift", "n1", digest="a")
            office.begin("held", "n1")
            office.begin("drift", "n2", digest="b")
            await asyncio.sleep(60)
            office.end("held", "n1")
            office.end("unreachable", "n1")
            await asyncio.sleep(60)
            assert office.people["oncall"].news == [
                *(("opened", "n1"), ("opened", "n2")),
                *(("resolved", "n1"), ("opened", "n1")),
            ]
            office.end("drift", "n1")
            await asyncio.sleep(60)

    run(work())
    kinds = [(item.status, item.alert.kind) for _, message in office.people["oncall"].heard for item in message.items]
    assert kinds[2:] == [("resolved", "unreachable"), ("opened", "drift"), ("resolved", "drift")]


def test_a_drift_after_the_device_is_back_is_told_at_once(office: Office) -> None:
    async def work() -> None:
        async with office.running(office.settings(interval="100ms")):
            office.begin("unreachable", "n1")
            await asyncio.sleep(60)
            office.end("unreachable", "n1")
            await asyncio.sleep(1)
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(1)
            assert office.people["oncall"].told == [("opened", "n1"), ("opened", "n1")]

    run(work())


def test_a_fight_hides_the_drift_of_its_device(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", digest="a")
            office.begin("fight", "n1: route 10.0.0.0/8", device="n1")
            await asyncio.sleep(60)
            office.end("drift", "n1")
            office.end("fight", "n1: route 10.0.0.0/8")
            await asyncio.sleep(60)

    run(work())
    assert office.people["oncall"].told == [("opened", "n1: route 10.0.0.0/8"), ("resolved", "n1: route 10.0.0.0/8")]


def test_after_ten_minutes_away_nothing_is_lost_and_somebody_else_has_heard_of_it(office: Office) -> None:
    office.people = {"a": Person(away=True), "b": Person()}
    a, b = office.people["a"], office.people["b"]

    async def work() -> None:
        async with office.running(office.settings({"a": {}, "b": {}})):
            for number in range(5):
                office.begin("drift", f"n{number}", digest=str(number))
                await asyncio.sleep(60)
                office.end("drift", f"n{number}")
                await asyncio.sleep(60)
            assert a.heard == []
            assert [name for name, words in office.troubles if words] == ["a"] * len(office.troubles)
            assert office.troubles[0] == ("a", "nobody is there")
            a.away = False
            await asyncio.sleep(120)

    run(work())
    assert a.news == b.news == [(status, f"n{n}") for n in range(5) for status in ("opened", "resolved")] or (
        sorted(a.news) == sorted(b.news)
    )
    assert all(told == ["opened", "resolved"] for told in a.by_id.values())
    assert office.troubles[-1] == ("a", "")
    assert len(a.tries) < 30
    assert len({round(later - before, 3) for before, later in zip(a.tries, a.tries[1:], strict=False)}) > 10


def test_a_receiver_that_asks_for_time_is_given_it(office: Office) -> None:
    oncall = office.people["oncall"]
    oncall.away, oncall.after = True, 240.0

    async def work() -> None:
        async with office.running():
            office.begin("drift", "n1", digest="a")
            await asyncio.sleep(100)
            oncall.away = False
            await asyncio.sleep(200)

    run(work())
    assert len(oncall.tries) == 2
    assert oncall.tries[1] - oncall.tries[0] >= 240.0
    assert oncall.told == [("opened", "n1")]


def test_what_is_never_taken_is_given_up_and_told_and_keeps_nothing_back(office: Office) -> None:
    oncall = office.people["oncall"]
    oncall.refuses = {"n3"}

    async def work() -> None:
        async with office.running():
            for number in range(8):
                office.begin("unreachable", f"n{number}")
            await asyncio.sleep(300)
            for number in range(8):
                office.end("unreachable", f"n{number}")
            await asyncio.sleep(300)
            assert office.alerts is not None
            assert office.alerts.counts["oncall"].queued == 0

    run(work())
    fine = {f"n{number}" for number in range(8)} - {"n3"}
    assert sorted(oncall.told) == sorted((status, name) for name in fine for status in ("opened", "resolved"))
    assert [words for _, words in office.troubles] == [
        "it will never take this, so it was given up: unreachable of n3: HTTP 400 Bad Request",
        "",
    ]


def test_a_day_of_nothing_is_silent(office: Office) -> None:
    async def work() -> None:
        async with office.running():
            for _ in range(24 * 60):
                assert office.alerts is not None
                office.alerts.hear(Event("revision", "words"))
                await asyncio.sleep(60)

    run(work())
    assert (office.people["oncall"].heard, office.said, office.troubles) == ([], [], [])
