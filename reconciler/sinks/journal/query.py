"""The history as people ask for it: what happened to these devices since yesterday, and who was it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import filter as matching
from typing import Any, Literal

from reconciler.sinks.journal.entry import parsed, text, unpacked

Column = Literal["device", "who"]
FEW = 16
"""Names that are looked up by index."""
SPECIAL = re.compile(r"[*?\[]")
LARGEST = 2**63 - 1
"""The largest number that SQLite keeps."""
OF_ALL = """
    SELECT id, kind, device, subject, began, ended, outcome, cause, revision, who AS "by", words, ending, episode,
           digest, parent, tries,
           (SELECT count(DISTINCT device) FROM entry child WHERE child.parent = entry.id) AS devices,
           count, (SELECT total(count) FROM entry child WHERE child.parent = entry.id) AS counted,
           (SELECT few FROM changes WHERE changes.entry = entry.id) AS changes
    FROM entry
"""


@dataclass(frozen=True, slots=True)
class Query:
    """The ``limit`` newest entries for which all holds that is given.

    ``before``: an entry's id, to go on behind it. ``since``, ``until``: seconds since the epoch; it was going on at
    some time between. ``device``, ``by``: shell patterns. ``outcome``: ``open`` is what has none so far. Entries that
    are part of another one are only found where a ``device`` or the ``kind`` is asked for.
    """

    limit: int = 20
    before: int | None = None
    since: float | None = None
    until: float | None = None
    kind: str = ""
    device: str = ""
    by: str = ""
    outcome: str = ""


def find(connection: sqlite3.Connection, query: Query) -> list[dict[str, Any]]:
    """As JSON, the newest first; of the changes of each the first few. Raises: sqlite3.Error."""
    known = list(_conditions(connection, query))
    where = " AND ".join(["TRUE", *(condition for condition, _ in known)])
    values = [value for _, value in known if value is not None]
    limit = max(0, min(query.limit, LARGEST))
    return _documents(connection, f"{OF_ALL} WHERE {where} ORDER BY id DESC LIMIT ?", *values, limit)


def one(connection: sqlite3.Connection, entry: int) -> list[dict[str, Any]]:
    """The entry with all of its changes that are kept, then its children in their order; empty: there is none."""
    if not 0 < entry <= LARGEST:
        return []
    found = _documents(connection, f"{OF_ALL} WHERE id = ?", entry)
    every = connection.execute("SELECT every FROM changes WHERE entry = ?", (entry,)).fetchone()
    if found and every and every[0]:
        found[0]["changes"] = unpacked(every[0])
    return found + _documents(connection, f"{OF_ALL} WHERE parent = ? ORDER BY id", entry)


def revision_of(connection: sqlite3.Connection, entry: int) -> str:
    """The one in force then; empty: there is no such entry, or no revision was in force."""
    found = connection.execute("SELECT revision FROM entry WHERE id = ?", (min(entry, LARGEST),)).fetchone()
    return str(found[0]) if found else ""


def _conditions(connection: sqlite3.Connection, query: Query) -> Iterator[tuple[str, Any]]:
    """Each as SQL, with its value. The newest entries are mostly meant, so most are not to be looked up by index."""
    if query.before is not None:
        yield "id < ?", max(-LARGEST, min(query.before, LARGEST))
    if query.since is not None:
        yield "(ended IS NULL OR +ended >= ?)", query.since
    if query.until is not None:
        yield "began <= ?", query.until
    if query.kind:
        yield "kind = ?", text(query.kind)
    if query.outcome:
        yield "outcome = ?", "" if query.outcome == "open" else text(query.outcome)
    if query.device:
        yield _among(connection, "device", query.device)
    if query.by:
        yield _among(connection, "who", query.by)
    if not query.device and query.kind != "change":
        yield "parent IS NULL", None


def _among(connection: sqlite3.Connection, column: Column, pattern: str) -> tuple[str, Any]:
    """By the shell's rules (fnmatch), which are not quite those of SQL's GLOB."""
    plain = SPECIAL.split(text(pattern), maxsplit=1)[0]
    if plain == pattern:
        return f"{column} = ?", plain
    names = matching(_distinct(connection, column, plain), text(pattern))
    if not names:
        return "FALSE", None
    by_index = "" if len(names) <= FEW else "+"  # else the newest entries soon have enough of those that are wanted
    return f"{by_index}{column} IN (SELECT value FROM json_each(?))", json.dumps(names)  # noqa: S608 - our own


def _distinct(connection: sqlite3.Connection, column: Column, beginning: str) -> list[str]:
    """What stands there and begins so, by leaps through the index, not over each of its rows."""
    leaps = f"""
        WITH RECURSIVE known(name) AS (
            SELECT min({column}) FROM entry WHERE {column} {">=" if beginning else ">"} ?1
            UNION ALL SELECT (SELECT min({column}) FROM entry WHERE {column} > name) FROM known
            WHERE substr(name, 1, length(?1)) = ?1
        ) SELECT name FROM known WHERE substr(name, 1, length(?1)) = ?1
    """  # noqa: S608 - one of our own columns
    return [name for (name,) in connection.execute(leaps, (beginning,))]


def _documents(connection: sqlite3.Connection, statement: str, *values: Any) -> list[dict[str, Any]]:
    rows = connection.execute(statement, values)
    names = [column[0] for column in rows.description]
    return [_document(dict(zip(names, row, strict=True))) for row in rows]


def _document(row: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known, and what says nothing."""
    row["count"] += int(row.pop("counted"))
    row["tries"] = row["tries"] if row["tries"] > 1 else 0
    row["changes"] = parsed(row["changes"] or "[]")
    zeros = ("began", "ended")  # in which 0 is a time
    return {name: value for name, value in row.items() if value or (name in zeros and value is not None)}
