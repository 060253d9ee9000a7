"""Keeps the history: hears what happens, writes it down soon, and what is about to be written to a device before."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reconciler.core.failpoint import failpoint
from reconciler.engine.disk import HANGING
from reconciler.report.event import Event
from reconciler.sinks.database import HANGS, Database, Tell, Unwritable
from reconciler.sinks.journal import documents, query
from reconciler.sinks.journal.batch import Batch, Beginning, Heard
from reconciler.sinks.journal.documents import Deployed
from reconciler.sinks.journal.entry import Work, concerns
from reconciler.sinks.journal.past import Aside, NoHistory
from reconciler.sinks.journal.query import Query
from reconciler.sinks.journal.retention import Retention, prune
from reconciler.sinks.journal.schema import SCHEMA, VERSION

T = TypeVar("T")
Documents = list[dict[str, Any]]
SOON = 0.05
"""Seconds; what happens meanwhile is written together."""
RETRY = 1.0
"""Seconds, while it cannot be written; whoever is about to write to a device does not wait for that."""
DEFAULT = Retention()
PRUNED = 60.0
"""Seconds between two looks for what is too old or too much."""


class Journal:
    """One file. ``retention`` may be set anew while it runs. ``trouble``: why it cannot be written; empty: it can.

    ``tell``: what happened to the file, in words for people. ``changed``: ``trouble`` is another one now.
    """

    def __init__(
        self,
        path: Path,
        retention: Retention = DEFAULT,
        *,
        tell: Tell,
        now: Callable[[], float] = time.time,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.retention = retention
        self.trouble = ""
        self._path = path
        self._database = Database(path, VERSION, SCHEMA, tell)
        self._past = Aside(path)
        self._tell, self._now, self._changed = tell, now, changed
        self._heard = Heard()
        self._beginning: list[Beginning] = []
        self._deployed: Deployed | None = None
        self._is_stored = False
        self._still: Collection[str] | None = None
        self._stirred = asyncio.Event()
        self._turn = asyncio.Lock()

    def hear(self, event: Event) -> None:
        """It is written soon; until then it waits in memory. Never blocks, never raises."""
        if concerns(event):
            self._heard.add(event)
            self._stirred.set()

    async def run(self) -> None:
        """Write what was heard, and drop what is too old, until cancelled; then write what is left."""
        due = 0.0
        try:
            while True:
                if (clock := asyncio.get_running_loop().time()) >= due:
                    due = clock + PRUNED
                    await self._prune()
                with suppress(TimeoutError):
                    async with asyncio.timeout(RETRY if self.trouble else due - clock):
                        await self._stirred.wait()
                await asyncio.sleep(RETRY if self.trouble else SOON)
                self._stirred.clear()
                await self.flush()
        finally:
            await self.flush()

    async def begin(self, work: Work) -> None:
        """A device is written to next: that stands in the file when this returns. Raises: Unwritable."""
        failpoint("before journal begin")
        beginning = Beginning(work, self._now())
        self._beginning.append(beginning)
        try:
            await self.flush()
        finally:
            if beginning in self._beginning:  # whoever stops waiting, or would wait for a disk that hangs
                self._beginning.remove(beginning)
                beginning.trouble = self.trouble
        if beginning.trouble:
            raise Unwritable(beginning.trouble)
        failpoint("journal begun")

    async def put_in_force(
        self, revision: str, files: Mapping[str, bytes], subject: str = "", author: str = ""
    ) -> None:
        """Keep its documents. If they cannot be written now, they are later, and ``trouble`` says why."""
        self._deployed, self._is_stored = Deployed(revision, files, subject, author), False
        await self.flush()

    async def settle(self, open_ids: Collection[str]) -> None:
        """After a restart: of what stands in the file without an end, only these episodes still go on."""
        self._still = frozenset(open_ids)
        await self.flush()

    async def find(self, wanted: Query) -> Documents:
        """Entries as JSON, the newest first. Raises: Unwritable where it can neither be written nor read."""
        return await self._read(lambda connection: query.find(connection, wanted))

    async def one(self, entry: int) -> Documents:
        """The entry, then its children; empty: there is none. Raises: Unwritable."""
        return await self._read(lambda connection: query.one(connection, entry))

    async def documents(self, revision: str) -> dict[str, bytes] | None:
        """Of the one revision that is so named or begins so, by path; None: they are not kept. Raises: Unwritable."""
        return await self._read(lambda connection: documents.read(connection, revision))

    async def about(self, revision: str) -> tuple[str, str]:
        """Subject and author of its commit; empty where nobody knows. Raises: Unwritable."""
        return await self._read(lambda connection: documents.about(connection, revision))

    async def revision_of(self, entry: int) -> str:
        """The revision that was in force then; empty: nobody knows. Raises: Unwritable."""
        return await self._read(lambda connection: query.revision_of(connection, entry))

    async def flush(self) -> None:
        """Write what has been heard so far. Whoever stops waiting for it stops nobody else's, nor waits for ever."""
        if self.trouble and self._database.hangs:
            return
        writing = asyncio.ensure_future(self._write())
        try:
            async with asyncio.timeout(HANGS):
                await asyncio.shield(writing)
        except TimeoutError:
            self._become(f"{self._path}: {HANGING}")

    async def close(self) -> None:
        """Everything that was heard is in the file then, if that can be written."""
        await self.flush()
        await self._database.close()

    async def _write(self) -> None:
        async with self._turn:
            try:
                while self._has_news:
                    await self._write_some()
            except Unwritable as error:
                self._failed(str(error))

    @property
    def _has_news(self) -> bool:
        new_documents = self._deployed is not None and not self._is_stored
        return bool(self._heard or self._beginning or self._still is not None or new_documents or self.trouble)

    async def _write_some(self) -> None:
        """Raises: Unwritable."""
        batch = Batch(
            events=self._heard.take(),
            beginning=() if self._heard else tuple(self._beginning),
            deployed=self._deployed,
            is_stored=self._is_stored,
            still=self._still,
            lost=self._heard.lost,
            now=self._now(),
        )
        try:
            failpoint("before journal written")
            await self._database.call(batch.write)
            failpoint("journal written")
        except BaseException:
            self._heard.put_back(batch.events)
            raise
        self._done(batch)

    def _done(self, batch: Batch) -> None:
        """What came meanwhile is still to be written."""
        self._beginning = [one for one in self._beginning if one not in batch.beginning]
        self._is_stored = batch.deployed is self._deployed
        self._still = None if self._still is batch.still else self._still
        self._heard.lost = None if self._heard.lost is batch.lost else self._heard.lost
        unfit = [f"not in the history: {one.work.device}: {one.trouble}" for one in batch.beginning if one.trouble]
        for words in (*batch.mistakes, *unfit):
            self._tell(words)
        self._become("")

    def _failed(self, why: str) -> None:
        for one in self._beginning:
            one.trouble = why
        self._beginning.clear()
        self._become(why)

    def _become(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._changed()

    async def _prune(self) -> None:
        """Somebody who is about to write to a device has a turn after each part of it."""
        more = True
        try:
            while more:
                more = await self._database.soon(partial(prune, retention=self.retention, now=self._now()))
        except Unwritable as error:
            self._become(str(error))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Also where nothing can be written. Raises: Unwritable."""
        await self.flush()
        try:
            return await self._database.soon(work)
        except Unwritable as error:
            try:
                return await self._past.ask(work)
            except NoHistory:
                raise error from None
