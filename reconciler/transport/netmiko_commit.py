"""A switch's part of a transaction over several devices: step by step, each a talk on its kept-open terminal."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Protocol

from reconciler.core.commit import nothing
from reconciler.core.driver import Failure, Script, serious
from reconciler.core.failpoint import failpoint
from reconciler.switch.dialogue import Commit, Lost, Reversible, Run, Say, Talk
from reconciler.transport.netmiko_talker import Leaving
from reconciler.transport.this_run import UnderWay

NOT_ARMED = "the transaction is not armed on this switch"


class Carry(Protocol):
    """Has a talk with the switch; ``now``: whatever was agreed about leaving it alone. Raises: Unreachable."""

    async def __call__(self, talk: Talk, leaving: Leaving, *, now: bool = False) -> Sequence[Failure]: ...


class SwitchCommit:
    """`core.commit.ConfirmedCommit`. While it waits for its end, no other connection of this program takes it back."""

    def __init__(self, carry: Carry, run: Run, number: int, seconds: int, under_way: UnderWay) -> None:
        self._carry = carry
        self._run, self._number = run, number
        self._seconds = max(1, math.ceil(seconds))
        self._under_way = under_way
        self._commit: Commit | None = None

    async def arm(self, undo: Script) -> Sequence[Failure]:
        """The switch makes its own undo: of ``undo`` it matters only how the switch is changed."""
        if not isinstance(undo, Reversible):
            raise TypeError(f"a terminal takes changes that it can take back, not {type(undo).__name__}")
        commit = undo.commit(self._run, self._number, self._seconds)
        if isinstance(commit, Failure):
            return [commit]
        self._commit = commit
        failpoint("before switch armed")
        failures = await self._carry(commit.arm(), commit.leave)
        failpoint("switch armed")
        return failures

    async def apply(self, script: Script, took: Callable[[], None] = nothing) -> Sequence[Failure]:
        if self._commit is None:
            return [Failure(None, NOT_ARMED)]
        if not script.lines:
            return []
        if self._under_way.includes(self._number):
            return await self._carry(self._commit.apply(script), _nothing)
        self._under_way.begin(self._number, math.inf)
        loop = asyncio.get_running_loop()
        talk = _told(self._commit.apply(script), lambda: loop.call_soon_threadsafe(took))
        failpoint("before switch committed")
        try:
            failures = await self._carry(talk, self._commit.leave)
        except BaseException:
            self._under_way.end(self._number)
            raise
        failpoint("switch committed")
        if serious(failures):
            self._under_way.end(self._number)
        else:
            self._under_way.begin(self._number, self._seconds)
        return failures

    async def reach(self) -> None:
        if self._commit is not None:
            await self._carry(self._commit.reach(), _nothing, now=True)

    async def confirm(self, left: Script | None = None) -> Sequence[Failure]:
        """Raises: Unreachable; then it may be tried again."""
        assert left is None, "a switch is sent everything at one go"
        if self._commit is None:
            return []
        failpoint("before switch confirmed")
        failures = await self._carry(self._commit.confirm(), _nothing, now=True)
        failpoint("switch confirmed")
        self._under_way.end(self._number)
        return failures

    async def roll_back(self) -> Sequence[Failure]:
        """From now on whoever finds it on the switch takes it back. Raises: Unreachable; then it may be tried again."""
        self._under_way.end(self._number)
        if self._commit is None:
            return []
        failpoint("before switch rolled back")
        failures = await self._carry(self._commit.roll_back(), _nothing, now=True)
        failpoint("switch rolled back")
        return failures


def _nothing() -> Sequence[Say]:
    return ()


def _told(talk: Talk, took: Callable[[], object]) -> Talk:
    """The same talk; ``took`` is called, in the thread that has it, when what takes effect as a whole was answered."""
    try:
        say = next(talk)
        while True:
            try:
                answer = yield say
            except Lost as lost:
                say = talk.throw(lost)
            else:
                if say.final:
                    took()
                say = talk.send(answer)
    except StopIteration as end:
        failures: Sequence[Failure] = end.value
        return failures
