"""Something else in the place of the history: it is set aside or left alone in words, and nothing hangs."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reconciler.report.event import Event
from reconciler.sinks.database import Unwritable
from reconciler.sinks.journal.journal import Journal
from reconciler.sinks.journal.past import NoHistory, read_only
from reconciler.sinks.journal.query import Query
from reconciler.sinks.journal.schema import SCHEMA, VERSION

Make = Callable[[Path], None]


def database(*more: str, schema: Sequence[str] = SCHEMA, version: int = VERSION) -> Make:
    def make(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            for statement in (*schema, *more, f"PRAGMA user_version = {version}"):
                connection.execute(statement)
        connection.close()

    return make


def log_is_a_folder(path: Path) -> None:
    path.with_name(f"{path.name}-wal").mkdir()


UNUSABLE: dict[str, tuple[Make, str]] = {
    "a pipe": (os.mkfifo, "is no file"),
    "a folder": (Path.mkdir, "is no file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is no file"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "symbolic links"),
    "a folder for its log": (log_is_a_folder, "the disk does not work"),
    "one of the future": (database(version=99), "of a newer release"),
}
OTHERS: dict[str, tuple[Make, bool]] = {
    "nobody's": (database("CREATE TABLE users (name TEXT)", schema=()), True),
    "other columns": (database("CREATE TABLE entry (id INTEGER PRIMARY KEY, x TEXT)", schema=()), True),
    "a view": (database("CREATE VIEW entry AS SELECT 1 AS id", schema=()), True),
    "refuses": (database("CREATE TRIGGER t BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END"), True),
    "forgets": (database("CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END"), True),
    "an index more": (database("CREATE INDEX mine ON entry (words)", "ANALYZE"), False),
    "written with other spaces": (database(schema=[one.replace("\n", " -- x\n ") for one in SCHEMA]), False),
}


def heard(path: Path, said: list[str]) -> int:
    """How many of three events are in the history. Raises: Unwritable."""

    async def run() -> int:
        journal = Journal(path, tell=said.append)
        try:
            for number in range(3):
                journal.hear(Event("suspended", f"event {number}"))
                async with asyncio.timeout(10):
                    await journal.flush()
            async with asyncio.timeout(10):
                return len(await journal.find(Query()))
        finally:
            await journal.close()

    return asyncio.run(run())


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_cannot_be_used_is_left_alone(tmp_path: Path, what: str) -> None:
    make, words = UNUSABLE[what]
    make(tmp_path / "j.db")
    before, said = {one.name for one in tmp_path.iterdir()}, list[str]()
    with pytest.raises(Unwritable, match=words):
        heard(tmp_path / "j.db", said)
    assert said == []
    assert {one.name for one in tmp_path.iterdir()} - before <= {"j.db"}
    if what != "a folder for its log":
        with pytest.raises(NoHistory), read_only(tmp_path / "j.db") as past:
            past.find(Query())


@pytest.mark.parametrize("what", OTHERS)
def test_another_database_is_set_aside_as_it_is(tmp_path: Path, what: str) -> None:
    make, is_other = OTHERS[what]
    make(tmp_path / "j.db")
    before, said = (tmp_path / "j.db").read_bytes(), list[str]()
    assert heard(tmp_path / "j.db", said) == 3
    aside = [path for path in tmp_path.iterdir() if path.name.startswith("j.db.")]
    assert [path.read_bytes() for path in aside] == ([before] if is_other else [])
    assert len(said) == is_other
