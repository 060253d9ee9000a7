"""What people ask of the past: what has happened, what two revisions differ in, and the way back to one of them."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.core.plan import Plan
from reconciler.core.words import brief, printable
from reconciler.daemon.archive import Archive, Files
from reconciler.daemon.deployment import Bad
from reconciler.daemon.preview import plan_of
from reconciler.daemon.rollback import Rollback
from reconciler.daemon.scratch import written
from reconciler.daemon.service import Service
from reconciler.engine.owned import owns_of
from reconciler.report import difference_json
from reconciler.report.difference import BadRevision, Known, Side, compare
from reconciler.report.event import Event
from reconciler.sinks.journal.journal import Journal
from reconciler.source.checkout import Checkout, Refused, Unavailable

LISTED = 10_000
"""Changes that a difference lists of each device; all are counted."""


class Impossible(Exception):
    """What is asked for cannot be had; the text says why."""


@dataclass
class History:
    """The journal, and what follows from it for the daemon."""

    service: Service
    journal: Journal
    archive: Archive

    async def way_back(self, cycle: int) -> tuple[str, Plan]:
        """The revision of a cycle, and the plan that goes back to it. Nothing happens. Raises: Impossible."""
        revision = await self._revision(cycle)
        deployment = self.service.deployment
        try:
            async with deployment.previews:
                plan = await plan_of(deployment, revision, await self._documents(revision))
        except Bad as error:
            words = f"revision {brief(revision)} does not fit any more: {printable(str(error))}"
            raise Impossible(words) from None
        return revision, plan

    async def go_back(self, cycle: int, digest: str, by: str, reason: str) -> Rollback:
        """Put it in force. ``digest``: of the plan that a person has seen. Raises: Impossible, and nothing changes.

        One at a time, and nobody else puts a revision in force meanwhile: the plan stays the one that was seen, and
        the recorded documents stay where they are until all of them are read.
        """
        following = self.service.following
        async with following.turn:
            revision, plan = await self.way_back(cycle)
            if plan.digest != digest:
                raise Impossible(f"the plan is another one by now ({plan.digest}): look at it once more")
            rollback = Rollback(cycle, revision, self._left(), by, self.service.hub.now(), printable(reason))
            try:
                await following.roll_back(rollback, await self.archive.at(revision))
            except (Bad, Unavailable) as error:
                raise Impossible(printable(str(error))) from None
        data = {"by": by, "revision": revision, "cycle": cycle}
        self.service.hub.tell(Event("rollback", rollback.deed, level="warning", data=data))
        return rollback

    async def difference(self, old: str, new: str, width: int | None) -> dict[str, object]:
        """What two revisions, each named by its beginning, have of difference; ``new`` empty: the one in force.

        Raises: Impossible; Unwritable.
        """
        checkout, inventory = self.service.deployment.checkout, self.service.deployment.inventory
        newer = new or (checkout.revision if checkout else "")
        if not newer:
            raise Impossible("no revision is in force yet: name two")
        known = Known(owns_of(inventory) if inventory else {}, most=LISTED)
        scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="diff-"))
        try:
            async with self.service.deployment.previews:
                sides = await self._side(scratch / "old", old), await self._side(scratch / "new", newer)
                found = await asyncio.to_thread(compare, *sides, known)
        except BadRevision as error:
            raise Impossible(printable(str(error))) from None
        finally:
            await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
        return difference_json.answer(found, width)

    async def _side(self, scratch: Path, revision: str) -> Side:
        """Raises: Impossible; Unwritable."""
        try:
            found = await self.archive.documents(revision)
        except Unavailable:
            return Side(revision, (await self._at(revision)).folder)
        try:
            place = await asyncio.to_thread(written, scratch, found)
        except Bad as error:
            raise Impossible(str(error)) from None
        return Side(revision, place / PurePosixPath(next(iter(found))).parts[0])

    async def _at(self, revision: str) -> Checkout:
        """Raises: Impossible."""
        try:
            return await self.service.following.source.at(revision)
        except (Unavailable, Refused):
            words = f"no revision {printable(revision)} was in force here, as far as the history goes back"
            raise Impossible(words) from None

    def _left(self) -> str:
        """Who goes back a second time leaves what was left the first time."""
        before, checkout = self.service.following.pin.now, self.service.deployment.checkout
        if before is not None:
            return before.left
        return checkout.revision if checkout is not None else ""

    async def _revision(self, cycle: int) -> str:
        revision = await self.journal.revision_of(cycle)
        if not revision:
            raise Impossible(f"no cycle {cycle} is in the history, or no revision was in force then")
        checkout = self.service.deployment.checkout
        if checkout is not None and checkout.revision == revision:
            raise Impossible(f"revision {brief(revision)} of cycle {cycle} is the one that is in force")
        return revision

    async def _documents(self, revision: str) -> Files:
        try:
            return await self.archive.documents(revision)
        except Unavailable as error:
            raise Impossible(f"revision {brief(revision)}: {error}") from None
