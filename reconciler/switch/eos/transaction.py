"""A change set as one configuration session whose commit takes itself back unless it is proven and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.core.change import Change
from reconciler.core.driver import Failure
from reconciler.switch.dialogue import Dialogue, Lost, Run, Say, Talk
from reconciler.switch.eos import pending, preflight
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.exchange import (
    RUNNING_CONFIG,
    UNKNOWN_COMMAND,
    Asking,
    Exchange,
    abort,
    order,
    refusal,
    unmixed,
    verdict,
)
from reconciler.switch.eos.interlock import objection
from reconciler.switch.eos.proof import Proof, Unsure
from reconciler.switch.eos.status import Status

CHANGED = "not committed: somebody else has changed the configuration since it was read"
UNCHANGED = "nothing was changed"
WITHOUT = "`transaction: none` in the inventory changes it line by line, without a way back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Dialogue):
    """``changes`` are what the lines carry out on the configuration ``before``.

    ``timer``: seconds after which EOS takes a commit back that nobody has confirmed (eos.md 6.2).
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
            return [_unchanged(ready)]
        name = pending.name_of(run, number)
        try:
            problem = yield from self._entered(name)
            if problem is None:
                return (yield from self._proof(name, ready).talk())
        except Unsure:
            raise
        except Lost as lost:
            raise (yield from self._taken_back(name, lost)) from None
        except Exception:
            yield from _left(name)
            raise
        yield from _left(name)
        return [_unchanged(problem)]

    def _taken_back(self, name: str, lost: Lost) -> Asking[Lost]:
        """On a new connection. It is not known how far the lost one came: the session may be open, or committed."""
        try:
            yield abort(name)
        except Lost:
            return Lost(f"{lost}; what was committed EOS takes back by itself within {self.timer} s")
        return Lost(f"{lost}; what was begun has been taken back")

    def leave(self, run: Run, number: int) -> Sequence[Say]:
        return (Say("end"), abort(pending.name_of(run, number)))

    def _entered(self, name: str) -> Exchange:
        """The session is filled, looked at, and committed; or why it is not."""
        problem = yield from self._opened(name)
        problem = problem or (yield from self._filled())
        if problem is not None:
            return problem
        yield Say("end")
        yield Say(f"configure session {name}")
        return (yield from self._inspected()) or (yield from self._committed())

    def _opened(self, name: str) -> Exchange:
        answer = yield Say(f"configure session {name}")
        if UNKNOWN_COMMAND.search(answer):
            return Failure(None, f"this switch has no configuration sessions ({answer.strip()}); {WITHOUT}")
        return verdict(f"configure session {name}", answer)

    def _filled(self) -> Exchange:
        for line in self.lines:
            problem = yield from order(Say(line.text), line)
            if problem is not None:
                return problem
        return None

    def _inspected(self) -> Exchange:
        """The running configuration is read again, too: a session is a snapshot, its commit could undo others' work.

        From the top of the session: some modes take effect only when they are left (eos.md 6.1).
        """
        session_diff = unmixed((yield Say("show session-config diffs", slow=True)))
        running = unmixed((yield Say(RUNNING_CONFIG)))
        if words := refusal(session_diff):
            return Failure(None, f"not committed: its diff cannot be read: {words}")
        if running.rstrip() != self.before.text.rstrip():
            return Failure(None, CHANGED, "stale")
        reason = objection(self.before, session_diff, self.changes)
        return None if reason is None else Failure(None, f"not committed: {reason}")

    def _committed(self) -> Exchange:
        """Whoever sits in a session is still there: nobody takes it for a dead run's."""
        text = f"commit timer {self.timer // 3600:02}:{self.timer // 60 % 60:02}:{self.timer % 60:02}"
        answer = yield Say(text, slow=True, final=True)
        if UNKNOWN_COMMAND.search(answer):
            return Failure(None, f"not committed: this switch has no `commit timer` ({answer.strip()}); {WITHOUT}")
        return verdict(text, answer)

    def _proof(self, name: str, was: Status) -> Proof:
        return Proof(name, self.changes, self.before, was, self.timer)


def _unchanged(problem: Failure) -> Failure:
    """The state that the switch is in, for whoever reads it at night: nothing of the plan is in its configuration."""
    told = problem.reason.startswith(("not committed", UNCHANGED))
    return problem if told else replace(problem, reason=f"{problem.reason}; {UNCHANGED}")


def _left(name: str) -> Asking[None]:
    """A session that cannot be left for want of a connection stays, and is dropped by the next run."""
    with suppress(Lost):
        yield Say("end")
        yield abort(name)
