"""A change set as one configuration session: all of it is committed, after a look at its own diff, or nothing."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from reconciler.core.change import Change
from reconciler.core.driver import Failure, Line
from reconciler.switch.dialogue import Dialogue, Say, Talk
from reconciler.switch.eos import pending
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.interlock import objection

RUNNING_CONFIG = "show running-config"
REFUSED = re.compile(
    r"^(?:% (?!Access VLAN does not exist).+|! Interface does not exist.*|.*Maximum number of pending sessions.*)",
    re.MULTILINE,
)
"""Answers that mean no. A line with ``!`` is a notice and the command was taken, but a port that is not there is no
notice for us; and that EOS makes a port's access VLAN is a notice, whatever it begins with."""

Exchange = Generator[Say, str, Failure | None]


@dataclass(frozen=True, slots=True)
class Transaction(Dialogue):
    """``changes`` are what the lines carry out on the configuration ``before``."""

    changes: tuple[Change, ...] = field(default=(), kw_only=True)
    before: Configuration | None = field(default=None, kw_only=True)

    def talk(self, run: str, number: int) -> Talk:
        if not self.lines:
            return []
        problem = yield from _make_room(run)
        if problem is None:
            problem = yield from self._session(pending.name_of(run, number))
        return [] if problem is None else [problem]

    def abandon(self, run: str, number: int) -> Say:
        return _abortion(pending.name_of(run, number))

    def leave(self, run: str, number: int) -> Sequence[Say]:
        return (Say("end"), _abortion(pending.name_of(run, number)))

    def _session(self, name: str) -> Exchange:
        problem = yield from _order(f"configure session {name}")
        if problem is not None:
            return problem
        problem = yield from self._fill()
        yield Say("end")
        problem = problem or (yield from self._inspect(name))
        problem = problem or (yield from _order(f"configure session {name} commit", final=True))
        if problem is not None:
            yield _abortion(name)
        return problem

    def _fill(self) -> Exchange:
        for line in self.lines:
            problem = yield from _order(line.text, line)
            if problem is not None:
                return problem
        return None

    def _inspect(self, name: str) -> Exchange:
        """The running configuration is read again, too: a session is a snapshot, its commit could undo others' work."""
        assert self.before is not None, "lines are made for a configuration"
        session_diff = yield Say(f"show session-config named {name} diffs", slow=True)
        running = yield Say(RUNNING_CONFIG)
        if words := refusal(session_diff):
            return Failure(None, f"not committed: its diff cannot be read: {words}")
        if running.rstrip() != self.before.text.rstrip():
            return Failure(None, "not committed: somebody else has changed the configuration since it was read")
        reason = objection(self.before, session_diff, self.changes)
        return None if reason is None else Failure(None, f"not committed: {reason}")


def refusal(answer: str) -> str | None:
    """The switch's own words where they mean no."""
    found = REFUSED.search(answer)
    return found[0].strip() if found else None


def _order(text: str, line: Line | None = None, *, final: bool = False) -> Exchange:
    words = refusal((yield Say(text, slow=final, final=final)))
    if words is None:
        return None
    return Failure(line, words if line else f"{text!r} was refused: {words}")


def _abortion(name: str) -> Say:
    return Say(f"configure session {name} abort")


def _make_room(run: str) -> Exchange:
    """Sessions of ours that nobody sits in any more are aborted; others' sessions are never touched."""
    answer = yield Say(pending.QUESTION)
    try:
        sessions = pending.read(answer, run)
    except ValueError:
        return Failure(None, f"{pending.QUESTION!r} has no usable answer: {refusal(answer) or 'not JSON'}")
    for name in sessions.stale:
        yield _abortion(name)
    return None if sessions.obstacle is None else Failure(None, sessions.obstacle)
