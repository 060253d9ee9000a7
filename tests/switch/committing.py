"""One transaction on the lab's switch over a wire that can be cut at every line."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.driver import Failure
from reconciler.lab.eos import mischief
from reconciler.lab.eos.cli import Cli
from reconciler.switch.dialogue import Commit, Lost, NotOpened, Reversible, Run, Say, Talk
from reconciler.switch.eos import EosDriver
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


def starting(folder: Path) -> Start:
    """Each transaction begins on a switch of its own, below ``folder``."""
    numbers = itertools.count()

    def begin() -> One:
        box = Box(folder / f"state-{next(numbers)}")
        bench = Bench(box, EosDriver("172.20.20.2"))
        reading = bench.read()
        script = bench.driver.write(bench.plan(reading, WISHES), reading)
        assert isinstance(script, Reversible)
        commit = script.commit(RUN, 7, SECONDS)
        assert isinstance(commit, Commit)
        return One(box, Wire(box), commit, script)

    return begin


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
