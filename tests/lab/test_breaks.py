"""Every single break: the plan names exactly that one, the repair needs nothing more, and pods ping again."""

from __future__ import annotations

import json

import pytest

from reconciler.lab.breaks import BREAKS
from tests.lab.conftest import Field, lines
from tests.lab.warm import lab


def broken(field: Field, scenario: str) -> list[tuple[str, str, str, str]]:
    """Break it with the real command; what the plan must now say."""
    ran = lab("break", scenario, "--name", field.lab.name, "-o", "json")
    assert ran.returncode == 0, ran.stderr
    return [(b["device"], b["verb"], b["kind"], b["name"]) for b in json.loads(ran.stdout)]


@pytest.mark.parametrize("scenario", sorted(BREAKS))
def test_a_break_is_named_and_repaired(converged: Field, scenario: str) -> None:
    wanted = broken(converged, scenario)
    found = lines(json.loads(converged.command("--yes", "-o", "json")))
    if BREAKS[scenario].cascade:
        assert set(wanted) <= set(found)
        assert {line[0] for line in found} == {line[0] for line in wanted}
    else:
        assert sorted(found) == sorted(wanted)
    assert lines(converged.plan(code=0)) == []


def test_everything_pings_after_all_repairs(converged: Field) -> None:
    assert converged.pings()


def test_the_switch_misbehaves_until_it_is_told_not_to(converged: Field) -> None:
    def broke(*words: str) -> str:
        ran = lab("break", "switch", *words, "--name", converged.lab.name)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert broke("foreign-commit", "vlan 777 ; name Stranger").startswith("ceos01: ")
    assert lines(converged.plan(code=2)) == [("ceos01", "delete", "vlan", "777")]
    broke("foreign-commit", "no vlan 777")
    assert broke("clear").startswith("ceos01: nothing is broken any more")
    assert lines(converged.plan(code=0)) == []
