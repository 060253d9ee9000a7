"""After a commit: what is proven over a new connection is confirmed, everything else is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.core.change import Change
from reconciler.core.driver import Failure, Unreadable
from reconciler.core.resource import State
from reconciler.switch.bridging import configured
from reconciler.switch.dialogue import Lost, NotOpened, Say
from reconciler.switch.eos import pending, status
from reconciler.switch.eos.configuration import Configuration, read
from reconciler.switch.eos.exchange import RUNNING_CONFIG, Asking, T, abort, refusal, said, twice, unmixed
from reconciler.switch.eos.status import Status
from reconciler.switch.eos.witness import LOG, overtaken

PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look whether everything is up again that was up before."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Of the session ``name`` whose ``changes`` of ``before`` are committed and wait for confirmation.

    ``was``: what was up before. ``timer``: seconds after which EOS takes the commit back by itself.
    """

    name: str
    changes: Sequence[Change]
    before: Configuration
    was: Status
    timer: int

    def proven(self) -> Asking[Sequence[Failure]]:
        """It waits to be confirmed if all of this are warnings, else it has been taken back. Raises: Lost."""
        try:
            now = yield from self._up()
        except NotOpened as error:
            return [(yield from self._taken_back(f"no new connection could be opened ({error})"))]
        except Unproven as reason:
            failure = yield from self._taken_back(str(reason))
            return [replace(failure, nature="stale") if isinstance(reason, Overtaken) else failure]
        return self._warnings(now)

    def confirmed(self) -> Asking[Sequence[Failure]]:
        """No failure: it stays. Raises: Unsure."""
        try:
            yield from self._surely(self._confirm())
        except Unproven as reason:
            return [(yield from self._taken_back(str(reason)))]
        return []

    def confirmed_later(self) -> Asking[Sequence[Failure]]:
        """The same a while after the proof: EOS may have taken it back by itself meanwhile. Raises: Unsure.

        It is asked first: nobody has written down what `commit` does to a session whose timer has ended.
        """
        try:
            over = yield from self._surely(twice(self._is_confirmed))
        except Unproven as reason:
            return [(yield from self._taken_back(str(reason)))]
        if not over:
            return (yield from self.confirmed())
        try:
            self._is_as_planned((yield from self._surely(twice(_running))))
        except Unproven:
            return [Failure(None, f"not confirmed in time: EOS has taken it back by itself after {self.timer} s")]
        return []

    def undone(self) -> Asking[Sequence[Failure]]:
        """Taken back at once, however far it came, and looked at. Raises: Lost, where nobody answers twice."""
        refused = refusal((yield from twice(lambda: said(abort(self.name)._replace(final=True)))))
        running = yield from twice(_running)
        if self._is_as_before(running):
            return []
        try:
            left = [change.key for change in self.changes if not self._differs(change, _understood(running))]
            if not left:
                return [Failure(None, "taken back; somebody else has changed the configuration meanwhile", "warning")]
            confirmed = yield from twice(self._is_confirmed)
        except Unproven as error:
            return [Failure(None, f"it is not known whether it was taken back: {error}")]
        if confirmed:
            return [Failure(None, f"not taken back, since its commit was confirmed: {left[0]} stays as it was planned")]
        words = f"not taken back: {refused or 'EOS has not done it'}; it does so by itself within {self.timer} s"
        return [Failure(None, words)]

    def _up(self) -> Asking[Status]:
        """What is up now. Raises: Unproven, NotOpened."""
        self._is_as_planned((yield Say(RUNNING_CONFIG, fresh=True)))
        if deed := overtaken((yield Say(LOG, slow=True)), self.name):
            raise Overtaken(f"it would undo what somebody else did at the same moment: {deed}")
        lost: Sequence[str] = ()
        for pause in PAUSES:
            now = yield from _status(pause)
            lost = now.lost_since(self.was, self._after, self.changes)
            if not lost:
                return now
        raise Unproven(f"{', '.join(lost)} was up before and is not any more")

    @property
    def _after(self) -> State:
        return configured(self.before.found, self.changes)

    def _is_as_planned(self, running: str) -> None:
        """What others have changed meanwhile is theirs. Raises: Unproven."""
        found = _understood(running)
        for change in self.changes:
            if self._differs(change, found):
                raise Unproven(f"{change.key} is not as planned after the commit")

    @staticmethod
    def _differs(change: Change, found: State) -> bool:
        """Whether ``found`` has not what ``change`` leads to."""
        got = found.get(change.key)
        return (got if got is None or change.after is None else change.after.lens(got)) != change.after

    def _is_as_before(self, running: str) -> bool:
        return unmixed(running).rstrip() == self.before.text.rstrip()

    def _surely(self, ask: Asking[T]) -> Asking[T]:
        """Raises: Unsure, where nobody answers any more."""
        try:
            return (yield from ask)
        except Lost as lost:
            fate = f"EOS has kept it, or takes it back by itself within {self.timer} s"
            raise Unsure(f"{lost}; whether it was confirmed is not known: {fate}") from None

    def _confirm(self) -> Asking[None]:
        """Where the answer is lost, the switch is asked what became of it. Raises: Unproven."""
        confirm = Say(f"configure session {self.name} commit", slow=True, final=True)
        try:
            words = refusal((yield confirm))
            if words is not None:
                raise Unproven(f"its confirmation was refused: {words}")
            confirmed = yield from self._is_confirmed()
        except Lost:
            confirmed = yield from self._is_confirmed()
            if not confirmed:
                yield confirm
                confirmed = yield from self._is_confirmed()
            self._is_as_planned((yield Say(RUNNING_CONFIG)))
        if not confirmed:
            raise Unproven("its confirmation had no effect")

    def _is_confirmed(self) -> Asking[bool]:
        """Raises: Unproven."""
        try:
            return (yield from pending.is_confirmed(self.name))
        except ValueError as error:
            raise Unproven(str(error)) from None

    def _taken_back(self, reason: str) -> Asking[Failure]:
        """Undone at once rather than when the timer ends, and looked at."""
        try:
            yield abort(self.name)
            running = yield Say(RUNNING_CONFIG)
        except Lost:
            return Failure(None, f"not confirmed: {reason}; EOS takes it back by itself within {self.timer} s")
        if self._is_as_before(running):
            return Failure(None, f"taken back: {reason}")
        return Failure(None, f"taken back, but the configuration is not the one from before: {reason}")

    def _warnings(self, now: Status) -> Sequence[Failure]:
        waiting = now.waits(self.was, self._after, self.changes)
        return [Failure(None, f"{', '.join(waiting)} is not up yet", "warning")] if waiting else []


class Unsure(Lost):
    """Nobody answers any more after the confirmation was typed: taking back would be a guess."""


class Unproven(Exception):
    """Why what was committed must not stay."""


class Overtaken(Unproven):
    """It has undone somebody else's change, which comes back with what was before."""


def _understood(running: str) -> State:
    """Raises: Unproven."""
    try:
        return read(unmixed(running)).found
    except Unreadable as error:
        raise Unproven(f"the configuration cannot be read any more: {error}") from None


def _running() -> Asking[str]:
    return (yield Say(RUNNING_CONFIG))


def _status(pause: float) -> Asking[Status]:
    """Raises: Unproven."""
    try:
        return (yield from status.ask(pause))
    except ValueError as error:
        raise Unproven(str(error)) from None
