"""The conversation of one configuration session: what is said after each answer, and that nothing is left open."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from reconciler.switch.dialogue import Lost, NotOpened, Say
from reconciler.switch.eos import EosDriver, pending, status
from reconciler.switch.eos.proof import PAUSES
from tests.switch.conversation import (
    ABORT,
    ASKED,
    BRIEF_DOWN,
    COMMITTED,
    CONFIRMED,
    FILLED,
    KEPT,
    NAME,
    RUN,
    SAID,
    hold,
    transaction,
    usual,
)
from tests.switch.running import RUNNING, reading


def test_a_change_is_entered_inspected_committed_proven_and_confirmed() -> None:
    assert hold(transaction()) == (SAID, [])


def test_the_proof_is_on_a_new_connection_and_only_commits_are_waited_for() -> None:
    talk, says, committed = transaction().talk(RUN, 3), list[Say](), False
    say = next(talk)
    with suppress(StopIteration):
        while True:
            says.append(say)
            committed |= say.text == COMMITTED[2]
            say = talk.send(usual(say.text, committed=committed))
    assert [say.text for say in says if say.final] == [COMMITTED[2], CONFIRMED[0]]
    assert [number for number, say in enumerate(says) if say.fresh] == [SAID.index(COMMITTED[2]) + 1]
    assert [say.text for say in transaction().leave(RUN, 3)] == ["end", ABORT]


def test_without_a_change_nothing_is_said() -> None:
    with pytest.raises(StopIteration):
        next(EosDriver().write([], reading()).talk(RUN, 3))


def test_a_refused_line_ends_the_session_and_is_named() -> None:
    said, failures = hold(transaction(), (5, "% Invalid input (at token 1: 'heart')\n"))
    assert said == [*ASKED, *FILLED[:3], "end", ABORT]
    assert [(str(f.line), f.reason) for f in failures] == [
        ("name heart", "% Invalid input (at token 1: 'heart'); nothing was changed")
    ]


@pytest.mark.parametrize(
    "notice",
    ["! Access VLAN does not exist. Creating vlan 30", "% Access VLAN does not exist. Creating vlan 30", "!% strange"],
)
def test_a_notice_is_no_refusal(notice: str) -> None:
    assert hold(transaction(), (5, notice))[1] == []


def test_a_port_that_is_not_there_is_one() -> None:
    words = "! Interface does not exist. The configuration will not take effect until the module is inserted."
    assert [failure.reason for failure in hold(transaction(), (5, words))[1]] == [words + KEPT]


LOCKED = "% Unable to run this command (configuration is locked by another session)"
WITHOUT = "`transaction: none` in the inventory changes it line by line, without a way back"
ODD = "% Cannot commit it"


@pytest.mark.parametrize(
    ("number", "answer", "last", "reason"),
    [
        (0, "% Invalid input", 1, f"'{pending.QUESTION}' has no usable answer: % Invalid input{KEPT}"),
        (0, '{"sessions": []}', 1, f"'{pending.QUESTION}' has no usable answer: no sessions in it{KEPT}"),
        (
            1,
            "",
            2,
            f"nothing was changed, since it could not be proven: '{status.PORTS}' has no usable answer: not JSON",
        ),
        (
            3,
            "% Maximum number of pending sessions has been reached. Please commit or abort",
            4,
            f"'{FILLED[0]}' was refused: % Maximum number of pending sessions has been reached. Please commit or abort"
            f"{KEPT}",
        ),
        (
            3,
            LOCKED,
            4,
            f"somebody has locked the configuration (`show configuration lock` tells who): {LOCKED}{KEPT}",
        ),
        (
            3,
            "% Unavailable command (not supported on this hardware platform)",
            4,
            "this switch has no configuration sessions (% Unavailable command (not supported on this hardware "
            f"platform)); {WITHOUT}{KEPT}",
        ),
        (8, "% Invalid input", 10, "not committed: its diff cannot be read: % Invalid input"),
        (8, "", 10, "not committed: it would not do what was planned: vlan 10 would have name 'core', not 'heart'"),
        (
            9,
            RUNNING.replace("ceos01#", "ceos02#"),
            10,
            "not committed: somebody else has changed the configuration since it was read",
        ),
        (10, "% Invalid input", 11, f"not committed: this switch has no `commit timer` (% Invalid input); {WITHOUT}"),
        (10, ODD, 11, f"'{COMMITTED[2]}' was refused: {ODD}{KEPT}"),
    ],
)
def test_every_obstacle_has_its_own_reason_and_leaves_nothing_open(
    number: int, answer: str, last: int, reason: str
) -> None:
    said, failures = hold(transaction(), (number, answer))
    assert [(failure.line, failure.reason) for failure in failures] == [(None, reason)]
    assert said[:last] == SAID[:last]
    assert said[last:] == ([] if last < len(ASKED) else ["end", ABORT])


def test_only_what_somebody_else_has_changed_is_worth_another_look() -> None:
    other = RUNNING.replace("ceos01#", "ceos02#")
    assert [failure.nature for failure in hold(transaction(), (9, other))[1]] == ["stale"]


PROOF = len(ASKED + FILLED + COMMITTED)


@pytest.mark.parametrize(
    ("differing", "reason"),
    [
        ([(PROOF, RUNNING), (PROOF + 2, RUNNING)], "taken back: vlan 10 is not as planned after the commit"),
        ([(PROOF, "half"), (PROOF + 2, RUNNING)], "taken back: the configuration cannot be read any more: half an "),
        ([(PROOF, "half")], "taken back, but the configuration is not the one from before: the configuration cannot"),
        (
            [*((PROOF + 3 + 2 * look, BRIEF_DOWN) for look in range(len(PAUSES))), (PROOF + 15, RUNNING)],
            "taken back: Vlan10 was up before and is not any more",
        ),
        (
            [(PROOF + 2, "{}"), (PROOF + 4, RUNNING)],
            f"taken back: '{status.PORTS}' has no usable answer: no interfaceSta",
        ),
        ([(PROOF + 4, ODD), (PROOF + 6, RUNNING)], f"taken back: its confirmation was refused: {ODD}"),
        (
            [(PROOF + 5, json.dumps({"sessions": {NAME: {"state": "pendingCommitTimer"}}})), (PROOF + 7, RUNNING)],
            "taken back: its confirmation had no effect",
        ),
        (
            [(PROOF, NotOpened("login refused")), (PROOF + 2, RUNNING)],
            "taken back: no new connection could be opened (login refused)",
        ),
        (
            [(PROOF, NotOpened("login refused")), (PROOF + 1, Lost("cut"))],
            "not confirmed: no new connection could be opened (login refused); EOS takes it back by itself within 120",
        ),
    ],
)
def test_what_is_not_proven_is_taken_back(differing: list[tuple[int, str | Lost]], reason: str) -> None:
    said, failures = hold(transaction(), *differing)
    assert [failure.line for failure in failures] == [None]
    assert failures[0].reason.startswith(reason)
    assert ABORT in said


def test_what_is_not_up_at_once_is_waited_for() -> None:
    said, failures = hold(transaction(), (PROOF + 3, BRIEF_DOWN), (PROOF + 5, BRIEF_DOWN))
    assert failures == []
    assert said.count(status.ADDRESSED) == 1 + 3


def test_a_confirmation_whose_answer_is_lost_is_asked_for() -> None:
    assert hold(transaction(), (PROOF + 4, Lost("cut"))) == ([*SAID, "show running-config"], [])
    waiting = json.dumps({"sessions": {}, "commitTimerSessionName": NAME})
    said, failures = hold(transaction(), (PROOF + 4, Lost("cut")), (PROOF + 5, waiting))
    assert (said[-4:], failures) == ([pending.QUESTION, *CONFIRMED, "show running-config"], [])


@pytest.mark.parametrize("number", range(len(ASKED), PROOF))
def test_a_lost_connection_is_followed_by_taking_back_what_was_begun(number: int) -> None:
    talk = transaction()
    with pytest.raises(Lost, match=r"^cut; what was begun has been taken back$"):
        hold(talk, (number, Lost("cut")))
    with pytest.raises(Lost, match=r"^cut; what was committed EOS takes back by itself within 120 s$"):
        hold(talk, (number, Lost("cut")), (number + 1, Lost("away")))


def test_after_the_confirmation_nobody_guesses_what_became_of_it() -> None:
    said = "cut; whether it was confirmed is not known: EOS has kept it, or takes it back by itself within 120 s"
    for lost in (PROOF + 4, PROOF + 5):
        with pytest.raises(Lost, match=f"^{said}$"):
            hold(transaction(), (lost, Lost("cut")), (lost + 1, Lost("cut")))
