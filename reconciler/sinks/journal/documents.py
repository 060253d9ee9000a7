"""The documents of each revision that was in force, so that people can go back to them: each text once, compressed."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from reconciler.sinks.journal.entry import inflated, text


@dataclass(frozen=True, slots=True)
class Deployed:
    """A revision with its documents, by path. ``subject`` and ``author`` of its commit; empty for a folder."""

    revision: str
    files: Mapping[str, bytes]
    subject: str = ""
    author: str = ""


def has(connection: sqlite3.Connection, revision: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM revision WHERE revision = ?", (text(revision),)).fetchone())


def put(connection: sqlite3.Connection, deployed: Deployed, now: float) -> None:
    """Keep it, and say in its entries who it is from. ``now``: seconds since the epoch. Raises: sqlite3.Error."""
    named = {"revision": text(deployed.revision), "subject": text(deployed.subject), "author": text(deployed.author)}
    (revision,) = connection.execute(
        """INSERT INTO revision (revision, subject, author, at) VALUES (:revision, :subject, :author, :now)
        ON CONFLICT (revision) DO UPDATE SET subject = :subject, author = :author, at = :now RETURNING id""",
        {**named, "now": now},
    ).fetchone()
    connection.execute("DELETE FROM holds WHERE revision = ?", (revision,))
    for path, body in deployed.files.items():
        held = (revision, _path(connection, text(path)), _document(connection, body))
        connection.execute("INSERT INTO holds VALUES (?, ?, ?)", held)
    connection.execute(
        "UPDATE entry SET subject = :subject, who = :author WHERE kind = 'revision' AND +revision = :revision", named
    )


def read(connection: sqlite3.Connection, beginning: str) -> dict[str, bytes] | None:
    """The documents of the one revision that is so named or begins so. Raises: sqlite3.Error.

    None: it is not known; or one of them is spoilt, and without it the others would mean something else.
    """
    beginning = text(beginning)
    found = connection.execute(
        "SELECT id, revision = ?1 FROM revision WHERE substr(revision, 1, length(?1)) = ?1 ORDER BY 2 DESC LIMIT 2",
        (beginning,),
    ).fetchall()
    if not beginning or not found or (len(found) > 1 and not found[0][1]):
        return None
    rows = connection.execute(
        """SELECT path.path, document.sha256, document.body FROM holds JOIN path ON path.id = holds.path
        JOIN document ON document.id = holds.document WHERE holds.revision = ? ORDER BY path.path""",
        found[0][:1],
    )
    try:
        documents = {path: _checked(digest, body) for path, digest, body in rows}
    except (zlib.error, TypeError):
        return None
    return documents


def about(connection: sqlite3.Connection, revision: str) -> tuple[str, str]:
    """Subject and author of its commit; empty where nobody knows. Raises: sqlite3.Error."""
    found = connection.execute("SELECT subject, author FROM revision WHERE revision = ?", (text(revision),)).fetchone()
    return (str(found[0]), str(found[1])) if found else ("", "")


def forget(connection: sqlite3.Connection) -> None:
    """What no entry names, but never the latest. Raises: sqlite3.Error."""
    gone = connection.execute(
        """DELETE FROM revision WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.revision = revision.revision)
        AND id != (SELECT id FROM revision ORDER BY at DESC, id DESC LIMIT 1) RETURNING id"""
    ).fetchall()
    if gone:
        connection.executemany("DELETE FROM holds WHERE revision = ?", gone)
        connection.execute("DELETE FROM document WHERE NOT EXISTS (SELECT 1 FROM holds WHERE document = document.id)")
        connection.execute("DELETE FROM path WHERE NOT EXISTS (SELECT 1 FROM holds WHERE path = path.id)")


def _checked(digest: bytes, body: bytes) -> bytes:
    """Raises: zlib.error, TypeError."""
    found = inflated(body)
    if sha256(found).digest() != digest:
        raise zlib.error("it is another one")
    return found


def _path(connection: sqlite3.Connection, path: str) -> int:
    known = connection.execute("SELECT id FROM path WHERE path = ?", (path,)).fetchone()
    known = known or connection.execute("INSERT INTO path (path) VALUES (?) RETURNING id", (path,)).fetchone()
    return int(known[0])


def _document(connection: sqlite3.Connection, body: bytes) -> int:
    digest = sha256(body).digest()
    known = connection.execute("SELECT id FROM document WHERE sha256 = ?", (digest,)).fetchone()
    known = (
        known
        or connection.execute(
            "INSERT INTO document (sha256, body) VALUES (?, ?) RETURNING id", (digest, zlib.compress(body))
        ).fetchone()
    )
    return int(known[0])
