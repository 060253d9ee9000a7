"""How long the history lasts: what is over and too old, or too much, is dropped, the oldest first."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from reconciler.sinks.journal.documents import forget

AT_ONCE = 50
"""Entries that are dropped in one transaction: whoever is about to write to a device has to wait for it."""
OVER = """
    SELECT id FROM entry WHERE ended IS NOT NULL AND parent IS NULL AND ended < :until
    AND NOT EXISTS (SELECT 1 FROM entry child WHERE child.parent = entry.id
                    AND (child.ended IS NULL OR child.ended >= :until))
    AND id IS NOT (SELECT max(id) FROM entry WHERE kind = 'revision')
    ORDER BY ended LIMIT :limit
"""
"""An entry and those that are part of it go together; the one of the revision in force stays."""
ALL_TIME = float("inf")


class Retention(NamedTuple):
    """``age`` in seconds, ``size`` of the file in bytes."""

    age: float = 90 * 86400.0
    size: int = 256 * 1024**2


def used(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold something; what was freed in it is used again."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def prune(connection: sqlite3.Connection, retention: Retention, now: float) -> bool:
    """Drop some of what is too old or too much. Whether there may be more of it. Raises: sqlite3.Error."""
    if _drop(connection, now - retention.age):
        return True
    return used(connection) > retention.size and _drop(connection, ALL_TIME)


def _drop(connection: sqlite3.Connection, until: float) -> bool:
    """Entries that ended before then, seconds since the epoch. Whether there were any."""
    found = connection.execute(OVER, {"until": until, "limit": AT_ONCE}).fetchall()
    for of_them in ("parent = ?", "id = ?"):
        connection.executemany(f"DELETE FROM changes WHERE entry IN (SELECT id FROM entry WHERE {of_them})", found)  # noqa: S608
        connection.executemany(f"DELETE FROM entry WHERE {of_them}", found)  # noqa: S608 - ours
    if found:
        forget(connection)
    return bool(found)
