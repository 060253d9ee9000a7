"""What survives a restart: episodes, how far each receiver is with them, and what was being sent; no secret.

Without a disk alerts go out all the same, from memory; only a restart would then tell some of it twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.sinks.database import Database, Unwritable

VERSION = 1
SCHEMA = (
    "CREATE TABLE episode (id TEXT PRIMARY KEY, place INTEGER NOT NULL, document TEXT NOT NULL)",
    "CREATE TABLE receiver (name TEXT PRIMARY KEY, document TEXT NOT NULL)",
)
Documents = Mapping[str, dict[str, Any] | None]


@dataclass(frozen=True)
class Found:
    """What was kept; ``episodes``, the oldest first, and ``receivers`` by name hold whatever stands there."""

    episodes: tuple[Any, ...] = ()
    receivers: Mapping[str, Any] | None = None


class Store:
    """``tell``: hears, once each time, that nothing can be kept, and that it can be again."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._database = Database(path, VERSION, SCHEMA, tell)
        self._fails = False

    async def read(self) -> Found:
        """Nothing, where it cannot be read."""
        try:
            return await self._database.soon(_read)
        except Unwritable as error:
            self._failed(str(error))
            return Found()

    async def write(self, episodes: Documents, receivers: Documents) -> bool:
        """Keep these; None: forget it. False: it cannot be written, and is to be tried again."""
        try:
            await self._database.soon(lambda connection: _write(connection, episodes, receivers))
        except Unwritable as error:
            self._failed(str(error))
            return False
        if self._fails:
            self._fails = False
            self._tell("alerts survive a restart again")
        return True

    async def close(self) -> None:
        await self._database.close()

    def _failed(self, words: str) -> None:
        if not self._fails:
            self._fails = True
            self._tell(f"alerts go out, and would not survive a restart: {words}")


def _read(connection: sqlite3.Connection) -> Found:
    episodes = connection.execute("SELECT document FROM episode ORDER BY place").fetchall()
    receivers = connection.execute("SELECT name, document FROM receiver").fetchall()
    return Found(tuple(_parsed(text) for (text,) in episodes), {name: _parsed(text) for name, text in receivers})


def _write(connection: sqlite3.Connection, episodes: Documents, receivers: Documents) -> None:
    gone = [(name,) for name, document in episodes.items() if document is None]
    connection.executemany("DELETE FROM episode WHERE id = ?", gone)
    connection.executemany(
        "INSERT INTO episode VALUES (?1, (SELECT ifnull(max(place), 0) + 1 FROM episode), ?2)"
        " ON CONFLICT (id) DO UPDATE SET document = ?2",
        [(name, json.dumps(document)) for name, document in episodes.items() if document is not None],
    )
    gone = [(name,) for name, document in receivers.items() if document is None]
    connection.executemany("DELETE FROM receiver WHERE name = ?", gone)
    connection.executemany(
        "INSERT INTO receiver VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET document = ?2",
        [(name, json.dumps(document)) for name, document in receivers.items() if document is not None],
    )


def _parsed(text: object) -> Any:
    try:
        return json.loads(str(text))
    except (ValueError, RecursionError):
        return None
