"""A file of SQLite that may fail, vanish or be spoilt while the daemon runs, and takes nothing else with it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reconciler.engine.disk import HANGING, OneThread
from reconciler.sinks.making import NoFile, become_wal, made
from reconciler.sinks.marks import Marks, free_name, marks, same
from reconciler.sinks.reading import PATIENCE, beside, connect, reading
from reconciler.sinks.shape import has_shape, shape_made_by
from reconciler.sinks.trouble import is_spoilt, words

T = TypeVar("T")
Tell = Callable[[str], None]
KEPT_LOG = 4 * 1024 * 1024
"""Bytes that SQLite's log keeps at most once its content is in the file."""
ANEW = "a new one is begun"
HANGS = PATIENCE + 2.0
"""Seconds; longer than that nothing takes but on a disk that hangs, not even the wait for a lock."""


class Unwritable(Exception):
    """The file cannot be written, or not be read; the text says to people why."""


class Database:
    """An SQLite file in WAL mode, mode 0600, used from one thread of its own.

    ``version`` and ``schema``: what its tables look like (PRAGMA user_version, and the statements that make them).
    A file of an older version, or one that is spoilt, is set aside and a new one begun; of a newer version nothing is
    touched. ``tell``: hears of that, in words, in the event loop's thread.
    """

    def __init__(self, path: Path, version: int, schema: Sequence[str], tell: Tell) -> None:
        self._path = Path(os.path.realpath(path))
        self._shape = shape_made_by(schema)
        self._version = version
        self._schema = tuple(schema)
        self._tell = tell
        self._worker: OneThread | None = None
        self._connection: sqlite3.Connection | None = None
        self._marks: Marks | None = None
        self._began: float | None = None

    @property
    def hangs(self) -> str:
        """Why nothing can be done now, and would have to wait for long; empty: nothing has to."""
        began = self._began
        return "" if began is None or time.monotonic() - began < HANGS else f"{self._path}: {HANGING}"

    async def soon(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As `call`, but for what does no harm if it is carried out when nobody waits for it any more.

        Raises: Unwritable, also where the disk hangs; what ``work`` raises itself.
        """
        if self.hangs:
            raise Unwritable(self.hangs)
        asked = asyncio.ensure_future(self.call(work))
        asked.add_done_callback(_retrieved)
        try:
            async with asyncio.timeout(HANGS):
                return await asyncio.shield(asked)
        except TimeoutError:
            raise Unwritable(f"{self._path}: {HANGING}") from None

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What ``work`` returns, in one transaction: all of it or nothing, also where the caller is cancelled.

        ``work`` runs in another thread, and a second time where the file turns out to be spoilt. After a failure the
        next call tries anew. Raises: Unwritable; what ``work`` raises itself.
        """
        loop = asyncio.get_running_loop()
        if self._worker is None:
            self._worker = OneThread(self._path.name)
        tell = partial(_tell_soon, loop, self._tell)
        return await loop.run_in_executor(self._worker, self._carried_out, work, tell)

    async def close(self) -> None:
        """Everything is in the file then, and in nothing beside it; a later call would open it again.

        A disk that hangs is not waited for.
        """
        worker, self._worker = self._worker, None
        if worker is not None:
            closed = asyncio.get_running_loop().run_in_executor(worker, self._close)
            await asyncio.wait({closed}, timeout=0.0 if self.hangs else HANGS)
            worker.shutdown(wait=False)

    def _carried_out(self, work: Callable[[sqlite3.Connection], T], tell: Tell) -> T:
        self._began = time.monotonic()
        try:
            return self._tried(work, tell)
        except (sqlite3.Error, OSError) as error:
            self._close()
            raise Unwritable(words(error, self._path)) from error
        except NoFile as error:
            raise Unwritable(str(error)) from None
        finally:
            self._began = None

    def _tried(self, work: Callable[[sqlite3.Connection], T], tell: Tell) -> T:
        """Raises: sqlite3.Error, OSError, Unwritable, what ``work`` raises."""
        try:
            return self._transacted(work, tell)
        except sqlite3.Error as error:
            if not is_spoilt(error):
                raise
            self._set_aside(f"is spoilt ({error})", tell)
            return self._transacted(work, tell)

    def _transacted(self, work: Callable[[sqlite3.Connection], T], tell: Tell) -> T:
        """Raises: sqlite3.Error, OSError, Unwritable, what ``work`` raises."""
        connection = self._connected(tell)
        connection.execute("BEGIN IMMEDIATE")  # else it could not become a writer once another process has written
        try:
            found = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.rollback()
            raise
        self._marks = marks(self._path)
        return found

    def _connected(self, tell: Tell) -> sqlite3.Connection:
        now = marks(self._path)
        if self._connection is not None and self._marks is not None and not same(self._marks, now):
            self._part(self._marks, now, tell)
        if self._connection is None:
            self._connection = self._opened(tell)
            self._marks = marks(self._path)
        return self._connection

    def _part(self, before: Marks, now: Marks, tell: Tell) -> None:
        """From a file that somebody has moved, removed or cut short. What we still had is in it, wherever it is."""
        is_moved = now.files[0] != before.files[0]
        if is_moved and self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            tell(f"{self._path} was {'replaced; it is used as it is now' if now.files[0] else f'removed; {ANEW}'}")
        self._close()
        for path, ours, found in zip(beside(self._path), before.files[1:], now.files[1:], strict=True):
            if is_moved and ours is not None and ours == found:  # of a database that is not there any more
                path.unlink(missing_ok=True)

    def _opened(self, tell: Tell) -> sqlite3.Connection:
        """Raises: sqlite3.Error, OSError, Unwritable."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        empty = not made(self._path) and self._judge(tell)
        connection = connect(self._path, mode="rw")
        try:
            become_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA journal_size_limit = {KEPT_LOG}")
            if _version(connection) is None:
                self._make_tables(connection)
            if empty:
                tell(f"{self._path} was empty: {ANEW}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _judge(self, tell: Tell) -> bool:
        """Whether it is empty; an older or foreign one is set aside. Raises: Unwritable, OSError, sqlite3.Error."""
        if self._path.stat().st_size == 0:
            return True
        with reading(self._path) as connection:
            found, ours = _version(connection), has_shape(connection, self._shape)
        if found is not None and found > self._version:
            raise Unwritable(
                f"{self._path} is of a newer release (version {found}; this one knows {self._version}): it is left as "
                "it is; install that release again, or move the file away"
            )
        if found is not None and (found < self._version or not ours):
            other = f"is of another release (version {found}; this one writes {self._version})"
            self._set_aside(other if found < self._version else "has other tables or triggers than ours", tell)
            made(self._path)
        return False

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) is None:  # no other process was faster
            for statement in self._schema:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {self._version}")
        connection.execute("COMMIT")

    def _set_aside(self, why: str, tell: Tell) -> None:
        """Nothing of it is lost, and nobody's file is overwritten. Raises: OSError."""
        self._close()
        aside = free_name(self._path)
        for old, new in zip((*beside(self._path), self._path), (*beside(aside), aside), strict=True):
            with suppress(FileNotFoundError):
                old.rename(new)
        tell(f"{self._path} {why}: set aside as {aside.name}, and {ANEW}")

    def _close(self) -> None:
        connection, self._connection, self._marks = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error), closing(connection):
                pass


def _retrieved(asked: asyncio.Future[Any]) -> None:
    """Nobody may be there any more who wants to know how it ended."""
    if not asked.cancelled():
        asked.exception()


def _tell_soon(loop: asyncio.AbstractEventLoop, tell: Tell, said: str) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody is there any more
        loop.call_soon_threadsafe(tell, said)


def _version(connection: sqlite3.Connection) -> int | None:
    """Of the tables in it; None: there are none."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version) if tables else None
