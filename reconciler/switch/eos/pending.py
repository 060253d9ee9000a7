"""Configuration sessions on a switch: our own that a dead run has left, and others' that are in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.driver import Failure
from reconciler.switch.dialogue import Run
from reconciler.switch.eos.exchange import Asking, Exchange, abort, document

QUESTION = "show configuration sessions | json"
NAME = re.compile(r"rec-(.+)-(?:t(\d{1,9})|t\d{1,9}a|\d+)")
"""The run, and the number of the transaction over several devices that it is, if it is one."""
PENDING = "pending"
WAITING = "pendingCommitTimer"
"""A session whose commit waits to be confirmed, up to EOS 4.31; later ones are `committed` and named at the top."""
DEFAULT_LIMIT = 5


@dataclass(frozen=True, slots=True)
class Sessions:
    """``stale``: ours, left behind; ``pending``: others that are open, with their users; ``timer``: another's commit
    that waits for its confirmation."""

    stale: tuple[str, ...]
    pending: Mapping[str, str]
    timer: str | None
    limit: int

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be changed now.

        A session is a snapshot: whoever commits an older one undoes what was committed meanwhile (eos.md 6.1).
        """
        if self.timer:
            return (
                f"session {self.timer!r} waits for its commit to be confirmed: try again when it is, or is taken back"
            )
        named = ", ".join(f"{name} ({user})" if user else name for name, user in self.pending.items())
        if len(self.pending) >= self.limit:
            return f"all {self.limit} configuration sessions are open: {named}; commit or abort them first"
        if self.pending:
            return f"somebody is about to change the configuration: pending session {named}; commit or abort it first"
        return None


def name_of(run: Run, number: int) -> str:
    """``rec-4f2a-1c2b-9d3-7``: letters, digits and dashes, at most 32; the prompt shows the first six of them."""
    return f"rec-{run.name}-{number}"


def name_of_transaction(run: Run, number: int) -> str:
    """``rec-4f2a-1c2b-9d3-t7``: of one over several devices, which all know it by this number."""
    return f"rec-{run.name}-t{number}"


def name_of_trial(run: Run, number: int) -> str:
    """``rec-4f2a-1c2b-9d3-t7a``: of the empty session that is opened before, and dropped at once."""
    return f"{name_of_transaction(run, number)}a"


def read(data: Mapping[str, Any], run: Run) -> Sessions:
    """Both dialects. Raises: ValueError.

    ``run``: ours, whose sessions are over whenever this is asked, but for transactions that are under way.
    """
    sessions = data.get("sessions", {})
    if not isinstance(sessions, dict) or not all(isinstance(session, dict) for session in sessions.values()):
        raise ValueError(f"{QUESTION!r} has no usable answer: no sessions in it")
    opened = sorted(name for name, session in sessions.items() if session.get("state") == PENDING)
    timers = [name for name, session in sessions.items() if session.get("state") == WAITING]
    named = data.get("commitTimerSessionName")
    timers += [str(named)] if named else []
    stale = [*(t for t in timers if _is_over(t, run)), *(n for n in opened if _is_left(n, sessions[n], run))]
    return Sessions(
        stale=tuple(dict.fromkeys(stale)),
        pending={name: _user(sessions[name]) for name in opened if name not in stale},
        timer=next((name for name in timers if name not in stale), None),
        limit=int(data.get("maxOpenSessions", DEFAULT_LIMIT)),
    )


def _is_over(name: str, run: Run) -> bool:
    """One of ours, or of a run that is known to be dead. Of a run elsewhere nobody here can know."""
    found = NAME.fullmatch(name)
    if found is None:
        return False
    return not _is_under_way(name, run) if found[1] == run.name else run.is_over(found[1])


def _is_under_way(name: str, run: Run) -> bool:
    """Whether it is a transaction of ours that nobody has confirmed or taken back so far."""
    found = NAME.fullmatch(name)
    return found is not None and found[1] == run.name and found[2] is not None and run.is_under_way(int(found[2]))


def _is_left(name: str, session: Mapping[str, Any], run: Run) -> bool:
    """A reconciler that is at work right now, here or elsewhere, sits in its own session."""
    abandoned = NAME.fullmatch(name) is not None and not session.get("instances")
    return _is_over(name, run) or (abandoned and not _is_under_way(name, run))


def _user(session: Mapping[str, Any]) -> str:
    instances = session.get("instances")
    users = _users(instances.values()) if isinstance(instances, dict) else ()
    return ", ".join(sorted(set(users)))


def _users(instances: Any) -> Iterator[str]:
    return (str(one["user"]) for one in instances if isinstance(one, dict) and one.get("user"))


def tidy(run: Run) -> Asking[Sessions]:
    """Abort what dead runs of ours have left; others' sessions are never touched. Raises: ValueError."""
    sessions = read((yield from document(QUESTION)), run)
    for name in sessions.stale:
        yield abort(name)
    return sessions


def make_room(run: Run) -> Exchange:
    """Nobody's session is in the way any more, or why one is."""
    try:
        sessions = yield from tidy(run)
    except ValueError as error:
        return Failure(None, str(error))
    return None if sessions.obstacle is None else Failure(None, sessions.obstacle)


def is_confirmed(name: str) -> Asking[bool]:
    """Whether no commit of this session waits for confirmation any more. Raises: ValueError."""
    data = yield from document(QUESTION)
    return read(data, Run("nobody")).timer != name
