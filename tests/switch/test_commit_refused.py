"""What a switch refuses in a transaction, before anything is armed and after: said, and nothing of ours is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.core.driver import Failure
from reconciler.switch.dialogue import NotOpened, Reversible
from reconciler.switch.eos import EosDriver
from tests.switch.committing import RUN, SECONDS, Start, starting
from tests.switch.in_process import Bench


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return starting(tmp_path)


CANNOT = {
    "no-sessions": "failed: this switch has no configuration sessions (% Unavailable command (not supported on this ",
    "no-timer": "failed: not committed: this switch has no `commit timer` (% Invalid input); `transaction: none` in",
    "lock maintenance": "failed: somebody has locked the configuration (`show configuration lock` tells who): % Unable",
    "foreign-session": "failed: somebody is about to change the configuration: pending session foreign-0 (other); comm",
    "full-sessions": "failed: all 5 configuration sessions are open: foreign-0 (other), foreign-1 (other), foreign-2 (",
    "foreign-timer": "failed: session 'foreign-timer' waits for its commit to be confirmed: try again when it is, or i",
}


@pytest.mark.parametrize("fault", CANNOT)
def test_arming_finds_what_would_be_in_the_way_and_touches_nothing_of_others(start: Start, fault: str) -> None:
    one = start()
    old = one.running
    one.fault(fault)
    theirs, waits = one.pending, one.waits
    (reason,) = one.do(one.commit.arm)
    assert reason.startswith(CANNOT[fault])
    assert one.do(one.commit.roll_back) == []
    assert (one.running, one.pending, one.waits) == (old, theirs, waits)


REFUSED = {
    "reject-line name wanted": "failed: % Invalid input; nothing was changed",
    "foreign-commit vlan 942": "stale: not committed: somebody else has changed the configuration since it was read",
    "session-extra vlan 942": "stale: not committed: somebody else has changed the configuration since it was read",
    "foreign-session": "failed: somebody is about to change the configuration: pending session foreign-0 (other)",
    "fail-commit": "failed: 'commit timer 00:01:00' was refused: % Cannot commit: internal error; nothing was changed",
    "port-down Ethernet2": "failed: taken back: Ethernet2 was up before and is not any more",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_goes_wrong_after_arming_leaves_nothing_of_ours(start: Start, fault: str) -> None:
    one = start()
    old = one.running
    assert one.do(one.commit.arm) == []
    one.fault(fault)
    (reason,) = one.apply()
    assert reason.startswith(REFUSED[fault])
    rolled = one.do(one.commit.roll_back)
    if "942" in fault:
        assert rolled == ["warning: taken back; somebody else has changed the configuration meanwhile"]
    else:
        assert rolled == []
        assert one.running == old
    assert (set(one.pending) <= {"foreign-0"}, one.waits) == (True, False)
    assert ("vlan 942" in one.running, "name wanted" in one.running) == ("942" in fault, False)


def test_a_connection_that_cannot_be_opened_is_no_proof(start: Start) -> None:
    one = start()
    old = one.running
    assert one.do(one.commit.arm) == []
    one.wire.closed = True
    assert one.apply() == ["failed: taken back: no new connection could be opened (login refused)"]
    with pytest.raises(NotOpened):
        one.do(one.commit.reach)
    assert one.running == old


def test_a_switch_without_transactions_says_so(start: Start) -> None:
    one = start()
    bench = Bench(one.box, EosDriver(timer=None))
    script = bench.driver.write([], bench.read())
    assert isinstance(script, Reversible)
    failure = script.commit(RUN, 7, SECONDS)
    assert isinstance(failure, Failure)
    assert re.match(r"it is changed line by line \(`transaction: none` in the inventory\)", failure.reason)
