"""What is ignored of a switch stays to the letter, whatever else of the same entry is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.driver import Stays
from reconciler.core.ignore import Ignore, Ignores
from reconciler.core.resource import Resource, State, state_of
from reconciler.desired.documents.ignore import fields_of
from reconciler.desired.kinds import ON_SWITCHES
from reconciler.intent.ignore import heeding
from reconciler.intent.wish import Wish
from reconciler.switch.dialogue import Dialogue
from reconciler.switch.eos import EosDriver, EosReading
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench, carry_out
from tests.switch.states import states
from tests.switch.test_pairs import THEIRS

KINDS = sorted(kind.kind for kind in ON_SWITCHES if kind.kind not in ("vrf", "routing", "routing6"))
RULES = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(
        Ignore, st.just(kind), fields=st.frozensets(st.sampled_from(fields_of(kind)), min_size=1, max_size=3)
    )
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(Box(tmp_path_factory.mktemp("ignoring") / "state", THEIRS), EosDriver("172.20.20.2", "172.20.20.1"))


def heeded(wishes: Iterable[Resource], rules: list[Ignore], found: State) -> list[Resource]:
    return list(heeding(Wish("ceos01", state_of(wishes), ignores=Ignores(tuple(rules))), found).desired.values())


def planned(bench: Bench, reading: EosReading, wishes: list[Resource]) -> tuple[list[Change], Dialogue]:
    """As the engine does it: what cannot be deleted, since something that stays needs it, stays as well."""
    changes = bench.plan(reading, wishes)
    try:
        return changes, bench.driver.write(changes, reading)
    except Stays as stays:
        kept = {**reading.kept, stays.key: stays.reason}
        return planned(bench, dataclasses.replace(reading, kept=kept), wishes)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(first=states(), second=states(), rules=st.lists(RULES, min_size=1, max_size=3))
def test_ignored_attributes_stay_and_the_second_plan_is_empty(
    bench: Bench, first: list[Resource], second: list[Resource], rules: list[Ignore]
) -> None:
    """What of both together makes no sense to EOS (one address on two interfaces) it refuses, and stays as it is."""
    fresh = bench.box.switch.running.copy()
    try:
        before = bench.converge(first)
        _, script = planned(bench, before, heeded(second, rules, before.found))
        refused = [failure for failure in carry_out(bench.box, script) if failure.nature != "warning"]
        after = bench.read()
        if refused:
            assert after.configuration.text == before.configuration.text
        else:
            assert planned(bench, after, heeded(second, rules, after.found))[0] == []
        assert all(row.lens(row) == row for row in after.found.values()), "as it is is no difference"
        for key in before.found.keys() & after.found.keys() & state_of(second).keys():
            old, new = before.found[key].values, after.found[key].values
            ignored = Ignores(tuple(rules)).fields_of(key)
            kept = {name for name in ignored if old.get("mode") == new.get("mode") or name == "mode"}
            assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
    finally:
        bench.box.switch.running = fresh
