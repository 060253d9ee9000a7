"""Configuration sessions on a switch: our own that a dead run has left, and others' that are in the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUESTION = "show configuration sessions | json"
PREFIX = "rec-"
PENDING = "pending"
DEFAULT_LIMIT = 5


@dataclass(frozen=True, slots=True)
class Sessions:
    """``stale``: ours, left behind; ``pending``: others that are open; ``timer``: one that waits for confirmation."""

    stale: tuple[str, ...]
    pending: tuple[str, ...]
    timer: str | None
    limit: int

    @property
    def obstacle(self) -> str | None:
        """Why no session can be opened now."""
        if self.timer:
            return f"session {self.timer!r} waits for its commit to be confirmed"
        if len(self.pending) >= self.limit:
            return f"all {self.limit} configuration sessions are open: {', '.join(self.pending)}"
        return None


def name_of(run: str, number: int) -> str:
    """``rec-4f2a9c-7``: letters, digits and dashes, and short; EOS shows the first six characters in its prompt."""
    return f"{PREFIX}{run}-{number}"


def read(answer: str, run: str) -> Sessions:
    """``run``: ours, whose sessions are over whenever this is asked. Raises: ValueError for anything but the JSON."""
    data = json.loads(answer)
    sessions = data.get("sessions", {}) if isinstance(data, dict) else None
    if not isinstance(sessions, dict):
        raise ValueError("no sessions in it")
    opened = sorted(name for name, session in sessions.items() if session.get("state") == PENDING)
    stale = tuple(name for name in opened if _is_stale(name, sessions[name], run))
    return Sessions(
        stale=stale,
        pending=tuple(name for name in opened if name not in stale),
        timer=_timer(data, sessions),
        limit=int(data.get("maxOpenSessions", DEFAULT_LIMIT)),
    )


def _is_stale(name: str, session: Mapping[str, Any], run: str) -> bool:
    """One of ours in which nobody sits any more. A second reconciler that is at work right now sits in its own."""
    return name.startswith(f"{PREFIX}{run}-") or (name.startswith(PREFIX) and not session.get("instances"))


def _timer(data: Mapping[str, Any], sessions: Mapping[str, Mapping[str, Any]]) -> str | None:
    """EOS up to 4.31 marks the session, later ones name it at the top."""
    marked = [name for name, session in sessions.items() if session.get("state") == "pendingCommitTimer"]
    named = data.get("commitTimerSessionName")
    return marked[0] if marked else (str(named) if named else None)
