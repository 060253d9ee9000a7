"""The conversation of one configuration session: what is said after each answer, and that nothing is left open."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Failure
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver, Transaction
from reconciler.switch.kinds import Vlan
from tests.switch.running import RUNNING, reading, session_diff

DONE = RUNNING.replace("name core", "name heart")
QUIET = json.dumps({"sessions": {}, "maxOpenSessions": 5})
SAID = [
    "show configuration sessions | json",
    "configure session rec-cafe-3",
    "vlan 10",
    "name heart",
    "end",
    "show session-config named rec-cafe-3 diffs",
    "show running-config",
    "configure session rec-cafe-3 commit",
]
ABORT = "configure session rec-cafe-3 abort"


def _transaction() -> Transaction:
    change = Change(reading().found[Key("vlan", "10")], Vlan(id=10, label="heart"))
    return EosDriver().write([change], reading())


def _hold(transaction: Transaction, **answers: str) -> tuple[list[str], Sequence[Failure]]:
    """All that is said, and the verdict; ``answers`` by the last word of the question they differ at."""
    usual = {"json": QUIET, "diffs": session_diff(RUNNING, DONE), "running_config": RUNNING}
    said: list[str] = []
    talk = transaction.talk("cafe", 3)
    try:
        say = next(talk)
        while True:
            said.append(say.text)
            say = talk.send((usual | answers).get(say.text.split()[-1].replace("-", "_"), ""))
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return said, failures


def test_a_change_is_entered_inspected_and_committed() -> None:
    assert _hold(_transaction()) == (SAID, [])


def test_only_a_commit_is_waited_for_whatever_happens_and_leaving_ends_the_mode_first() -> None:
    answers = {SAID[0]: QUIET, SAID[5]: session_diff(RUNNING, DONE), SAID[6]: RUNNING}
    talk = _transaction().talk("cafe", 3)
    says = [next(talk), *(talk.send(answers.get(text, "")) for text in SAID[:-1])]
    assert [say.text for say in says if say.final] == [SAID[-1]]
    assert [say.text for say in _transaction().leave("cafe", 3)] == ["end", ABORT]


def test_without_a_change_nothing_is_said() -> None:
    assert _hold(EosDriver().write([], reading())) == ([], [])


def test_a_refused_line_ends_the_session_and_is_named() -> None:
    said, failures = _hold(_transaction(), heart="% Invalid input (at token 1: 'heart')\n")
    assert said == [*SAID[:5], ABORT]
    assert [(str(f.line), f.reason) for f in failures] == [("name heart", "% Invalid input (at token 1: 'heart')")]


@pytest.mark.parametrize(
    "notice",
    ["! Access VLAN does not exist. Creating vlan 30", "% Access VLAN does not exist. Creating vlan 30", "!% strange"],
)
def test_a_notice_is_no_refusal(notice: str) -> None:
    assert _hold(_transaction(), heart=notice)[1] == []


def test_a_port_that_is_not_there_is_one() -> None:
    words = "! Interface does not exist. The configuration will not take effect until the module is inserted."
    assert [failure.reason for failure in _hold(_transaction(), heart=words)[1]] == [words]


@pytest.mark.parametrize(
    ("answers", "length", "reason"),
    [
        ({"json": "% Invalid input"}, 1, "'show configuration sessions | json' has no usable answer: % Invalid input"),
        ({"json": '{"sessions": []}'}, 1, "'show configuration sessions | json' has no usable answer: not JSON"),
        (
            {"rec_cafe_3": "% Maximum number of pending sessions has been reached. Please commit or abort"},
            2,
            "'configure session rec-cafe-3' was refused: % Maximum number of pending sessions has been reached. "
            "Please commit or abort",
        ),
        (
            {"rec_cafe_3": "% Unable to run this command (configuration is locked by another session)"},
            2,
            "'configure session rec-cafe-3' was refused: % Unable to run this command (configuration is locked by "
            "another session)",
        ),
        ({"diffs": "% Invalid input"}, 8, "not committed: its diff cannot be read: % Invalid input"),
        ({"diffs": ""}, 8, "not committed: it would not do what was planned: vlan 10 would have name 'core', not"),
        (
            {"running_config": RUNNING.replace("ceos01#", "ceos02#")},
            8,
            "not committed: somebody else has changed the configuration since it was read",
        ),
        ({"commit": "% Cannot commit it"}, 9, "'configure session rec-cafe-3 commit' was refused: % Cannot commit it"),
    ],
)
def test_every_obstacle_has_its_own_reason_and_leaves_nothing_open(
    answers: dict[str, str], length: int, reason: str
) -> None:
    said, failures = _hold(_transaction(), **answers)
    assert [failure.line for failure in failures] == [None]
    assert failures[0].reason.startswith(reason)
    assert len(said) == length
    assert length <= 2 or said[-1] == ABORT


def _sessions(**sessions: dict[str, object]) -> str:
    named = {name.replace("_", "-"): {"instances": {}, "state": "pending"} | value for name, value in sessions.items()}
    return json.dumps({"sessions": named, "maxOpenSessions": 5})


def test_what_a_dead_run_left_is_aborted_and_nothing_else() -> None:
    busy: dict[str, object] = {"instances": {"17": {"user": "admin", "terminal": "vty3"}}}
    answer = _sessions(
        rec_dead_1={}, rec_busy_1=busy, rec_cafe_2=busy, rec_done_1={"state": "completed"}, somebody={}, other=busy
    )
    said, failures = _hold(_transaction(), json=answer)
    stale = [f"configure session {name} abort" for name in ("rec-cafe-2", "rec-dead-1")]
    assert said == [SAID[0], *stale, *SAID[1:]]
    assert not failures


def test_five_sessions_of_others_are_named_and_not_touched() -> None:
    said, failures = _hold(_transaction(), json=_sessions(a={}, b={}, c={}, d={}, e={}))
    assert said == SAID[:1]
    assert [failure.reason for failure in failures] == ["all 5 configuration sessions are open: a, b, c, d, e"]


@pytest.mark.parametrize(
    "answer",
    [
        _sessions(theirs={"state": "pendingCommitTimer"}),
        json.dumps({"sessions": {"theirs": {"state": "committed"}}, "commitTimerSessionName": "theirs"}),
    ],
)
def test_a_commit_that_waits_for_its_confirmation_is_in_the_way(answer: str) -> None:
    said, failures = _hold(_transaction(), json=answer)
    assert said == SAID[:1]
    assert [failure.reason for failure in failures] == ["session 'theirs' waits for its commit to be confirmed"]
