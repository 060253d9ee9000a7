"""Rules of the history that chance seldom meets."""

from __future__ import annotations

import sqlite3

from reconciler.report.event import Event
from reconciler.sinks.journal.entry import Work
from reconciler.sinks.journal.query import Query, find
from reconciler.sinks.journal.recording import begin, record
from reconciler.sinks.journal.retention import Retention, prune
from tests.sinks.test_history_laws import everything, history


def rolled_out(applied: float) -> sqlite3.Connection:
    """A rollout that was over at 20, of which a device was written to at ``applied``."""
    connection = history()
    record(connection, Event("revision", "", data={"revision": "c1"}, at=10.0))
    begin(connection, Work("n1", "pending", "c1", "d1"), 11.0)
    record(connection, Event("rollout", "", data={"revision": "c1", "converged": True}, at=20.0))
    record(connection, Event("applied", "", "n1", at=applied))
    return connection


def kinds(connection: sqlite3.Connection) -> list[str]:
    return [entry["kind"] for entry in everything(connection)]


def test_a_rollout_stays_as_long_as_a_part_of_it_is_young() -> None:
    connection = rolled_out(applied=90.0)
    record(connection, Event("revision", "", data={"revision": "c2"}, at=30.0))
    assert not prune(connection, Retention(age=50.0), 100.0)
    assert kinds(connection) == ["revision", "change", "revision"]
    assert prune(connection, Retention(age=5.0), 100.0)
    assert kinds(connection) == ["revision"]


def test_the_revision_in_force_stays_however_old_and_however_much_it_is() -> None:
    connection = rolled_out(applied=15.0)
    assert not prune(connection, Retention(age=1.0), 1e9)
    assert not prune(connection, Retention(age=1e12, size=0), 1e9)
    assert kinds(connection) == ["change", "revision"]


def test_parts_are_found_where_their_kind_or_device_is_asked_for() -> None:
    connection = rolled_out(applied=15.0)
    found = [find(connection, query) for query in (Query(), Query(kind="change"), Query(device="n*"))]
    assert [[entry["kind"] for entry in entries] for entries in found] == [["revision"], ["change"], ["change"]]


def test_nothing_ends_before_it_began_when_a_clock_is_set_back() -> None:
    connection = rolled_out(applied=5.0)
    (change,) = find(connection, Query(kind="change"))
    assert (change["began"], change["ended"]) == (11.0, 11.0)
