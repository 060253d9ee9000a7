"""A small database for tests, and what it has told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from reconciler.sinks.database import Database, Unwritable

SCHEMA = ("CREATE TABLE fact (id INTEGER PRIMARY KEY, text TEXT NOT NULL)", "CREATE INDEX fact_text ON fact (text)")


class Facts:
    """A database, and what it has told."""

    def __init__(self, path: Path, version: int = 2) -> None:
        self.told: list[str] = []
        self.database = Database(path, version, SCHEMA, self.told.append)

    async def add(self, text: str) -> None:
        await self.database.call(lambda connection: connection.execute("INSERT INTO fact (text) VALUES (?)", (text,)))

    async def all(self) -> list[str]:
        def read(connection: sqlite3.Connection) -> list[str]:
            return [text for (text,) in connection.execute("SELECT text FROM fact ORDER BY id")]

        return await self.database.call(read)

    async def refused(self, text: str = "x") -> str:
        with pytest.raises(Unwritable) as raised:
            await self.add(text)
        return str(raised.value)
