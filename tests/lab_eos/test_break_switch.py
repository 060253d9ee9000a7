"""`reconcile lab break switch`: what a person reads, with a switch of this process in the lab's place."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from click.testing import CliRunner, Result

from reconciler.lab import prerequisites, state, switch
from reconciler.lab.cli import lab
from reconciler.lab.eos import local
from reconciler.lab.eos.mischief import FAULTS
from tests.lab_eos.conftest import Box


@dataclass
class Named:
    """As much of a lab's member as its name."""

    name: str


@dataclass
class Field:
    """A lab whose switches are all ``box``."""

    box: Box
    switches: list[Named]
    name: str = "lab"

    def cli(self, _lab: object, member: Named, commands: str) -> str:
        assert member in self.switches
        return local.answers(self.box.switch, commands.splitlines())


def typed(*words: str) -> Result:
    return CliRunner().invoke(lab, ["break", "switch", *words])


@pytest.fixture
def field(box: Box, monkeypatch: pytest.MonkeyPatch) -> Field:
    one = Field(box, [Named("ceos01")])
    monkeypatch.setattr(state, "get", lambda _name: one)
    monkeypatch.setattr(switch, "cli", one.cli)
    monkeypatch.setattr(prerequisites, "require_root", lambda: None)
    return one


@pytest.mark.parametrize("words", [[], ["--list"]])
def test_all_faults_are_shown(words: list[str]) -> None:
    shown = typed(*words)
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.output.splitlines()] == [fault.name for fault in FAULTS]
    assert json.loads(typed(*words, "-o", "json").output)[0]["name"] == "clear"


def test_a_fault_and_its_end(field: Field) -> None:
    assert typed("reject-line", "^name").output == "ceos01: lines that match are `% Invalid input`\n"
    assert field.box.configure("vlan 9", "name x") == "% Invalid input\n"
    assert typed("clear").exit_code == 0
    assert field.box.configure("vlan 9", "name x") == ""


def test_arguments_are_words(field: Field) -> None:
    assert typed("foreign-commit", "vlan", "66", ";", "name", "theirs").exit_code == 0
    assert field.box.section("vlan 66") == ["name theirs"]
    told = json.loads(typed("hang", "at", "commit", "-o", "json").output)
    assert (told["device"], told["fault"]) == ("ceos01", "hang")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["cutt"], "Error: There is no fault 'cutt'; did you mean cut?\n"),
        (["slow"], "Error: Usage: reconcile lab break switch slow SECONDS\n"),
        (["slow", "never"], "Error: Usage: reconcile lab break switch slow SECONDS\n"),
        (["foreign-commit", "frobnicate"], "Error: ceos01 answers: % Invalid input\n"),
        (["lock", "two\nlines"], "Error: The arguments of a fault are one line of printable characters.\n"),
        (["clear", "--device", "ceos2"], "Error: There is no switch 'ceos2'; did you mean ceos01?\n"),
    ],
)
def test_errors(field: Field, words: list[str], error: str) -> None:
    answer = typed(*words)
    assert (answer.exit_code, answer.output) == (1, error)


def test_which_of_several(field: Field) -> None:
    field.switches.append(Named("ceos02"))
    assert typed("clear").output == "Error: Lab lab has 2 switches; give one of them to --device.\n"
    assert typed("clear", "--device", "ceos02").exit_code == 0


def test_the_scenarios_stay_where_they_were() -> None:
    assert "vlan-deleted" in CliRunner().invoke(lab, ["break", "--list"]).output
