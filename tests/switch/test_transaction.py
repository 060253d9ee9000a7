"""The conversation of one configuration session: what is said after each answer, and that nothing is left open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Failure
from reconciler.core.resource import Key
from reconciler.switch.dialogue import Lost, NotOpened, Run, Say
from reconciler.switch.eos import EosDriver, Transaction, pending, status
from reconciler.switch.eos.proof import PAUSES
from reconciler.switch.eos.witness import LOG
from reconciler.switch.kinds import Vlan
from tests.switch.running import RUNNING, reading, session_diff

DONE = RUNNING.replace("name core", "name heart")
QUIET = json.dumps({"sessions": {}, "maxOpenSessions": 5})
PORTS = json.dumps({"interfaceStatuses": {"Ethernet1": {"linkStatus": "connected"}}})
BRIEF = json.dumps({"interfaces": {"Vlan10": {"lineProtocolStatus": "up"}}})
BRIEF_DOWN = json.dumps({"interfaces": {"Vlan10": {"lineProtocolStatus": "lowerLayerDown"}}})
RUN = Run("cafe")
NAME = "rec-cafe-3"
ASKED = [pending.QUESTION, status.PORTS, status.ADDRESSED]
FILLED = [f"configure session {NAME}", "vlan 10", "name heart", "end", f"configure session {NAME}"]
COMMITTED = ["show session-config diffs", "show running-config", "commit timer 00:02:00"]
PROVEN = ["show running-config", LOG, status.PORTS, status.ADDRESSED]
CONFIRMED = [f"configure session {NAME} commit", pending.QUESTION]
SAID = [*ASKED, *FILLED, *COMMITTED, *PROVEN, *CONFIRMED]
ABORT = f"configure session {NAME} abort"


def _transaction() -> Transaction:
    change = Change(reading().found[Key("vlan", "10")], Vlan(id=10, label="heart"))
    script = EosDriver().write([change], reading())
    assert isinstance(script, Transaction)
    return script


def _hold(transaction: Transaction, *differing: tuple[int, str | Lost]) -> tuple[list[str], Sequence[Failure]]:
    """All that is said, and the verdict; ``differing``: answers that are not as usual, by the number of the saying."""
    said: list[str] = []
    says: list[Say] = []
    different = dict(differing)
    talk = transaction.talk(RUN, 3)
    try:
        say = next(talk)
        while True:
            answer = different.get(len(said), _usual(say.text, committed=COMMITTED[2] in said))
            said.append(say.text)
            says.append(say)
            say = talk.throw(answer) if isinstance(answer, Lost) else talk.send(answer)
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return said, failures


def _usual(text: str, *, committed: bool) -> str:
    answers = {
        pending.QUESTION: QUIET,
        status.PORTS: PORTS,
        status.ADDRESSED: BRIEF,
        "show session-config diffs": session_diff(RUNNING, DONE),
        "show running-config": DONE if committed else RUNNING,
    }
    return answers.get(text, "")


def test_a_change_is_entered_inspected_committed_proven_and_confirmed() -> None:
    assert _hold(_transaction()) == (SAID, [])


def test_the_proof_is_on_a_new_connection_and_only_commits_are_waited_for() -> None:
    talk, says, committed = _transaction().talk(RUN, 3), list[Say](), False
    say = next(talk)
    with suppress(StopIteration):
        while True:
            says.append(say)
            committed |= say.text == COMMITTED[2]
            say = talk.send(_usual(say.text, committed=committed))
    assert [say.text for say in says if say.final] == [COMMITTED[2], CONFIRMED[0]]
    assert [number for number, say in enumerate(says) if say.fresh] == [SAID.index(COMMITTED[2]) + 1]
    assert [say.text for say in _transaction().leave(RUN, 3)] == ["end", ABORT]


def test_without_a_change_nothing_is_said() -> None:
    with pytest.raises(StopIteration):
        next(EosDriver().write([], reading()).talk(RUN, 3))


KEPT = "; nothing was changed"


def test_a_refused_line_ends_the_session_and_is_named() -> None:
    said, failures = _hold(_transaction(), (5, "% Invalid input (at token 1: 'heart')\n"))
    assert said == [*ASKED, *FILLED[:3], "end", ABORT]
    assert [(str(f.line), f.reason) for f in failures] == [
        ("name heart", "% Invalid input (at token 1: 'heart'); nothing was changed")
    ]


@pytest.mark.parametrize(
    "notice",
    ["! Access VLAN does not exist. Creating vlan 30", "% Access VLAN does not exist. Creating vlan 30", "!% strange"],
)
def test_a_notice_is_no_refusal(notice: str) -> None:
    assert _hold(_transaction(), (5, notice))[1] == []


def test_a_port_that_is_not_there_is_one() -> None:
    words = "! Interface does not exist. The configuration will not take effect until the module is inserted."
    assert [failure.reason for failure in _hold(_transaction(), (5, words))[1]] == [words + KEPT]


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
    said, failures = _hold(_transaction(), (number, answer))
    assert [(failure.line, failure.reason) for failure in failures] == [(None, reason)]
    assert said[:last] == SAID[:last]
    assert said[last:] == ([] if last < len(ASKED) else ["end", ABORT])


def test_only_what_somebody_else_has_changed_is_worth_another_look() -> None:
    other = RUNNING.replace("ceos01#", "ceos02#")
    assert [failure.nature for failure in _hold(_transaction(), (9, other))[1]] == ["stale"]


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
    said, failures = _hold(_transaction(), *differing)
    assert [failure.line for failure in failures] == [None]
    assert failures[0].reason.startswith(reason)
    assert ABORT in said


def test_what_is_not_up_at_once_is_waited_for() -> None:
    said, failures = _hold(_transaction(), (PROOF + 3, BRIEF_DOWN), (PROOF + 5, BRIEF_DOWN))
    assert failures == []
    assert said.count(status.ADDRESSED) == 1 + 3


def test_a_confirmation_whose_answer_is_lost_is_asked_for() -> None:
    assert _hold(_transaction(), (PROOF + 4, Lost("cut"))) == ([*SAID, "show running-config"], [])
    waiting = json.dumps({"sessions": {}, "commitTimerSessionName": NAME})
    said, failures = _hold(_transaction(), (PROOF + 4, Lost("cut")), (PROOF + 5, waiting))
    assert (said[-4:], failures) == ([pending.QUESTION, *CONFIRMED, "show running-config"], [])


@pytest.mark.parametrize("number", range(len(ASKED), PROOF))
def test_a_lost_connection_is_followed_by_taking_back_what_was_begun(number: int) -> None:
    talk = _transaction()
    with pytest.raises(Lost, match=r"^cut; what was begun has been taken back$"):
        _hold(talk, (number, Lost("cut")))
    with pytest.raises(Lost, match=r"^cut; what was committed EOS takes back by itself within 120 s$"):
        _hold(talk, (number, Lost("cut")), (number + 1, Lost("away")))


def test_after_the_confirmation_nobody_guesses_what_became_of_it() -> None:
    said = "cut; whether it was confirmed is not known: EOS has kept it, or takes it back by itself within 120 s"
    for lost in (PROOF + 4, PROOF + 5):
        with pytest.raises(Lost, match=f"^{said}$"):
            _hold(_transaction(), (lost, Lost("cut")), (lost + 1, Lost("cut")))


def _sessions(**sessions: dict[str, object]) -> str:
    named = {name.replace("_", "-"): {"instances": {}, "state": "pending"} | value for name, value in sessions.items()}
    return json.dumps({"sessions": named, "maxOpenSessions": 5})


BUSY: dict[str, object] = {"instances": {"17": {"user": "admin", "terminal": "vty3"}}}


def test_what_a_dead_run_left_is_aborted_and_nothing_else() -> None:
    answer = _sessions(rec_dead_1={}, rec_cafe_2=BUSY, rec_done_1={"state": "completed"}, other={"state": "aborted"})
    said, failures = _hold(_transaction(), (0, answer))
    stale = [f"configure session {name} abort" for name in ("rec-cafe-2", "rec-dead-1")]
    assert said == [SAID[0], *stale, *SAID[1:]]
    assert not failures


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            _sessions(a={}, b={}, c={}, d=BUSY, e={}),
            "all 5 configuration sessions are open: a, b, c, d (admin), e; commit or abort them first",
        ),
        (
            _sessions(theirs=BUSY),
            "somebody is about to change the configuration: pending session theirs (admin); commit or abort it first",
        ),
        (
            _sessions(rec_busy_1=BUSY),
            "somebody is about to change the configuration: pending session rec-busy-1 (admin); commit or abort it "
            "first",
        ),
        (
            _sessions(theirs={"state": "pendingCommitTimer"}),
            "session 'theirs' waits for its commit to be confirmed: try again when it is, or is taken back",
        ),
        (
            json.dumps({"sessions": {"theirs": {"state": "committed"}}, "commitTimerSessionName": "theirs"}),
            "session 'theirs' waits for its commit to be confirmed: try again when it is, or is taken back",
        ),
        (
            json.dumps({"sessions": {}, "commitTimerSessionName": "rec-elsewhere-1"}),
            "session 'rec-elsewhere-1' waits for its commit to be confirmed: try again when it is, or is taken back",
        ),
    ],
)
def test_others_sessions_are_named_and_not_touched(answer: str, reason: str) -> None:
    said, failures = _hold(_transaction(), (0, answer))
    assert said == SAID[:1]
    assert [failure.reason for failure in failures] == [reason + KEPT]


@pytest.mark.parametrize(
    "answer",
    [
        _sessions(rec_over_9={"state": "pendingCommitTimer"}),
        json.dumps({"sessions": {"rec-over-9": {"state": "committed"}}, "commitTimerSessionName": "rec-over-9"}),
    ],
)
def test_the_unconfirmed_commit_of_a_dead_run_is_taken_back(answer: str) -> None:
    sessions = pending.read(json.loads(answer), Run("cafe", lambda other: other == "over"))
    assert (sessions.stale, sessions.obstacle) == (("rec-over-9",), None)
