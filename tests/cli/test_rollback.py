"""`reconcile rollback` with a daemon that keeps to the API: nothing happens that nobody has seen and wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import rollback as command
from reconciler.cli.main import root
from tests.cli.fake_daemon import FakeDaemon

OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDaemon]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with FakeDaemon(tmp_path).running() as running:
        yield running
    monkeypatch.undo()
    time.tzset()


def typed(daemon: FakeDaemon, *words: str, answer: str | None = None) -> Result:
    """``answer``: what a person types at the question."""
    line = ["rollback", *words, "--socket", str(daemon.socket)]
    with pytest.MonkeyPatch.context() as patched:
        if answer is not None:
            patched.setattr(command, "is_terminal", lambda stream: True)
        return CliRunner().invoke(root, line, standalone_mode=False, input=answer)


def test_a_person_sees_whose_it_was_and_the_plan_then_says_yes_and_follows_it(daemon: FakeDaemon) -> None:
    done = typed(daemon, "1", "--reason", "the new MTU", answer="y\n")
    assert done.exception is None, done.output
    assert done.stdout.splitlines() == [
        "Cycle 1, 2026-11-21 22:25:16, by ada: revision aaaaaaaaaaaa is in force",
        "n1 (linux)",
        "  + route 10.1.0.0/16",
        "",
        "Plan: 1 to create",
        "going back to revision aaaaaaaaaaaa",
        "revision aaaaaaaaaaaa is in force",
        "n1: applied and proven 1 change",
        "revision aaaaaaaaaaaa: rollout over",
        command.HELD,
    ]
    assert "Roll back to revision aaaaaaaaaaaa as of cycle 1? [y/N]" in done.stderr
    assert done.return_value == 0
    assert daemon.in_force == OLD
    assert daemon.asked[1] == ("rollback", {"cycle": 1, "digest": daemon.digest, "reason": "the new MTU"})


@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("\n", 2)])
def test_the_answer_no_is_no(daemon: FakeDaemon, answer: str, code: int) -> None:
    done = typed(daemon, "1", answer=answer)
    assert (done.return_value, daemon.in_force) == (code, NEW)
    assert "Nothing was rolled back." in done.stderr


def test_without_a_terminal_yes_is_to_be_said(daemon: FakeDaemon) -> None:
    done = typed(daemon, "1")
    assert "without a terminal to ask on, say --yes" in str(done.exception)
    assert (daemon.in_force, len(daemon.asked)) == (NEW, 1)
    assert typed(daemon, "1", "--yes").return_value == 0
    assert daemon.in_force == OLD


@pytest.mark.parametrize(("differs", "code"), [(True, 2), (False, 0)])
def test_a_dry_run_shows_and_does_nothing(daemon: FakeDaemon, *, differs: bool, code: int) -> None:
    daemon.differs = differs
    done = typed(daemon, "1", "--dry-run", "--yes")
    assert (done.return_value, daemon.in_force) == (code, NEW)
    assert "Plan: 1 to create" in done.stdout
    assert [asked for _, asked in daemon.asked] == [{"cycle": 1}]


def test_another_plan_than_the_one_that_was_seen_is_not_carried_out(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_changes_a_device(cycle: int, revision: str) -> bool:
        daemon.drifts += 1
        return True

    monkeypatch.setattr(command, "_confirmed", somebody_changes_a_device)
    done = typed(daemon, "1")
    assert str(done.exception) == "the plan is another one by now, 000000000001: look at it again"
    assert daemon.in_force == NEW


@pytest.mark.parametrize(
    ("phases", "code"),
    [
        ({"in sync": 2}, 0),
        ({"in sync": 1, "withheld": 1}, 2),
        ({"held": 1, "withheld": 1}, 3),
        ({"unreachable": 1, "held": 1}, 4),
        ({"failed": 1, "unreachable": 1}, 1),
    ],
)
def test_the_exit_code_is_how_the_devices_stand(daemon: FakeDaemon, phases: dict[str, int], code: int) -> None:
    daemon.phases = phases
    assert typed(daemon, "1", "--yes").return_value == code


def test_a_story_without_an_end_is_an_error_and_what_follows_is_said_all_the_same(daemon: FakeDaemon) -> None:
    daemon.breaks_off = True
    done = typed(daemon, "1", "--yes")
    assert done.return_value == 1
    assert done.stdout.splitlines()[-1] == command.HELD


def test_whoever_does_not_wait_is_told_that_it_goes_on(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Iterator[None]:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "story", interrupted)
    done = typed(daemon, "1", "--yes")
    assert (done.return_value, daemon.in_force) == (1, OLD)
    assert "the daemon goes on: `reconcile status`" in done.stderr


@pytest.mark.parametrize(
    ("cycle", "words"),
    [("7", "there is no cycle 7"), ("0", "not in the range"), ("x", "not a valid"), ("-1", "No such")],
)
def test_a_cycle_that_there_is_not(daemon: FakeDaemon, cycle: str, words: str) -> None:
    done = typed(daemon, cycle, "--yes")
    assert words in str(done.exception or done.output)
    assert daemon.in_force == NEW


def test_no_daemon(tmp_path: Path) -> None:
    done = typed(FakeDaemon(tmp_path), "1")
    assert "no daemon answers on" in str(done.exception)
    assert not any(tmp_path.iterdir())
