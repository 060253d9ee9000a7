"""Configuration sessions: a snapshot of the running configuration, changed aside, committed as a whole or dropped."""

from __future__ import annotations

import difflib
import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import render
from .config import Config
from .refusal import Refused
from .syslog import Actor

MOST_PENDING = 5
MOST_COMPLETED = 1
TOO_MANY = "% Maximum number of pending sessions has been reached. Please commit or abort some of them."
NO_SUCH = "% Session {name} does not exist"
OVER = "% Cannot commit session {name}: it is not pending"
TIMER_RUNS = "% Cannot commit session {name}: the commit timer of session {other} is running"


@dataclass(slots=True)
class Session:
    """``seats``: the terminals that are in it, by process number. ``completed``: seconds since the epoch."""

    name: str
    config: Config
    user: str
    state: str = "pending"
    completed: float = 0.0
    commit_user: str = ""
    seats: dict[int, Actor] = field(default_factory=dict)


@dataclass(slots=True)
class CommitTimer:
    """A commit that is rolled back at ``expires`` (monotonic seconds) unless it is confirmed."""

    name: str
    before: Config
    expires: float
    cancel: Callable[[], None]


class Sessions:
    """All sessions of the switch. They end with its process, as on a reboot."""

    def __init__(self) -> None:
        self.by_name: dict[str, Session] = {}
        self.timer: CommitTimer | None = None
        self._unnamed = itertools.count(1)

    def open(self, name: str | None, running: Config, user: str) -> Session:
        """A new session, or the pending one of this name. Raises: Refused."""
        name = name or f"sess-{os.getpid()}--{next(self._unnamed)}-1"
        known = self.by_name.get(name)
        if known is not None and known.state == "pending":
            return known
        if len(self.pending()) >= MOST_PENDING:
            raise Refused(TOO_MANY)
        self.by_name[name] = Session(name, running.copy(), user)
        return self.by_name[name]

    def pending(self) -> list[Session]:
        return [session for session in self.by_name.values() if session.state == "pending"]

    def get(self, name: str) -> Session:
        """Raises: Refused."""
        if name not in self.by_name:
            raise Refused(NO_SUCH.format(name=name))
        return self.by_name[name]

    def committable(self, name: str) -> Session:
        """Raises: Refused where it is not pending, or another commit waits for its confirmation."""
        session = self.get(name)
        if session.state != "pending":
            raise Refused(OVER.format(name=name))
        if self.timer is not None:
            raise Refused(TIMER_RUNS.format(name=name, other=self.timer.name))
        return session

    def finish(self, session: Session, state: str, user: str) -> None:
        """Keep as many completed sessions as EOS does."""
        session.state, session.completed, session.commit_user = state, time.time(), user
        session.seats.clear()
        done = [s for s in self.by_name.values() if s.state in ("completed", "aborted")]
        for old in sorted(done, key=lambda s: s.completed)[:-MOST_COMPLETED]:
            del self.by_name[old.name]

    def drop(self, name: str) -> None:
        """Raises: Refused."""
        if self.get(name).state == "committed":
            raise Refused(OVER.format(name=name))
        del self.by_name[name]


def unified(running: str, candidate: str, names: tuple[str, str]) -> str:
    """The diff of two configurations as EOS prints it, with a blank line behind it; only that where they are equal."""
    lines = difflib.unified_diff(running.splitlines(), candidate.splitlines(), *names, lineterm="")
    return "".join(f"{line}\n" for line in lines) + "\n"


def diff(session: Session, running: Config, device: str) -> str:
    """What a commit would do now. ``device``: the line that stands above the configuration in the switch's file."""
    old, new = (f"{device}\n!\n{render.text(config)}" for config in (running, session.config))
    return unified(old, new, ("system:/running-config", f"session:/{session.name}-session-config"))
