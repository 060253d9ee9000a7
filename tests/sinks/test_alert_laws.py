"""Whatever begins, ends and flaps, whoever is away, however often the daemon is killed: each is told once, in order."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.daemon.fasttime import run
from tests.sinks.office import Office, Person

KINDS = ("unreachable", "drift", "fight", "failed")
STEPS = st.one_of(
    st.tuples(st.just("begin"), st.sampled_from(KINDS), st.sampled_from(["n1", "n2"])),
    st.tuples(st.just("end"), st.sampled_from(KINDS), st.sampled_from(["n1", "n2"])),
    st.tuples(st.just("away"), st.sampled_from(["a", "b"]), st.booleans()),
    st.tuples(st.just("sleep"), st.sampled_from([0.1, 1.0, 9.0, 20.0, 700.0]), st.none()),
    st.tuples(st.just("restart"), st.booleans(), st.none()),
)
INTERVAL = 10.0


async def lived(office: Office, steps: list[tuple[Any, ...]]) -> None:
    """All the steps, and then time enough for everything to be over and told."""
    left = list(steps)
    while left:
        async with office.running(office.settings({"a": {}, "b": {"severity": "critical"}})):
            while left:
                verb, one, other = left.pop(0)
                if verb == "restart":
                    break
                if verb == "begin":
                    office.begin(one, other, f"words {len(left)} x{'y' * (len(left) % 3)}")
                elif verb == "end":
                    office.end(one, other)
                elif verb == "away":
                    office.people.setdefault(one, Person()).away = other
                else:
                    await asyncio.sleep(one)
    async with office.running(office.settings({"a": {}, "b": {"severity": "critical"}})):
        for one in list(office.conditions):
            office.end(one.kind, one.subject)
        for person in office.people.values():
            person.away = False
        await asyncio.sleep(1000.0)
        assert office.open == []


def check(person: Person) -> None:
    for told in person.by_id.values():
        assert told[0] == "opened"
        assert told[-1] == "resolved"
        assert set(told[1:-1]) <= {"updated", "reminder"}
    times = [at for at, _ in person.heard]
    assert all(later - before >= INTERVAL - 1e-6 for before, later in itertools.pairwise(times))
    standing: set[tuple[str, str]] = set()
    for _, message in person.heard:
        for item in message.items:
            assert (item.alert.key in standing) == (item.status != "opened")
            (standing.discard if item.status == "resolved" else standing.add)(item.alert.key)
    assert len({message.key for _, message in person.heard}) == len(person.heard)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=14))
def test_each_hears_of_the_beginning_and_of_the_end_exactly_once(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), monkeypatch)
        run(lived(office, steps))
        for person in office.people.values():
            check(person)
        assert [event for event in office.said if event.kind == "mistake"] == []
        critical = {item.alert.kind for _, message in office.people["b"].heard for item in message.items}
        assert critical <= {"failed"}
