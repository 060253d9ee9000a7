"""Configuration sessions: a snapshot of the running configuration, changed aside, committed as a whole or dropped."""

from __future__ import annotations

import difflib
import itertools
import os
from dataclasses import dataclass, field

from . import render
from .clock import Clock
from .config import Config
from .refusal import Refused
from .syslog import Actor

MOST_PENDING = 5
MOST_COMPLETED = 1
LIFETIME = 86400.0
"""Seconds after which EOS drops a session that nobody has committed (the reference's section 6.1)."""
TOO_MANY = "% Maximum number of pending sessions has been reached. Please commit or abort some of them."
NO_SUCH = "% Session {name} does not exist"
OVER = "% Cannot commit session {name}: it is not pending"
TIMER_RUNS = "% Cannot commit session {name}: the commit timer of session {other} is running"
WAITING = "% Cannot enter session {name}: its commit timer is running"


@dataclass(slots=True)
class Session:
    """``base``: the snapshot it began with; ``seats``: the terminals that are in it, by process number.

    ``created`` and ``completed``: seconds since the epoch.
    """

    name: str
    config: Config
    base: Config
    user: str
    created: float
    state: str = "pending"
    completed: float = 0.0
    commit_user: str = ""
    seats: dict[int, Actor] = field(default_factory=dict)


@dataclass(slots=True)
class CommitTimer:
    """A commit that is rolled back at ``expires`` (seconds since the epoch) unless it is confirmed."""

    name: str
    before: Config
    expires: float


class Sessions:
    """All sessions of the switch; none of them survives a reboot."""

    def __init__(self, clock: Clock) -> None:
        self.by_name: dict[str, Session] = {}
        self.timer: CommitTimer | None = None
        self.lifetime = LIFETIME
        self._clock = clock
        self._unnamed = itertools.count(1)

    def open(self, name: str | None, running: Config, user: str) -> Session:
        """A new session, or the pending one of this name. Raises: Refused."""
        name = name or f"sess-{os.getpid()}--{next(self._unnamed)}-1"
        if self.timer is not None and self.timer.name == name:
            raise Refused(WAITING.format(name=name))
        pending = self.pending()
        known = self.by_name.get(name)
        if known is not None and known in pending:
            return known
        if len(pending) >= running.most_pending(MOST_PENDING):
            raise Refused(TOO_MANY)
        self.by_name[name] = Session(name, running.copy(), running.copy(), user, self._clock())
        return self.by_name[name]

    def pending(self) -> list[Session]:
        """Those that nobody has finished; what is older than a session may get is dropped."""
        oldest = self._clock() - self.lifetime
        for name in [s.name for s in self.by_name.values() if s.state == "pending" and s.created < oldest]:
            self.by_name.pop(name).state = "aborted"
        return [session for session in self.by_name.values() if session.state == "pending"]

    def get(self, name: str) -> Session:
        """Raises: Refused."""
        if name not in self.by_name:
            raise Refused(NO_SUCH.format(name=name))
        return self.by_name[name]

    def committable(self, name: str) -> Session:
        """Raises: Refused where it is not pending, or another commit waits for its confirmation."""
        session = self.get(name)
        if session not in self.pending():
            raise Refused(OVER.format(name=name))
        if self.timer is not None:
            raise Refused(TIMER_RUNS.format(name=name, other=self.timer.name))
        return session

    def finish(self, session: Session, state: str, user: str, most: int = MOST_COMPLETED) -> None:
        """Keep as many completed sessions as EOS does: ``most``."""
        session.state, session.completed, session.commit_user = state, self._clock(), user
        session.seats.clear()
        done = sorted((s for s in self.by_name.values() if s.state in ("completed", "aborted")), key=_completed)
        for old in done[: max(0, len(done) - most)]:
            del self.by_name[old.name]

    def drop(self, name: str) -> None:
        """Raises: Refused."""
        if self.get(name).state == "committed":
            raise Refused(OVER.format(name=name))
        self.by_name.pop(name).state = "aborted"


def _completed(session: Session) -> float:
    return session.completed


def unified(running: str, candidate: str, names: tuple[str, str]) -> str:
    """The diff of two configurations as EOS prints it, with a blank line behind it; only that where they are equal."""
    if running == candidate:
        return "\n"
    lines = difflib.unified_diff(running.splitlines(), candidate.splitlines(), *names, lineterm="")
    return "".join(f"{line}\n" for line in lines) + "\n"


def diff(session: Session, running: Config, device: str) -> str:
    """What a commit would do now. ``device``: the line that stands above the configuration in the switch's file."""
    old, new = (f"{device}\n!\n{render.text(config)}" for config in (running, session.config))
    return unified(old, new, ("system:/running-config", f"session:/{session.name}-session-config"))
