"""A journal in a folder for tests, and what it has told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from reconciler.report.event import Event
from reconciler.sinks.journal.entry import HISTORY, Work
from reconciler.sinks.journal.journal import Journal
from reconciler.sinks.journal.past import NoHistory, read_only
from reconciler.sinks.journal.query import Query
from tests.sinks.test_history_laws import change

VALID = Draft202012Validator(json.loads((Path(__file__).parents[2] / "schemas/history.v1.json").read_text()))
NOW = 1_795_000_000.0
ALL = Query(limit=1000)


class Kept:
    """A journal in a folder, with what it tells."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.troubles: list[str] = []
        self.path = folder / "journal.db"
        self.now = NOW
        self.journal = Journal(self.path, tell=self.told.append, now=lambda: self.now, changed=self._changed)

    def _changed(self) -> None:
        self.troubles.append(self.journal.trouble)

    def hear(self, kind: str, device: str = "", **data: object) -> None:
        self.now += 1.0
        self.journal.hear(Event(kind, f"{kind} {device}".strip(), device, data=data, at=self.now))

    def drift(self, device: str, episode: str, known: str, kind: str = "drift", **data: object) -> None:
        more = {"condition": "drift", "subject": device, "since": self.now, "id": known}
        self.hear(kind, device, episode=episode, **more, **data)

    def work(self, device: str, *, revision: str = "c1", cause: Any = "pending", digest: str = "d1") -> Work:
        return Work(device, cause, revision, digest, "", [change(1)])

    async def find(self, query: Query = ALL) -> list[dict[str, Any]]:
        found = await self.journal.find(query)
        VALID.validate({"schema": HISTORY, "entries": found})
        return found

    async def shown(self, query: Query = ALL) -> list[tuple[object, ...]]:
        """The oldest first, in short."""
        return [
            (one["kind"], one.get("device", ""), one.get("outcome", "open")) for one in reversed(await self.find(query))
        ]


@asynccontextmanager
async def running(journal: Journal) -> AsyncIterator[None]:
    task = asyncio.create_task(journal.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def stored(path: Path) -> list[tuple[str, str]]:
    """What another process finds; nothing in a file that is just being made."""
    with suppress(NoHistory), read_only(path) as past:
        return [(one["kind"], one.get("outcome", "open")) for one in past.find(ALL)]
    return []
