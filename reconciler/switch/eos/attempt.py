"""One configuration session: filled, looked at, committed with a timer, and proven; or nothing stays of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.core.change import Change
from reconciler.core.driver import Failure, Line
from reconciler.switch.dialogue import Lost, Say
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
from reconciler.switch.eos.proof import Proof
from reconciler.switch.eos.status import Status

CHANGED = "not committed: somebody else has changed the configuration since it was read"
UNCHANGED = "nothing was changed"
WITHOUT = "`transaction: none` in the inventory changes it line by line, without a way back"
TIMER = "commit timer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Of ``lines``, which carry ``changes`` out on the configuration ``before``, in the session ``name``.

    ``timer``: seconds after which EOS takes the commit back that nobody has confirmed (eos.md 6.2).
    """

    name: str
    lines: Sequence[Line]
    changes: Sequence[Change]
    before: Configuration
    timer: int

    def committed(self, was: Status) -> Asking[Sequence[Failure]]:
        """It waits to be confirmed if all of this are warnings; else nothing of it is left. Raises: Lost.

        ``was``: what was up before.
        """
        try:
            problem = yield from self._entered()
            if problem is None:
                return (yield from self.proof(was).proven())
        except Lost as lost:
            raise (yield from self._taken_back(lost)) from None
        except Exception:
            yield from left(self.name)
            raise
        yield from left(self.name)
        return [unchanged(problem)]

    def proof(self, was: Status) -> Proof:
        return Proof(self.name, self.changes, self.before, was, self.timer)

    def _taken_back(self, lost: Lost) -> Asking[Lost]:
        """On a new connection. It is not known how far the lost one came: the session may be open, or committed."""
        try:
            yield abort(self.name)
        except Lost:
            return Lost(f"{lost}; what was committed EOS takes back by itself within {self.timer} s")
        return Lost(f"{lost}; what was begun has been taken back")

    def _entered(self) -> Exchange:
        """The session is filled, looked at, and committed; or why it is not."""
        problem = yield from opened(self.name)
        problem = problem or (yield from self._filled())
        if problem is not None:
            return problem
        yield Say("end")
        yield Say(f"configure session {self.name}")
        return (yield from self._inspected()) or (yield from self._timed())

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

    def _timed(self) -> Exchange:
        """Whoever sits in a session is still there: nobody takes it for a dead run's."""
        text = f"{TIMER} {clock(self.timer)}"
        answer = yield Say(text, slow=True, final=True)
        return without_timer(answer) if UNKNOWN_COMMAND.search(answer) else verdict(text, answer)


def opened(name: str) -> Exchange:
    answer = yield Say(f"configure session {name}")
    if UNKNOWN_COMMAND.search(answer):
        return Failure(None, f"this switch has no configuration sessions ({answer.strip()}); {WITHOUT}")
    return verdict(f"configure session {name}", answer)


def left(name: str) -> Asking[None]:
    """A session that cannot be left for want of a connection stays, and is dropped by the next run."""
    with suppress(Lost):
        yield Say("end")
        yield abort(name)


def without_timer(answer: str) -> Failure:
    return Failure(None, f"not committed: this switch has no `{TIMER}` ({answer.strip()}); {WITHOUT}")


def clock(seconds: int) -> str:
    """``00:02:00``: the one form of a timer that every EOS takes (eos.md 6.1 and 12)."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def unchanged(problem: Failure) -> Failure:
    """The state that the switch is in, for whoever reads it at night: nothing of the plan is in its configuration."""
    told = problem.reason.startswith(("not committed", UNCHANGED))
    return problem if told else replace(problem, reason=f"{problem.reason}; {UNCHANGED}")
