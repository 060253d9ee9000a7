"""Debian's Alertmanager hears of every kind of episode: it fires once, and is resolved once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.report.event import Event
from reconciler.settings.alerts import AlertSettings
from reconciler.settings.severity import SEVERITIES
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.alertmanager import Alertmanager, name
from reconciler.sinks.alerts.alerts import Alerts
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.message import Item, message
from reconciler.sinks.alerts.sender import sender
from tests.sinks.alertmanager import alertmanager
from tests.sinks.receiver import Recorder, recording

SOON = {"settle": "300ms", "group": "50ms", "interval": "100ms"}
EVERY = sorted(SEVERITIES)


def episode(kind: str, status: str, number: int, **data: Any) -> Event:
    said = {"episode": status, "id": f"{number:012x}", "condition": kind, "subject": f"s{number}", "since": 1.7e9}
    return Event(kind, f"{kind} {status}", f"n{number}", "warning", {**said, **data})


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


def notified(people: Recorder) -> Counter[tuple[str, str]]:
    """How often people were told of each alert, by status and name."""
    found = [
        (alert["status"], alert["labels"]["alertname"]) for call in people.calls for alert in call.document["alerts"]
    ]
    return Counter(found)


def test_every_kind_fires_once_and_is_resolved_once(tmp_path: Path) -> None:
    with recording() as people, alertmanager(tmp_path, people.url) as running:
        receiver = {"alertmanager": {"url": running.url}, "severity": "info"}
        settings = AlertSettings.model_validate({**SOON, "receivers": {"am": receiver}})

        async def work() -> None:
            alerts = Alerts(tmp_path / "alerts.db", settings, instance="host1")
            task = asyncio.create_task(alerts.run())
            for number, kind in enumerate(EVERY):
                alerts.hear(episode(kind, "opened", number))
            await until(lambda: len(notified(people)) == len(EVERY))
            (held,) = (one for one in running.alerts() if one["labels"]["kind"] == "held")
            assert held["labels"] == {
                "alertname": "ReconcilerHeld",
                "kind": "held",
                "severity": "warning",
                "instance": "host1",
                "device": f"n{EVERY.index('held')}",
                "subject": f"s{EVERY.index('held')}",
            }
            assert held["annotations"]["summary"] == f"n{EVERY.index('held')}: held, needs approval"
            assert held["startsAt"] == "2023-11-14T22:13:20.000Z"
            for number, kind in enumerate(EVERY):
                alerts.hear(episode(kind, "resolved", number))
            await until(lambda: len(notified(people)) == 2 * len(EVERY))
            assert running.alerts() == []
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(work())
        wanted = [(status, name(kind)) for status in ("firing", "resolved") for kind in EVERY]
        assert notified(people) == Counter(wanted)


@pytest.mark.parametrize("ahead", [0.0, 3600.0])
def test_a_clock_that_is_put_back_never_makes_it_end_before_it_begins_nor_later_than_now(ahead: float) -> None:
    """Alertmanager refuses the first for good, and takes the second as still firing."""
    now = 1795290000.0
    rules = AlertSettings.model_validate({"receivers": {"am": {"alertmanager": {"url": "http://127.0.0.1:1"}}}})
    way = sender("am", rules.receivers["am"], "host1", Clock(lambda: now))
    assert isinstance(way, Alertmanager)
    alert = Alert("9f8e7d6c5b4a", "unreachable", "n1", "words", now + ahead, "n1")
    over = alert.over(now, "n1 answers again")
    (opened,) = way.document(message([Item("opened", 1, alert)]))
    (resolved,) = way.document(message([Item("resolved", 1, over)]))
    assert opened["startsAt"] == "2026-11-21T19:40:00.000Z" < opened["endsAt"]
    assert resolved["startsAt"] == resolved["endsAt"] == "2026-11-21T19:40:00.000Z"
