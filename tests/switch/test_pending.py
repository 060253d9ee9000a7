"""Sessions on a switch that are not this transaction's: dead runs' go, others' are named and stop it."""

from __future__ import annotations

import json

import pytest

from reconciler.switch.dialogue import Run
from reconciler.switch.eos import pending
from tests.switch.conversation import KEPT, SAID, hold, transaction


def _sessions(**sessions: dict[str, object]) -> str:
    named = {name.replace("_", "-"): {"instances": {}, "state": "pending"} | value for name, value in sessions.items()}
    return json.dumps({"sessions": named, "maxOpenSessions": 5})


BUSY: dict[str, object] = {"instances": {"17": {"user": "admin", "terminal": "vty3"}}}


def test_what_a_dead_run_left_is_aborted_and_nothing_else() -> None:
    answer = _sessions(rec_dead_1={}, rec_cafe_2=BUSY, rec_done_1={"state": "completed"}, other={"state": "aborted"})
    said, failures = hold(transaction(), (0, answer))
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
    said, failures = hold(transaction(), (0, answer))
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
