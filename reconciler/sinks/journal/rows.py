"""Rows of the table of entries: made, found again, ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from reconciler.sinks.journal.entry import FEW, KEPT, Change, Outcome, as_text, packed

INSERT = """
    INSERT INTO entry (kind, device, subject, began, ended, outcome, cause, revision, who, words, ending, episode,
                       digest, parent)
    VALUES (:kind, :device, :subject, :began, :ended, :outcome, :cause, :revision, :who, :words, :ending, :episode,
            :digest, :parent)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry as it begins, or as a whole where it is over at once. Times in seconds since the epoch."""

    kind: str
    began: float
    words: str = ""
    device: str = ""
    subject: str = ""
    ended: float | None = None
    outcome: Outcome | str = ""
    cause: str = ""
    revision: str = ""
    who: str = ""
    ending: str = ""
    episode: str = ""
    digest: str = ""
    parent: int | None = None


def insert(connection: sqlite3.Connection, row: Row, changes: Sequence[Change] = ()) -> int:
    """Its id."""
    entry = connection.execute(INSERT, asdict(row)).lastrowid
    assert entry is not None
    if changes:
        set_changes(connection, entry, changes)
    return entry


def set_changes(connection: sqlite3.Connection, entry: int, changes: Sequence[Change]) -> None:
    """In place of those that it had."""
    every = packed(changes[:KEPT]) if len(changes) > FEW else None
    connection.execute("UPDATE entry SET count = ? WHERE id = ?", (len(changes), entry))
    connection.execute("INSERT OR REPLACE INTO changes VALUES (?, ?, ?)", (entry, as_text(changes[:FEW]), every))


def end(connection: sqlite3.Connection, entry: int, outcome: Outcome, at: float, ending: str = "") -> None:
    """``at``: seconds since the epoch; nothing ends before it began, whatever a clock did meanwhile."""
    connection.execute(
        "UPDATE entry SET ended = max(began, ?), outcome = ?, ending = ? WHERE id = ?", (at, outcome, ending, entry)
    )


def end_changes(connection: sqlite3.Connection, device: str, outcome: Outcome, at: float, ending: str) -> bool:
    """What was being written to a device is over. Whether there was something."""
    found = connection.execute(
        "SELECT id FROM entry WHERE device = ? AND kind = 'change' AND ended IS NULL", (device,)
    ).fetchall()
    for (entry,) in found:
        end(connection, entry, outcome, at, ending)
    return bool(found)


def in_force(connection: sqlite3.Connection) -> str:
    """The revision; empty: none so far."""
    found = connection.execute("SELECT revision FROM entry WHERE kind = 'revision' ORDER BY id DESC LIMIT 1").fetchone()
    found = found or connection.execute("SELECT revision FROM revision ORDER BY at DESC, id DESC LIMIT 1").fetchone()
    return str(found[0]) if found else ""


def cycle_of(connection: sqlite3.Connection, revision: str) -> int | None:
    """The entry of a revision's way to all devices, the latest."""
    found = connection.execute(
        "SELECT id FROM entry WHERE kind = 'revision' AND +revision = ? ORDER BY id DESC LIMIT 1", (revision,)
    ).fetchone()
    return int(found[0]) if found else None
