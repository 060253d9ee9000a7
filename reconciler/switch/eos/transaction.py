"""A change set as one configuration session whose commit takes itself back unless it is proven and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from reconciler.core.change import Change
from reconciler.core.driver import Failure, Script, serious
from reconciler.switch.dialogue import Commit, Lost, Reversible, Run, Say, Talk
from reconciler.switch.eos import pending, preflight
from reconciler.switch.eos.attempt import TIMER, Attempt, left, opened, unchanged, without_timer
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.exchange import UNKNOWN_COMMAND, Exchange, abort, refusal, said, twice, verdict
from reconciler.switch.eos.status import Status

REACH = "show clock"
INCOMPLETE = "% Incomplete command"
NOT_ARMED = "the transaction is not armed on this switch"
ONCE = "it has had its one commit of this transaction: while a commit waits to be confirmed, EOS refuses others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Reversible):
    """``changes`` are what the lines carry out on the configuration ``before``.

    ``timer``: seconds after which EOS takes a commit back that nobody has confirmed, where this switch is alone.
    """

    changes: tuple[Change, ...]
    before: Configuration
    timer: int

    def talk(self, run: Run, number: int) -> Talk:
        """All of it is committed and confirmed, or nothing; what went wrong says which."""
        if not self.lines:
            return []
        ready = yield from preflight.checked(run, self.changes)
        if isinstance(ready, Failure):
            return [unchanged(ready)]
        attempt = self.attempt(pending.name_of(run, number), self.timer)
        found = yield from attempt.committed(ready)
        return found if serious(found) else (yield from attempt.proof(ready).confirmed()) or found

    def leave(self, run: Run, number: int) -> Sequence[Say]:
        return (Say("end"), abort(pending.name_of(run, number)))

    def commit(self, run: Run, number: int, seconds: int) -> EosCommit:
        return EosCommit(run, number, seconds)

    def attempt(self, name: str, timer: int) -> Attempt:
        """The session ``name``, whose commit is taken back after ``timer`` seconds."""
        return Attempt(name=name, lines=self.lines, changes=self.changes, before=self.before, timer=timer)


@dataclass(slots=True)
class EosCommit(Commit):
    """One transaction over several devices, on this switch: one session, one commit.

    ``seconds``: the timer of the commit. ``was``: what was up when it was armed. ``attempt``: what was made of it.
    """

    run: Run
    number: int
    seconds: int
    was: Status | None = None
    attempt: Attempt | None = None

    def arm(self) -> Talk:
        """Whether a commit could be made and timed now: an empty session is opened, and dropped again."""
        ready = yield from preflight.checked(self.run, ())
        if isinstance(ready, Failure):
            return [unchanged(ready)]
        problem = yield from self._tried()
        if problem is not None:
            return [unchanged(problem)]
        self.was = ready
        return []

    def apply(self, script: Script) -> Talk:
        """Committed and proven, and not confirmed; or nothing of it is left."""
        assert isinstance(script, Transaction), "a script of another driver"
        if not script.lines:
            return []
        if self.was is None or self.attempt is not None:
            return [Failure(None, NOT_ARMED if self.was is None else ONCE)]
        problem = yield from preflight.room(self.run, script.changes)
        if problem is not None:
            return [unchanged(problem)]
        self.attempt = script.attempt(pending.name_of_transaction(self.run, self.number), self.seconds)
        return (yield from self.attempt.committed(self.was))

    def reach(self) -> Talk:
        yield Say(REACH, fresh=True)
        return []

    def confirm(self) -> Talk:
        """Where nothing was applied there is nothing to confirm. Raises: Unsure."""
        if self.attempt is None or self.was is None:
            return []
        return (yield from self.attempt.proof(self.was).confirmed_later())

    def roll_back(self) -> Talk:
        """The commit is aborted: that takes it back at once. What arming alone has left is dropped. Raises: Lost."""
        if self.attempt is None or self.was is None:
            return (yield from self._dropped())
        try:
            return (yield from self.attempt.proof(self.was).undone())
        except Lost as lost:
            raise Lost(f"{lost}; what was committed EOS takes back by itself within {self.seconds} s") from None

    def leave(self) -> Sequence[Say]:
        name = pending.name_of_trial(self.run, self.number) if self.attempt is None else self.attempt.name
        return (Say("end"), abort(name))

    def _tried(self) -> Exchange:
        """Whether a session opens, and has a `commit timer`: without a time that does nothing but tell."""
        name = pending.name_of_trial(self.run, self.number)
        try:
            problem = (yield from opened(name)) or (yield from _has_timer())
        except Lost:
            yield from left(name)
            raise
        with suppress(Lost):
            yield Say("end")
        yield from self._dropped()
        return problem

    def _dropped(self) -> Talk:
        yield from twice(lambda: said(abort(pending.name_of_trial(self.run, self.number))))
        return []


def _has_timer() -> Exchange:
    answer = yield Say(TIMER)
    if (refusal(answer) or "").startswith(INCOMPLETE):
        return None
    return without_timer(answer) if UNKNOWN_COMMAND.search(answer) else verdict(TIMER, answer)
