"""A daemon in fast time with its real history: on a disk that fails, killed, and beside devices that look into it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reconciler.core.driver import Failure, Line, Script
from reconciler.core.plan import DevicePlan
from reconciler.daemon.archive import Archive
from reconciler.daemon.deployment import Deployment
from reconciler.daemon.hub import Hub
from reconciler.daemon.sinks import Sinks
from reconciler.settings.model import Settings
from reconciler.sinks.journal.past import read_only
from reconciler.sinks.journal.query import Query
from tests.daemon.world import World
from tests.engine.fakes import DictTransport

ALL = Query(limit=10_000, device="*")


class Witness(DictTransport):
    """Takes a second, and looks into the history when it begins to be written to.

    ``begins``: what comes next is the plan itself, not what fell along the way and is written again.
    """

    world: Recorded
    name: str = ""
    begins: bool = False

    async def apply(self, script: Script) -> Sequence[Failure]:
        if self.begins:
            self.world.unrecorded += [line.text for line in (*script.makes, *script.breaks) if not self._knows(line)]
        self.begins = False
        await asyncio.sleep(1.0)
        return await super().apply(script)

    def _knows(self, line: Line) -> bool:
        with read_only(self.world.path) as past:
            found = past.find(Query(limit=10_000, device=self.name, outcome="open"))
            numbers = [one["id"] for one in found if one["kind"] in ("change", "drift")]
            known = {change["name"] for one in numbers for change in past.one(one)[0].get("changes", ())}
        return line.change is not None and line.change.key.name in known


class Recorded(World):
    """``unrecorded``: lines that a device was sent and that were not in the file ``path`` when that began."""

    def __init__(self, folder: Path, names: Iterable[str] = ("n1", "n2")) -> None:
        super().__init__(folder, names)
        self.unrecorded: list[str] = []
        self.path = folder / "state" / "journal-world.db"
        self.transports = {name: self._witness(name) for name in self.transports}

    def _witness(self, name: str) -> DictTransport:
        transport = Witness()
        transport.world, transport.name = self, name
        return transport

    def archive(self, settings: Settings, hub: Hub, deployment: Deployment) -> Archive:
        self.sinks = Sinks(settings, "world", hub, deployment.call_all)
        hub.record = self._record
        return self.sinks.archive

    async def _record(self, device: DevicePlan, revision: str, digest: str, by: str) -> bool:
        may = await self.sinks.ledger.record(device, revision, digest, by)
        self.transports[device.name].begins = may  # type: ignore[attr-defined]
        return may

    async def begin(self) -> None:
        await self.sinks.begin()

    async def end(self) -> None:
        await self.sinks.end()

    async def kill(self) -> None:
        """As kill -9 does it: whatever is under way is not finished, and nobody writes down how it ended."""
        self.service.hub.bus.detach(self.sinks.journal.hear)
        self.sinks.journal.hear = lambda event: None  # type: ignore[method-assign]
        while self.sinks.journal._heard.take():
            pass
        await self.service.deployment.stop(0.0)

    def fail(self) -> None:
        """From now on there is no file that could be written."""
        if not self.path.is_dir():
            self.path.rename(self.path.with_suffix(".away"))
            self.path.mkdir()

    def mend(self) -> None:
        if self.path.is_dir():
            self.path.rmdir()
            self.path.with_suffix(".away").rename(self.path)

    def entries(self) -> list[dict[str, Any]]:
        """Of the file, the oldest first."""
        with read_only(self.path) as past:
            return list(reversed(past.find(ALL)))
