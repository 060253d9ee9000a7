"""Laws of the history: what is heard is found, filters mean what they say, and nothing that goes on is dropped."""

from __future__ import annotations

import json
import sqlite3
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator

from reconciler.report.event import Event
from reconciler.sinks.journal.entry import FEW, HISTORY, Work
from reconciler.sinks.journal.query import Query, find, one
from reconciler.sinks.journal.recording import begin, record, settle
from reconciler.sinks.journal.retention import Retention, prune
from reconciler.sinks.journal.schema import SCHEMA

VALID = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/history.v1.json").read_text()))
DEVICES = ("leaf1", "leaf2", "k01", "[odd", "")
KINDS = ("drift", "held", "unreachable", "failed")
PEOPLE = ("ada", "admin on vty3 (10.0.0.5)", "")
PATTERNS = ("*", "leaf*", "leaf[!1]", "[odd", "k01", "nobody", "*1*", "admin on *", "")


def change(number: int) -> dict[str, Any]:
    name = f"192.168.{number}.0/24 table 254 metric 0"
    return {"verb": "update", "kind": "route", "name": name, "cause": "drift", "fields": {"dev": ["eth1", "eth2"]}}


def history() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in SCHEMA:
        connection.execute(statement)
    return connection


def everything(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every entry as a list shows it."""
    found = [one(connection, entry)[0] for (entry,) in connection.execute("SELECT id FROM entry ORDER BY id DESC")]
    VALID.validate({"schema": HISTORY, "entries": found})
    return [shortened(document) for document in found]


def shortened(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "changes": document["changes"][:FEW]} if "changes" in document else document


def episodes(at: float) -> some.SearchStrategy[Event]:
    """Some of it twice, or without its beginning."""
    return some.builds(
        lambda device, kind, episode, number, by, count, healed: Event(
            "healed" if kind == "drift" and episode == "resolved" and healed else kind,
            f"{kind} at {at}",
            device,
            data={
                "episode": episode,
                "condition": kind,
                "subject": device or "source",
                "since": at,
                "id": f"{number}{DEVICES.index(device)}{KINDS.index(kind)}",
                **({"by": by} if by else {}),
                **({"changes": [change(number) for number in range(count)]} if count else {}),
            },
            at=at,
        ),
        some.sampled_from(DEVICES),
        some.sampled_from(KINDS),
        some.sampled_from(("opened", "updated", "resolved", "resolved")),
        some.integers(0, 2),
        some.sampled_from(PEOPLE),
        some.sampled_from((0, 1, FEW, FEW + 1, 20)),
        some.booleans(),
    )


def rollouts(at: float) -> some.SearchStrategy[Event]:
    return some.builds(
        lambda kind, name, well: Event(kind, f"{kind} of {name}", data={"revision": name, "converged": well}, at=at),
        some.sampled_from(("revision", "rollout")),
        some.sampled_from(("c1", "c2")),
        some.booleans(),
    )


def others(at: float) -> some.SearchStrategy[Event]:
    return some.builds(
        lambda kind, device, by: Event(kind, f"{kind} by {by}", device, data={"by": by}, at=at),
        some.sampled_from(("applied", "applied", "retry", "suspended", "approved", "rollback", "ready")),
        some.sampled_from(DEVICES[:3]),
        some.sampled_from(PEOPLE),
    )


def works(at: float) -> some.SearchStrategy[tuple[float, Work]]:
    work = some.builds(
        Work,
        some.sampled_from(DEVICES[:3]),
        some.sampled_from(("pending", "pending", "drift")),
        some.sampled_from(("c1", "c2", "c3")),
        some.sampled_from(("d1", "d2")),
        some.sampled_from(PEOPLE),
        some.just([change(1), change(2)]),
    )
    return some.tuples(some.just(at), work)


Told = list[Event | tuple[float, Work]]


@some.composite
def stories(draw: some.DrawFn, *parts: Any) -> Told:
    """What a daemon may tell, in any order."""
    told, at = [], 1000.0
    for part in draw(some.lists(some.sampled_from(parts), min_size=1, max_size=10)):
        at += draw(some.sampled_from((0.0, 1.0, 50.0)))
        told.append(draw(part(at)))
    return told


mixed = stories(episodes, rollouts, rollouts, others, works, works)


def heard(told: Told) -> sqlite3.Connection:
    connection = history()
    for said in told:
        if isinstance(said, Event):
            record(connection, said)
        else:
            begin(connection, said[1], said[0])
    return connection


@settings(max_examples=60)
@given(stories(episodes, others))
def test_an_episode_is_one_entry_that_says_how_it_began_and_ended(told: Told) -> None:
    connection = heard(told)
    wanted: dict[object, dict[str, Any]] = {}
    for event in told:
        if not isinstance(event, Event) or "episode" not in event.data:
            continue
        data, resolved = event.data, event.data["episode"] == "resolved"
        before = wanted.get(data["id"])
        entry = before or {"kind": data["condition"], "began": data["since"], "words": event.words}
        wanted[data["id"]] = entry
        if not resolved:
            entry |= {"words": event.words}
            entry.pop("ended", None), entry.pop("outcome", None), entry.pop("ending", None)
        if "by" in data and not (resolved and before):
            entry["by"] = data["by"]
        applied = event.kind == "healed" and bool(data.get("changes"))  # what was put back is what was written at last
        if "changes" in data and (applied or not (resolved and before)):
            entry["changes"] = data["changes"][:FEW]  # type: ignore[index]
            entry["count"] = len(data["changes"])  # type: ignore[arg-type]
        if resolved:
            entry |= {"ended": event.at, "outcome": "healed" if event.kind == "healed" else "resolved"}
            entry |= {"ending": event.words} if before else {}
    found = {document["episode"]: document for document in everything(connection) if "episode" in document}
    assert found.keys() == wanted.keys()
    for episode, entry in wanted.items():
        names = entry.keys() | {"ended", "outcome", "ending", "by", "changes", "count"}
        assert {name: found[str(episode)].get(name) for name in names} == {name: entry.get(name) for name in names}


@settings(max_examples=60)
@given(mixed)
def test_whatever_is_heard_each_device_is_written_to_in_one_entry_at_a_time(told: Told) -> None:
    connection = heard(told)
    entries = everything(connection)
    writing = [entry["device"] for entry in entries if entry["kind"] == "change" and "ended" not in entry]
    assert len(writing) == len(set(writing))
    in_force = [entry for entry in entries if entry["kind"] == "revision" and "ended" not in entry]
    assert len(in_force) <= 1
    for entry in entries:
        assert ("ended" in entry) == ("outcome" in entry)
        assert entry.get("ended", entry["began"]) >= entry["began"]


@settings(max_examples=60)
@given(
    mixed,
    some.builds(
        Query,
        limit=some.integers(0, 8) | some.just(10**30),
        before=some.none() | some.integers(-2, 12) | some.just(10**30),
        since=some.none() | some.sampled_from((0.0, 1001.0, 1050.0)),
        until=some.none() | some.sampled_from((1000.0, 1050.0)),
        kind=some.sampled_from(("", "", *KINDS, "change", "revision", "suspended")),
        device=some.sampled_from(PATTERNS),
        by=some.sampled_from(PATTERNS),
        outcome=some.sampled_from(("", "", "open", "healed", "resolved", "cut short")),
    ),
)
def test_filters_agree_with_filters_in_python(told: Told, query: Query) -> None:
    connection = heard(told)
    wanted = [entry for entry in everything(connection) if fits(entry, query)][: query.limit]
    assert find(connection, query) == wanted


def fits(entry: dict[str, Any], query: Query) -> bool:
    ended, device, by = entry.get("ended", float("inf")), entry.get("device"), entry.get("by")
    shown = "parent" not in entry or bool(query.device) or query.kind == "change"
    return (
        shown
        and (query.before is None or entry["id"] < query.before)
        and (query.since is None or ended >= query.since)
        and (query.until is None or entry["began"] <= query.until)
        and query.kind in ("", entry["kind"])
        and query.outcome in ("", entry.get("outcome", "open"))
        and (not query.device or bool(device and fnmatchcase(device, query.device)))
        and (not query.by or bool(by and fnmatchcase(by, query.by)))
    )


@settings(max_examples=60)
@given(mixed, some.sampled_from((0.0, 10.0, 100.0)))
def test_what_is_too_old_goes_with_its_parts_and_what_goes_on_stays(told: Told, age: float) -> None:
    connection, now = heard(told), 1100.0
    before = everything(connection)
    while prune(connection, Retention(age), now):
        pass
    after = {entry["id"] for entry in everything(connection)}
    latest = max((entry["id"] for entry in before if entry["kind"] == "revision"), default=0)
    for entry in before:
        family = [one for one in before if entry["id"] in (one["id"], one.get("parent"))]
        young = any(one.get("ended", now) >= now - age for one in family)
        if "parent" not in entry:
            assert (entry["id"] in after) == (young or entry["id"] == latest)
        else:
            assert (entry["id"] in after) == (entry["parent"] in after)


@settings(max_examples=60)
@given(mixed)
def test_if_it_is_too_much_all_that_is_over_goes_and_all_that_goes_on_stays(told: Told) -> None:
    connection = heard(told)
    before = everything(connection)
    while prune(connection, Retention(1e12, 0), 1100.0):
        pass
    after = everything(connection)
    going_on = {entry["id"] for entry in before if "ended" not in entry}
    parents = {entry["parent"] for entry in before if entry["id"] in going_on and "parent" in entry}
    latest = {max((entry["id"] for entry in before if entry["kind"] == "revision"), default=0)}
    assert going_on | parents <= {entry["id"] for entry in after}
    roots = {entry["id"] for entry in after if "parent" not in entry}
    assert roots <= going_on | parents | latest


@settings(max_examples=60)
@given(mixed, some.sets(some.sampled_from(("000", "111", "222"))))
def test_after_a_restart_only_what_the_daemon_knows_of_goes_on(told: Told, still: set[str]) -> None:
    connection = heard(told)
    before = {entry["id"]: entry for entry in everything(connection)}
    settle(connection, still, 2000.0)
    for entry in everything(connection):
        was = before[entry["id"]]
        if "ended" in was or was.get("episode") in still:
            assert entry == was
        else:
            assert entry["ended"] == 2000.0
            assert entry["outcome"] == ("resolved" if "episode" in was else "cut short")
