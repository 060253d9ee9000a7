"""What an event, or a device that is about to be written to, changes in the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping

from reconciler.core.words import brief
from reconciler.report.event import Event
from reconciler.sinks.journal.entry import DAEMON, PEOPLE, Outcome, Work, changes_of, number, text
from reconciler.sinks.journal.rows import Row, cycle_of, end, end_changes, in_force, insert, set_changes

NOT_SEEN = "nobody looked when it ended: the daemon was not running"
NOT_HEARD = "nothing was heard of how it ended"
CUT_SHORT = "the daemon ended before it was over"


def record(connection: sqlite3.Connection, event: Event) -> None:
    """Raises: sqlite3.Error."""
    if event.data.get("episode") in ("opened", "updated"):
        _interrupted(connection, event)
        _goes_on(connection, event)
    elif event.data.get("episode") == "resolved":
        _over(connection, event)
    elif handler := HANDLERS.get(event.kind):
        handler(connection, event)


def begin(connection: sqlite3.Connection, work: Work, now: float) -> None:
    """A device is about to be written to. Raises: sqlite3.Error."""
    if work.cause == "drift":
        _drift_is_known(connection, work, now)
    elif not _tried_again(connection, work):
        end_changes(connection, work.device, "failed", now, NOT_HEARD)
        revision, who = text(work.revision), text(work.by) or _author(connection, work.revision)
        row = Row(
            kind="change",
            began=now,
            device=text(work.device),
            cause=work.cause,
            revision=revision,
            who=who,
            digest=text(work.digest),
            parent=cycle_of(connection, revision),
        )
        insert(connection, row, work.changes)


def settle(connection: sqlite3.Connection, still: Collection[str], now: float) -> None:
    """After a restart: what goes on is what the daemon knows of (ids of episodes). Raises: sqlite3.Error."""
    found = connection.execute("SELECT id, episode FROM entry WHERE ended IS NULL").fetchall()
    for entry, episode in found:
        if episode and episode not in still:
            end(connection, entry, "resolved", now, NOT_SEEN)
        elif not episode:
            end(connection, entry, "cut short", now, CUT_SHORT)


def _goes_on(connection: sqlite3.Connection, event: Event) -> None:
    entry, words, who = _entry_of(connection, event), text(event.words), text(event.data.get("by"))
    if entry is None:
        insert(connection, _episode(connection, event), changes_of(event))
        return
    again = "ended = NULL, outcome = '', ending = '', words = ?, who = iif(? = '', who, ?), episode = ?"
    known = text(event.data.get("id"))
    connection.execute(f"UPDATE entry SET {again} WHERE id = ?", (words, who, who, known, entry))  # noqa: S608 - ours
    if changes := changes_of(event):
        set_changes(connection, entry, changes)


def _over(connection: sqlite3.Connection, event: Event) -> None:
    """Also where nobody wrote down that it began: the file may have been removed since."""
    outcome: Outcome = "healed" if event.kind == "healed" else "resolved"
    entry, ending = _entry_of(connection, event), text(event.words)
    if entry is None:
        entry, ending = insert(connection, _episode(connection, event), changes_of(event)), ""
    elif outcome == "healed" and (changes := changes_of(event)):
        set_changes(connection, entry, changes)
    connection.execute("UPDATE entry SET episode = ? WHERE id = ?", (text(event.data.get("id")), entry))
    end(connection, entry, outcome, event.at, ending)


def _entry_of(connection: sqlite3.Connection, event: Event) -> int | None:
    """By the episode's id, or, of a drift that `begin` had to write down itself, by its device."""
    known = text(event.data.get("id"))
    found = connection.execute("SELECT id FROM entry WHERE episode = ? AND episode != ''", (known,)).fetchone()
    if found is None and event.device:
        found = connection.execute(
            "SELECT id FROM entry WHERE device = ? AND kind = ? AND ended IS NULL AND episode = '' AND kind = 'drift'",
            (text(event.device), _condition(event)),
        ).fetchone()
    return int(found[0]) if found else None


def _episode(connection: sqlite3.Connection, event: Event) -> Row:
    data, device, subject = event.data, text(event.device), text(event.data.get("subject"))
    return Row(
        kind=_condition(event),
        began=number(data.get("since"), event.at),
        words=text(event.words),
        device=device,
        subject="" if subject == device else subject,
        cause="drift" if _condition(event) == "drift" else "",
        revision=in_force(connection),
        who=text(data.get("by")),
        episode=text(data.get("id")),
        digest=text(data.get("digest")),
    )


def _condition(event: Event) -> str:
    return text(event.data.get("condition")) or text(event.kind)


def _interrupted(connection: sqlite3.Connection, event: Event) -> None:
    """A device that is away, or has failed again, is not being written to any more."""
    outcome = INTERRUPTS.get(_condition(event))
    if outcome and event.device:
        end_changes(connection, text(event.device), outcome, event.at, text(event.words))


def _drift_is_known(connection: sqlite3.Connection, work: Work, now: float) -> None:
    """It was told before; unless somebody has removed the file since."""
    device = text(work.device)
    found = connection.execute(
        "SELECT id FROM entry WHERE device = ? AND kind = 'drift' AND ended IS NULL", (device,)
    ).fetchone()
    if found is None:
        who, revision, digest = text(work.by), text(work.revision), text(work.digest)
        row = Row(kind="drift", began=now, device=device, cause="drift", revision=revision, who=who, digest=digest)
        insert(connection, row, work.changes)


def _tried_again(connection: sqlite3.Connection, work: Work) -> bool:
    """The same plan as the last time goes on in the same entry: a device that fails for days is no flood of them."""
    found = connection.execute(
        "SELECT id, revision, digest, outcome FROM entry WHERE device = ? AND kind = 'change' ORDER BY id DESC LIMIT 1",
        (text(work.device),),
    ).fetchone()
    if found is None or found[1:3] != (text(work.revision), text(work.digest)) or found[3] in ("applied", "cut short"):
        return False
    again = "ended = NULL, outcome = '', ending = '', tries = tries + 1"
    connection.execute(f"UPDATE entry SET {again} WHERE id = ?", found[:1])  # noqa: S608 - ours
    return True


def _author(connection: sqlite3.Connection, revision: str) -> str:
    found = connection.execute("SELECT author FROM revision WHERE revision = ?", (text(revision),)).fetchone()
    return str(found[0]) if found else ""


def _put_in_force(connection: sqlite3.Connection, event: Event) -> None:
    revision = text(event.data.get("revision"))
    before = connection.execute("SELECT id FROM entry WHERE kind = 'revision' AND ended IS NULL").fetchall()
    for (entry,) in before:
        end(connection, entry, "superseded", event.at, f"revision {brief(revision)} has taken its place")
    known = connection.execute("SELECT subject, author FROM revision WHERE revision = ?", (revision,)).fetchone()
    subject, author = known or ("", "")
    row = Row(kind="revision", began=event.at, words=text(event.words), subject=subject, revision=revision, who=author)
    insert(connection, row)


def _rolled_out(connection: sqlite3.Connection, event: Event) -> None:
    """``phases`` of the event: how many devices ended how."""
    found = connection.execute(
        "SELECT id FROM entry WHERE kind = 'revision' AND ended IS NULL AND revision = ? ORDER BY id DESC LIMIT 1",
        (text(event.data.get("revision")),),
    ).fetchone()
    if found is None:
        return
    phases = event.data.get("phases")
    troubled = isinstance(phases, Mapping) and any(phases.get(one) for one in ("failed", "unreachable", "unreadable"))
    outcome: Outcome = "converged" if event.data.get("converged") else "failed" if troubled else "done"
    end(connection, found[0], outcome, event.at, text(event.words))


def _applied(connection: sqlite3.Connection, event: Event) -> None:
    """Also what nobody could write down before."""
    device, words = text(event.device), text(event.words)
    if end_changes(connection, device, "applied", event.at, words):
        return
    revision = in_force(connection)
    parent, who = cycle_of(connection, revision), _author(connection, revision)
    row = Row(
        kind="change", began=event.at, words=words, device=device, cause="pending", revision=revision, who=who,
        ended=event.at, outcome="applied", parent=parent,
    )  # fmt: skip
    insert(connection, row)


def _failed(connection: sqlite3.Connection, event: Event) -> None:
    end_changes(connection, text(event.device), "failed", event.at, text(event.words))


def _happened(connection: sqlite3.Connection, event: Event) -> None:
    """What is over as soon as it is told."""
    kind = "daemon" if event.kind in DAEMON else event.kind
    row = Row(
        kind=kind, began=event.at, words=text(event.words), device=text(event.device),
        subject=text(event.data.get("subject")), ended=event.at, outcome="done",
        revision=text(event.data.get("revision")) or in_force(connection), who=text(event.data.get("by")),
    )  # fmt: skip
    insert(connection, row)


Handler = Callable[[sqlite3.Connection, Event], None]
HANDLERS: dict[str, Handler] = {
    "revision": _put_in_force,
    "rollout": _rolled_out,
    "applied": _applied,
    "retry": _failed,
    **dict.fromkeys(PEOPLE | DAEMON, _happened),
}
INTERRUPTS: dict[str, Outcome] = {"failed": "failed", "unreachable": "cut short", "unreadable": "cut short"}
