"""A run of `reconcile` by hand in the same history: begun before anything is written, ended with what came of it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.core.words import plural
from reconciler.sinks.database import Database
from reconciler.sinks.journal import documents
from reconciler.sinks.journal.documents import Deployed
from reconciler.sinks.journal.entry import Work, text
from reconciler.sinks.journal.rows import Row, end, insert
from reconciler.sinks.journal.schema import SCHEMA, VERSION

BY_HAND = "`reconcile` by hand"
CUT_SHORT = "the run was ended before it was over"
OPEN = """
    SELECT id FROM entry
    WHERE ended IS NULL AND (kind = 'run' OR parent IN (SELECT id FROM entry WHERE kind = 'run' AND ended IS NULL))
"""


@dataclass
class SingleRun:
    """``path``: of the journal. ``now``: seconds since the epoch. Every method raises Unwritable."""

    path: Path
    now: Callable[[], float] = time.time
    _run: int = 0
    _parts: dict[str, int] = field(default_factory=dict)
    _lock: int | None = None

    def __post_init__(self) -> None:
        self._database = Database(self.path, VERSION, SCHEMA, lambda words: None)

    async def begin(self, deployed: Deployed, by: str, works: Sequence[Work]) -> None:
        """These devices are written to next, for this revision: that stands in the file when this returns."""
        await self._database.call(lambda connection: self._begin(connection, deployed, by, works))

    async def end(self, failures: Mapping[str, str]) -> None:
        """It is over. ``failures``: why, of every device that is not as wanted."""
        await self._database.call(lambda connection: self._end(connection, failures))
        await self._leave()

    async def settle(self) -> None:
        """Nothing is written to any device: only what killed runs by hand have left open is over."""
        if self.path.exists():
            await self._database.call(self._settle)
            await self._leave()

    async def _leave(self) -> None:
        await self._database.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _begin(self, connection: sqlite3.Connection, deployed: Deployed, by: str, works: Sequence[Work]) -> None:
        self._settle(connection)
        if not documents.has(connection, deployed.revision):
            documents.put(connection, deployed, self.now())
        run = Row(kind="run", began=self.now(), who=text(by), revision=text(deployed.revision))
        digest = text(works[0].digest) if works else ""
        self._run = insert(connection, replace(run, words=BY_HAND, digest=digest))
        for work in works:
            part = replace(run, kind="change", device=text(work.device), cause=work.cause, parent=self._run)
            self._parts[work.device] = insert(connection, part, work.changes)

    def _settle(self, connection: sqlite3.Connection) -> None:
        if self._is_alone():
            for (entry,) in connection.execute(OPEN).fetchall():
                end(connection, entry, "cut short", self.now(), CUT_SHORT)

    def _is_alone(self) -> bool:
        """Whether no other run by hand is under way: each has its share of a lock on the folder, which ends with it.

        flock(2): taking another kind of it first gives up the one that is held. Not every file system has it.
        """
        try:
            if self._lock is None:
                self._lock = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_SH)
        except OSError:
            return False

    def _end(self, connection: sqlite3.Connection, failures: Mapping[str, str]) -> None:
        now, failures = self.now(), {name: why for name, why in failures.items() if name in self._parts}
        for device, entry in self._parts.items():
            why = failures.get(device, "")
            end(connection, entry, "failed" if why else "applied", now, text(why))
        said = f"failed on {', '.join(sorted(failures))}; " if failures else ""
        said += f"applied and proven on {len(self._parts) - len(failures)} of {plural(len(self._parts), 'device')}"
        end(connection, self._run, "failed" if failures else "applied", now, text(said))
