"""Follows the source: every new revision that may be believed is put in force, the last good one stays until then."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.core.words import brief, printable
from reconciler.daemon.archive import Archive, Files
from reconciler.daemon.deployment import Bad, Deployment
from reconciler.daemon.rollback import Pin, Rollback
from reconciler.desired import files
from reconciler.desired.inventory import Inventory
from reconciler.report.mistake import mistake
from reconciler.sinks.database import Unwritable
from reconciler.source.checkout import Checkout, Refused, Source, Unavailable

SOURCE, REVISION, INVENTORY, LAST_GOOD = "source", "revision", "inventory", "last good"
JITTER = 0.1


@dataclass
class Following:
    """``approved``: revisions that may be put in force although they go back. ``kept``: survives a restart.

    ``archive``: the documents of what was in force. ``looked``: the source was looked at once, whatever came of it;
    ``seen_at``: last, in seconds since the epoch. ``turn``: whoever puts a revision in force has it.
    """

    deployment: Deployment
    source: Source
    interval: float
    kept: MutableMapping[str, Any] = field(default_factory=dict)
    save: Callable[[], None] = lambda: None
    archive: Archive | None = None
    approved: set[str] = field(default_factory=set)
    held: str = ""
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    seen_at: float = 0.0
    _poked: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _inventory: tuple[object, Inventory] | None = None
    _bad: tuple[str, object] | None = None

    def __post_init__(self) -> None:
        self.pin = Pin(self.kept, self.save, self.deployment.hub.conditions)

    def begin_at(self, place: str) -> None:
        """What is kept of another place says nothing about this one."""
        if self.kept.get("source") != place:
            self.kept.pop("revision", None)
            self.pin.end("the source is another one")
            self.kept["source"] = place

    def poke(self) -> None:
        """Somebody says that there is something new."""
        self._poked.set()

    def approve(self, digits: str) -> str:
        """Let the revision that is held, and begins so, be put in force. Which it is; empty: none."""
        if not self.held or not self.held.startswith(digits):
            return ""
        self.approved.add(self.held)
        self.poke()
        return self.held

    async def look(self) -> None:
        """Look now; one look at a time."""
        async with self.turn:
            await self._once()
        self.seen_at = self.deployment.hub.now()
        self.looked.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._poked.clear()
            await self.look()
            wait = self.interval * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret hangs on it
            try:
                async with asyncio.timeout(wait):
                    await self._poked.wait()
            except TimeoutError:
                continue

    async def roll_back(self, rollback: Rollback, checkout: Checkout) -> None:
        """Put an older revision in force, and leave it there; within ``turn``. Raises: Bad, and nothing changes."""
        inventory = await self._read_inventory()
        if inventory is None:
            raise Bad((), "the inventory is bad, and none was good so far")
        await self._put(checkout, inventory)
        self.pin.begin(rollback)

    async def _once(self) -> None:
        """One look at the source; whatever goes wrong, what is in force stays in force."""
        try:
            await self._follow()
        except Unavailable as error:
            self._begin(SOURCE, f"the source cannot be read: {error}")
        except Refused as error:
            self._end(SOURCE, "the source answers again")
            self._begin(REVISION, f"revision {brief(error.revision)} is refused: {error}")
        except Exception as error:
            self._begin(SOURCE, f"looking at the source: {mistake(error)}")
        if self.deployment.checkout is None:
            await self._last_good()

    async def _follow(self) -> None:
        inventory = await self._read_inventory()
        checkout = await self.source.latest()
        self._end(SOURCE, "the source answers again")
        if inventory is None or await self._is_left(checkout) or self._is_in_force(checkout, inventory):
            return
        judged = (f"{checkout.revision} {checkout.content}", inventory)
        if judged == self._bad:
            return
        held = await self._backwards(checkout)
        self.held = checkout.revision if held else ""
        if held:
            self._begin(REVISION, held, checkout.author)
            return
        try:
            await self._put(checkout, inventory)
        except Bad as error:
            self._bad = judged if error.lasting else None
            words = f"revision {brief(checkout.revision)} is bad: {printable(str(error))}"
            self._begin(REVISION, words, checkout.author)

    async def _put(self, checkout: Checkout, inventory: Inventory) -> None:
        """Raises: Bad."""
        found = await asyncio.to_thread(files.bodies, checkout.folder)
        repository = await self.deployment.read(checkout)
        await self.deployment.put_in_force(checkout, repository, inventory)
        await self._record(checkout, found)
        self._bad = None
        self._end(LAST_GOOD, "it is not needed any more")
        self._end(REVISION, f"revision {brief(checkout.revision)} is good")
        self.approved.discard(checkout.revision)
        self.kept["revision"] = checkout.revision
        self.save()

    async def _is_left(self, checkout: Checkout) -> bool:
        """Whether it has to wait because somebody has rolled back: until it is approved, or wants just the same."""
        rollback = self.pin.now
        if rollback is None:
            return False
        if checkout.revision not in self.approved and not await self._wants_the_same(checkout, rollback):
            self.held = checkout.revision
            if checkout.revision == rollback.left:
                self._end(REVISION, f"revision {brief(checkout.revision)} is the one that was left")
            else:
                words = f"revision {brief(checkout.revision)} is held, for it follows on what was rolled back"
                words += f"; `reconcile approve {brief(checkout.revision)}` puts it in force"
                self._begin(REVISION, words, checkout.author)
            return True
        self.held = ""
        self.pin.end(f"revision {brief(checkout.revision)} may be put in force")
        return False

    async def _wants_the_same(self, checkout: Checkout, rollback: Rollback) -> bool:
        if checkout.revision == rollback.revision:
            return True
        if self.pin.is_known(checkout) or self.deployment.checkout is None:
            return False
        with suppress(Bad):
            there = self.deployment.hub.cycle.repository.meaning
            if (await self.deployment.read(checkout)).meaning == there:
                return True
        self.pin.wait(checkout)
        return False

    def _is_in_force(self, checkout: Checkout, inventory: Inventory) -> bool:
        """Also the way back from a bad revision to the one that was never left."""
        now = self.deployment.checkout
        same = now is not None and (now.revision, now.content) == (checkout.revision, checkout.content)
        if same and self.deployment.inventory is inventory:
            self._end(REVISION, f"revision {brief(checkout.revision)} is in force")
            return True
        return False

    async def _backwards(self, checkout: Checkout) -> str:
        """Why a revision has to wait: it does not follow on the one in force, or on the last one before a restart."""
        now = self.deployment.checkout
        before = now.revision if now else str(self.kept.get("revision", ""))
        new = checkout.revision
        if not before or before == new or self.approved & {new} or await self.source.is_forward(before, new):
            return ""
        return (
            f"revision {brief(new)} does not follow on {brief(before)}, which is in force: it was forced, and is held; "
            f"`reconcile approve {brief(new)}` puts it in force"
        )

    async def _last_good(self) -> None:
        """After a restart, while there is nothing better (it is away, bad, held): what was in force before."""
        revision = self.kept.get("revision")
        inventory = self._inventory[1] if self._inventory else None
        if not isinstance(revision, str) or inventory is None:
            return
        try:
            checkout = await self._at(revision)
            await self.deployment.put_in_force(checkout, await self.deployment.read(checkout), inventory)
        except (Unavailable, Refused, Bad) as error:
            self._begin(LAST_GOOD, f"the last good revision is not here: {error}")
        except Exception as error:
            self._begin(LAST_GOOD, f"the last good revision: {mistake(error)}")
        else:
            self._end(LAST_GOOD, f"revision {brief(revision)} is in force again")

    async def _at(self, revision: str) -> Checkout:
        """Raises: Unavailable; Refused."""
        try:
            return await self.source.at(revision)
        except Unavailable:
            if self.archive is None or self.pin.now is None:
                raise
            return await self.archive.at(revision)

    async def _read_inventory(self) -> Inventory | None:
        """The inventory, read again if its files have changed; one that is bad changes nothing."""
        look = await asyncio.to_thread(fingerprint, self.deployment.inventory_path)
        if self._inventory is None or self._inventory[0] != look:
            try:
                self._inventory = (look, await asyncio.to_thread(self.deployment.read_inventory))
            except Bad as error:
                self._begin(INVENTORY, f"the inventory is bad: {error}")
                return self._inventory[1] if self._inventory else None
        self._end(INVENTORY, "the inventory is good")
        return self._inventory[1]

    async def _record(self, checkout: Checkout, found: Files) -> None:
        """With its documents one may come back to it; those of a folder that changes meanwhile are not of it."""
        if self.archive is not None and await asyncio.to_thread(files.bodies, checkout.folder) == found:
            with suppress(Unwritable):  # the journal says so itself
                await self.archive.keep(checkout, found)

    def _begin(self, kind: str, words: str, by: str = "") -> None:
        """``by``: who has committed it."""
        data = {"by": by} if by else {}
        self.deployment.hub.conditions.begin(kind, "source", words, level="error", data=data)

    def _end(self, kind: str, words: str) -> None:
        self.deployment.hub.conditions.end(kind, "source", words)


def fingerprint(path: Path) -> object:
    """What changes when one of the files below ``path`` (or that file) does, without reading them."""
    names = [path] if path.is_file() else [path / name for name in files.names(path)]
    found = []
    for name in names:
        try:
            status = name.stat()
        except OSError:
            continue
        found.append((str(name), status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)
