"""A switch's part of a transaction over several devices, on the lab's switch: each step, and each way to lose it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.switch.dialogue import Lost, Run
from reconciler.switch.eos.attempt import clock
from reconciler.switch.eos.welcome import Welcome
from tests.switch.committing import NAME, RUN, SECONDS, Start, cuts, lines_of, starting


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return starting(tmp_path)


def test_each_step_does_its_part_and_no_more(start: Start) -> None:
    one = start()
    old = one.running
    assert one.do(one.commit.arm) == []
    assert (one.running, one.pending, one.waits) == (old, [], False)
    assert one.apply() == []
    assert ("name wanted" in one.running, one.pending, one.waits) == (True, [], True)
    assert one.do(one.commit.reach) == []
    assert one.do(one.commit.confirm) == []
    assert ("name wanted" in one.running, one.waits) == (True, False)
    assert one.do(one.commit.confirm) == []


def test_rolled_back_it_is_the_text_from_before(start: Start) -> None:
    one = start()
    old = one.running
    one.applied()
    assert one.do(one.commit.roll_back) == []
    assert (one.running, one.waits) == (old, False)
    assert one.do(one.commit.roll_back) == []


def test_where_nothing_was_applied_there_is_nothing_to_undo(start: Start) -> None:
    one = start()
    old = one.running
    assert one.do(one.commit.confirm) == one.do(one.commit.roll_back) == []
    assert one.do(one.commit.arm) == one.do(one.commit.confirm) == one.do(one.commit.roll_back) == []
    assert (one.running, one.pending) == (old, [])


def test_wherever_arming_is_cut_off_nothing_is_left(start: Start) -> None:
    for one, where in cuts(start, "arm"):
        old = one.running
        with suppress(Lost):
            assert one.do(one.commit.arm) == [], where
        assert one.do(one.commit.roll_back) == [], where
        assert (one.running, one.pending) == (old, []), where


def test_wherever_applying_is_cut_off_it_is_rolled_back_to_the_text_from_before(start: Start) -> None:
    for one, where in cuts(start, "apply"):
        old = one.running
        assert one.do(one.commit.arm) == []
        with pytest.raises(Lost):
            one.apply()
        assert one.do(one.commit.roll_back) == [], where
        assert (one.running, one.pending, one.waits) == (old, [], False), where


def test_wherever_a_confirmation_is_cut_off_it_is_confirmed_on_a_new_connection(start: Start) -> None:
    for one, where in cuts(start, "confirm"):
        assert one.applied().do(one.commit.confirm) == [], where
        assert ("name wanted" in one.running, one.waits) == (True, False), where


def test_where_nobody_answers_any_more_the_timer_decides(start: Start) -> None:
    for cut in (False, True):
        one = start()
        old = one.running
        one.applied()
        one.wire.cut[len(one.wire.typed)], one.wire.closed = cut, True
        with pytest.raises(Lost, match=r"; what was committed EOS takes back by itself within 60 s$"):
            one.do(one.commit.roll_back)
        one.box.later(SECONDS + 1)
        one.box.ask("")
        assert one.running == old


def test_a_lost_confirmation_is_never_guessed_at(start: Start) -> None:
    first, confirming = lines_of(start, "confirm")[:2]
    for number, stays in ((first, False), (confirming, True)):
        one = start().applied()
        one.wire.cut[number], one.wire.closed = True, True
        with pytest.raises(Lost, match="whether it was confirmed is not known: EOS has kept it, or takes it back by"):
            one.do(one.commit.confirm)
        one.box.later(SECONDS + 1)
        one.box.ask("")
        assert ("name wanted" in one.running) is stays


def test_whoever_comes_next_takes_back_what_a_dead_run_has_applied(start: Start) -> None:
    welcome = Welcome()
    for number in range(len(lines_of(start, "arm")), lines_of(start, "confirm")[0]):
        one = start()
        old = one.running
        assert one.do(one.commit.arm) == []
        one.wire.cut[number], one.wire.dies = True, True
        with suppress(Lost):
            one.apply()
        assert one.wire.closed
        one.wire.closed = False
        assert one.do(lambda: welcome.talk(Run("next", lambda name: name == "box"), 1)) == []
        assert (one.running, one.pending, one.waits) == (old, [], False)


def test_nobody_takes_back_what_is_under_way(start: Start) -> None:
    one = start().applied()
    elsewhere = Run("elsewhere")
    for run in (RUN, elsewhere):
        assert one.do(lambda run=run: Welcome().talk(run, 1)) == []  # type: ignore[misc]
        assert one.waits
    assert one.do(lambda: Welcome().talk(Run("box"), 1)) == []
    assert not one.waits


def test_what_eos_has_taken_back_is_not_confirmed(start: Start) -> None:
    one = start()
    old = one.running
    one.applied().box.later(SECONDS + 1)
    late = "failed: not confirmed in time: EOS has taken it back by itself after 60 s"
    assert one.do(one.commit.confirm) == [late]
    assert f"configure session {NAME} commit" not in one.wire.typed
    assert one.do(one.commit.roll_back) == []
    assert one.running == old


def test_what_was_confirmed_is_not_rolled_back_and_that_is_said(start: Start) -> None:
    one = start().applied()
    assert one.do(one.commit.confirm) == []
    stays = "failed: not taken back, since its commit was confirmed: vlan 40 stays as it was planned"
    assert one.do(one.commit.roll_back) == [stays]


def test_what_eos_does_not_take_back_is_said_in_its_words(start: Start) -> None:
    one = start().applied()
    one.fault("reject-line abort$")
    words = "failed: not taken back: % Invalid input; it does so by itself within 60 s"
    assert one.do(one.commit.roll_back) == [words]
    one.fault("clear")
    assert one.do(one.commit.roll_back) == []


def test_one_transaction_has_one_commit(start: Start) -> None:
    one = start()
    assert one.apply() == ["failed: the transaction is not armed on this switch"]
    once = "it has had its one commit of this transaction: while a commit waits to be confirmed, EOS refuses others"
    typed = len(one.applied().wire.typed)
    assert one.apply() == [f"failed: {once}"]
    assert len(one.wire.typed) == typed
    assert one.do(one.commit.confirm) == []


@pytest.mark.parametrize(
    ("seconds", "timer"), [(1, "00:00:01"), (59, "00:00:59"), (120, "00:02:00"), (3600, "01:00:00"), (5025, "01:23:45")]
)
def test_a_timer_has_hours_minutes_and_seconds(seconds: int, timer: str) -> None:
    assert clock(seconds) == timer
