"""A switch's part of a transaction over several devices, on the lab's switch: each step, and each way to lose it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.core.driver import Failure
from reconciler.lab.eos import mischief
from reconciler.lab.eos.cli import Cli
from reconciler.switch.dialogue import Commit, Lost, NotOpened, Reversible, Run, Say, Talk
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.attempt import clock
from reconciler.switch.eos.welcome import Welcome
from reconciler.switch.kinds import Interface, Svi, Vlan
from tests.lab_eos.conftest import Box
from tests.switch.in_process import Bench

WISHES = (
    Vlan(id=40, label="wanted"),
    Interface(ifname="Ethernet2", access=40, description="wanted"),
    Svi(vlan=40, addresses=("10.40.0.1/24",)),
)
NAME = "rec-box-t7"
RUN = Run("box", is_under_way=lambda number: number == 7)
SECONDS = 60


@dataclass
class Wire:
    """What a terminal transport does, without a terminal. ``cut``: line -> before it is typed or ``behind``, once.

    ``dies``: nobody is there any more after a cut.
    """

    box: Box
    cut: dict[int, bool] = field(default_factory=dict)
    dies: bool = False
    closed: bool = False
    typed: list[str] = field(default_factory=list)
    cli: Cli | None = None

    def carry(self, talk: Talk) -> Sequence[Failure]:
        """Raises: Lost."""
        try:
            say = next(talk)
            while True:
                try:
                    answer = self._say(say)
                except Lost as lost:
                    say = talk.throw(lost)
                else:
                    say = talk.send(answer)
        except StopIteration as end:
            failures: Sequence[Failure] = end.value
            return failures

    def _say(self, say: Say) -> str:
        if self.closed and (say.fresh or self.cli is None):
            raise NotOpened("login refused") if say.fresh else Lost("login refused")
        if say.fresh or self.cli is None:
            self.cli = self.box.cli()
        number = len(self.typed)
        self.typed.append(say.text)
        behind = self.cut.pop(number, None)
        answer = "" if behind is False else self.cli.execute(say.text).text.removesuffix("\n")
        if behind is not None:
            self.cli.leave()
            self.cli, self.closed = None, self.closed or self.dies
            raise Lost(f"cut at {say.text!r}")
        return answer


@dataclass
class One:
    """One transaction on one switch, and what is to be sent."""

    box: Box
    wire: Wire
    commit: Commit
    script: Reversible

    @property
    def running(self) -> str:
        return self.box.text

    @property
    def waits(self) -> bool:
        return self.box.switch.sessions.timer is not None

    @property
    def pending(self) -> list[str]:
        return [session.name for session in self.box.switch.sessions.pending()]

    def do(self, step: Callable[[], Talk]) -> list[str]:
        return [f"{failure.nature}: {failure.reason}" for failure in self.wire.carry(step())]

    def apply(self) -> list[str]:
        return self.do(lambda: self.commit.apply(self.script))

    def applied(self) -> One:
        assert self.do(self.commit.arm) == []
        assert self.apply() == []
        return self

    def fault(self, words: str) -> None:
        assert mischief.command(self.box.switch, words) == ""


Start = Callable[[], One]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Each transaction begins on a switch of its own."""
    numbers = itertools.count()

    def begin() -> One:
        box = Box(tmp_path / f"state-{next(numbers)}")
        bench = Bench(box, EosDriver("172.20.20.2"))
        reading = bench.read()
        script = bench.driver.write(bench.plan(reading, WISHES), reading)
        assert isinstance(script, Reversible)
        commit = script.commit(RUN, 7, SECONDS)
        assert isinstance(commit, Commit)
        return One(box, Wire(box), commit, script)

    return begin


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


def lines_of(start: Start, step: str) -> list[int]:
    """The lines that are typed in a step of a transaction on which nothing goes wrong, counted from its first."""
    one = start()
    first = 0
    for name, talk in (("arm", one.commit.arm), ("apply", None), ("confirm", one.commit.confirm)):
        first = len(one.wire.typed)
        assert (one.apply() if talk is None else one.do(talk)) == []
        if name == step:
            break
    return list(range(first, len(one.wire.typed)))


def cuts(start: Start, step: str) -> Iterator[tuple[One, str]]:
    """A transaction for each line of the step at which the connection is lost, and whether behind it."""
    for number, behind in itertools.product(lines_of(start, step), (False, True)):
        one = start()
        one.wire.cut[number] = behind
        yield one, f"line {number}, {'behind' if behind else 'before'} it"


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


@pytest.mark.parametrize(
    ("seconds", "timer"), [(1, "00:00:01"), (59, "00:00:59"), (120, "00:02:00"), (3600, "01:00:00"), (5025, "01:23:45")]
)
def test_a_timer_has_hours_minutes_and_seconds(seconds: int, timer: str) -> None:
    assert clock(seconds) == timer
