"""`show configuration sessions`, `show configuration lock`, `show configuration checkpoints`.

EOS 4.32 tells of a running commit timer in other words than EOS 4.31 does (the reference's section 4.13).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from . import sessions
from .clock import stamp
from .flash import MOST
from .sessions import Session
from .shown import Shown, Shows, View

NEW_DIALECT = (4, 32)
INTERNAL = (("cfg-2034--574620864-0", "completed"), ("cfg-2034--574620864-1", "pending"))
PENDING_TIMER = "pendingCommitTimer"


def configuration_sessions(view: View) -> Shown:
    return Shown(lambda: "".join(f"{line}\n" for line in _sessions(view)), lambda: _data(view))


def lock(view: View) -> Shown:
    return Shown(lambda: "".join(f"{line}\n" for line in _lock(view)))


def checkpoints(view: View) -> Shown:
    return Shown(lambda: "".join(f"{line}\n" for line in _checkpoints(view)), lambda: _checkpoints_data(view))


def _is_new(view: View) -> bool:
    major, minor, *_ = map(int, re.findall(r"\d+", view.switch.release))
    return (major, minor) >= NEW_DIALECT


def _known(view: View) -> list[Session]:
    """With the fault `internal-sessions` also those that EOS makes for a commit timer (the reference's section 3.6)."""
    opened = view.switch.sessions
    opened.pending()
    timer = opened.timer
    own = [] if timer is None or not view.switch.faults.internal_sessions else INTERNAL
    made = [
        Session(name, view.switch.running, view.switch.running, "", view.switch.booted, state) for name, state in own
    ]
    return [*opened.by_name.values(), *made]


def _sessions(view: View) -> Iterator[str]:
    running, timer = view.switch.running, view.switch.sessions.timer
    yield f"Maximum number of completed sessions: {running.most_completed(sessions.MOST_COMPLETED)}"
    yield f"Maximum number of pending sessions: {running.most_pending(sessions.MOST_PENDING)}"
    yield f"Merge on commit is {_enabled(running.merges_at_commit)}"
    yield f"Autosave to startup-config on commit is {_enabled(running.saves_at_commit)}"
    yield ""
    if timer is not None:
        left = max(0, int(timer.expires - view.switch.clock()))
        yield f"Session with pending commit timer: {timer.name}"
        yield f"Time left until commit timer expiry: in {left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
        yield ""
    head = ("  Name", "State", "User", "Terminal", "Completed Time", "Committed By")
    yield from _table(head, [_row(view, session) for session in _known(view)])


def _enabled(flag: bool) -> str:
    return "enabled" if flag else "disabled"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as what is in them; the first one has a margin for the ``*``."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    margin = len(head[0]) - len(head[0].lstrip())
    dashes = (" " * margin + "-" * (widths[0] - margin), *("-" * width for width in widths[1:]))
    for row in (head, dashes, *rows):
        yield " ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(view: View, session: Session) -> tuple[str, ...]:
    mark = "* " if session is view.session else "  "
    terminals = ",".join(actor.terminal for actor in session.seats.values())
    done = stamp(session.completed) if session.completed else ""
    return (mark + session.name, _state(view, session), session.user, terminals, done, session.commit_user)


def _state(view: View, session: Session) -> str:
    return PENDING_TIMER if session.state == "committed" and not _is_new(view) else session.state


def _data(view: View) -> dict[str, Any]:
    timer, running = view.switch.sessions.timer, view.switch.running
    waiting: dict[str, Any] = {}
    if timer is not None and _is_new(view):
        waiting = {"commitTimerSessionName": timer.name, "commitTimerExpireTime": timer.expires - view.switch.booted}
    return {
        "sessions": {session.name: _session_data(view, session) for session in _known(view)},
        "maxSavedSessions": running.most_completed(sessions.MOST_COMPLETED),
        "maxOpenSessions": running.most_pending(sessions.MOST_PENDING),
        "mergeOnCommit": running.merges_at_commit,
        "saveToStartupConfigOnCommit": running.saves_at_commit,
        **waiting,
    }


def _session_data(view: View, session: Session) -> dict[str, Any]:
    seats = {
        str(process): {"user": actor.user, "terminal": actor.terminal, "currentTerminal": process == view.process}
        for process, actor in session.seats.items()
    }
    done = {"completedTime": session.completed} if session.completed else {}
    timer = view.switch.sessions.timer
    if timer is not None and timer.name == session.name and not _is_new(view):
        done["commitBy"] = timer.expires - view.switch.booted
    return {
        "state": _state(view, session),
        **done,
        "commitUser": session.commit_user,
        "description": "",
        "instances": seats,
    }


def _lock(view: View) -> Iterator[str]:
    held = view.switch.latch.lock
    if held is None:
        yield "Configuration is not locked"
        return
    head = ("User", "Terminal", "Location", "Time Acquired", "Transaction", "Reason")
    actor = held.actor
    row = (actor.user, actor.terminal, actor.address, stamp(held.since), held.transaction or "", held.reason)
    yield from _table(head, [row])


def _checkpoints(view: View) -> Iterator[str]:
    yield f"Maximum number of checkpoints: {MOST}"
    points = view.switch.checkpoints.by_name.items()
    yield from _table(("  Filename", "Date", "User"), [(f"  {name}", stamp(p.when), p.user) for name, p in points])


def _checkpoints_data(view: View) -> dict[str, Any]:
    points = view.switch.checkpoints.by_name.items()
    found = {name: {"fileDate": point.when, "fileUser": point.user} for name, point in points}
    return {"maxCheckpoints": MOST, "checkpoints": found}


COMMANDS: Shows = {
    "show configuration sessions [detail]": configuration_sessions,
    "show configuration lock": lock,
    "show configuration checkpoints": checkpoints,
}
