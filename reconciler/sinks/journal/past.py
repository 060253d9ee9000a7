"""The history as it stands in its file, for when no daemon runs: nothing is written, nothing is created."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from reconciler.engine.disk import HANGING, OneThread
from reconciler.sinks.database import HANGS
from reconciler.sinks.journal import documents, query
from reconciler.sinks.journal.query import Query
from reconciler.sinks.journal.schema import VERSION
from reconciler.sinks.reading import reading
from reconciler.sinks.trouble import words

T = TypeVar("T")


class NoHistory(Exception):
    """There is no file, or it cannot be read; the text says why."""


class Past:
    """What `reconciler.sinks.journal.journal.Journal` answers, at once. All of it raises: NoHistory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, wanted: Query) -> list[dict[str, Any]]:
        return query.find(self._connection, wanted)

    def one(self, entry: int) -> list[dict[str, Any]]:
        return query.one(self._connection, entry)

    def documents(self, revision: str) -> dict[str, bytes] | None:
        return documents.read(self._connection, revision)

    def revision_of(self, entry: int) -> str:
        return query.revision_of(self._connection, entry)


class Aside:
    """Reads a file that the daemon cannot write now, beside its work. One at a time: its disk may hang."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: OneThread | None = None
        self._asked: asyncio.Future[Any] | None = None

    async def ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Raises: NoHistory."""
        if self._asked is not None and not self._asked.done():
            raise NoHistory(f"{self._path}: {HANGING}")
        self._thread = self._thread or OneThread("reading the history")
        asked = asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)
        self._asked = asked
        if not (await asyncio.wait({asked}, timeout=HANGS))[0]:
            raise NoHistory(f"{self._path}: {HANGING}")
        return asked.result()

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with opened(self._path) as connection:
            return work(connection)


@contextmanager
def read_only(path: Path) -> Iterator[Past]:
    """The history, for as long as the block lasts, also if a daemon has died or still runs. Raises: NoHistory."""
    with opened(path) as connection:
        yield Past(connection)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Raises: NoHistory, also for what goes wrong while it is read."""
    try:
        with reading(path) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if not version:
                raise NoHistory(f"there is no history: nothing is in {path} so far")
            if version != VERSION:
                raise NoHistory(f"{path} is of another release (version {version}; this one knows {VERSION})")
            yield connection
    except FileNotFoundError:
        raise NoHistory(f"there is no history: {path} does not exist") from None
    except (sqlite3.Error, OSError) as error:
        raise NoHistory(words(error, path)) from error
