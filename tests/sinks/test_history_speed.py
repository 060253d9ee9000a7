"""How much of a long history a question has to look at: counted, not timed."""

from __future__ import annotations

import sqlite3

import pytest

from reconciler.report.event import Event
from reconciler.sinks.journal.query import Query, find
from reconciler.sinks.journal.recording import record
from tests.sinks.test_history_laws import history

ENTRIES = 20_000
KINDS = ("drift", "unreachable", "held")
GRAIN = 100
"""Steps of SQLite's virtual machine between two looks."""


@pytest.fixture(scope="module")
def long() -> sqlite3.Connection:
    """Of 200 devices, the last ones in trouble still, and of one that has had none for long."""
    connection = history()
    rows = (
        (
            KINDS[i % 3],
            "quiet" if i == 7 else f"leaf{i % 200}",
            i * 60.0,
            i * 60.0 + 30,
            "resolved",
            f"user{i % 50}",
            f"{i}",
        )
        for i in range(ENTRIES)
    )
    record(connection, Event("revision", "", data={"revision": "c1"}, at=0.0))
    columns = "kind, device, began, ended, outcome, who, episode, revision"
    connection.executemany(f"INSERT INTO entry ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, 'c1')", rows)
    connection.execute("UPDATE entry SET ended = NULL, outcome = '' WHERE id > ?", (ENTRIES - 5,))
    return connection


class Steps:
    """How many steps are made while it is attached, about."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection, self.count = connection, 0

    def __enter__(self) -> Steps:
        self.connection.set_progress_handler(self._step, GRAIN)
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.set_progress_handler(None, 0)

    def _step(self) -> int:
        self.count += GRAIN
        return 0


QUICK = [
    Query(),
    Query(outcome="open"),
    Query(kind="held", outcome="open"),
    Query(kind="suspended"),
    Query(outcome="failed"),
    Query(device="quiet"),
    Query(device="leaf7"),
    Query(device="leaf*"),
    Query(device="nobody*"),
    Query(by="user7"),
    Query(by="nobody*"),
    Query(since=(ENTRIES - 100) * 60.0),
    Query(before=ENTRIES // 2),
]


@pytest.mark.parametrize("query", QUICK, ids=str)
def test_a_usual_question_looks_at_a_small_part(long: sqlite3.Connection, query: Query) -> None:
    with Steps(long) as steps:
        find(long, query)
    assert steps.count < ENTRIES


def test_an_event_of_a_device_with_a_long_history_looks_at_a_small_part(long: sqlite3.Connection) -> None:
    data = {"condition": "drift", "subject": "leaf7", "since": 1.0, "id": "new"}
    with Steps(long) as steps:
        for episode, kind in (("opened", "drift"), ("updated", "drift"), ("resolved", "healed")):
            record(long, Event(kind, "", "leaf7", data={"episode": episode, **data}, at=2.0))
        record(long, Event("applied", "", "leaf7", at=2.0))
    assert steps.count < 2000
