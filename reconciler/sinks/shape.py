"""What a database is made of, so that no other one is taken for ours: its tables and indexes, and no trigger."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing

COMMENT = re.compile(r"--[^\n]*|\s+")
Shape = frozenset[tuple[str, str, str]]
"""Kind, name, and the statement that made it, without spaces and comments."""


def shape_of(connection: sqlite3.Connection) -> Shape:
    """Raises: sqlite3.Error."""
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return frozenset(
        (str(kind), str(name), COMMENT.sub("", str(sql)))
        for kind, name, sql in found
        if not str(name).startswith("sqlite_")
    )


def has_shape(connection: sqlite3.Connection, shape: Shape) -> bool:
    """All of it is there; what somebody has added for themselves does nothing by itself. Raises: sqlite3.Error."""
    found = shape_of(connection)
    return shape <= found and all(kind in ("table", "index") for kind, _, _ in found)


def shape_made_by(schema: Sequence[str]) -> Shape:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in schema:
            connection.execute(statement)
        return shape_of(connection)
