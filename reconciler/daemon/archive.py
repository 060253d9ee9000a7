"""The documents of every revision that was in force, kept with the history, so that one can go back to them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Protocol

from reconciler.daemon.deployment import Bad
from reconciler.daemon.scratch import written
from reconciler.source.checkout import Checkout, Unavailable

Files = Mapping[str, bytes]
"""By their path, which begins with the folder's name."""


class Recorder(Protocol):
    """The part of the journal that keeps documents."""

    async def put_in_force(self, revision: str, files: Files, subject: str, author: str) -> None: ...

    async def documents(self, revision: str) -> Files | None: ...

    async def about(self, revision: str) -> tuple[str, str]: ...


class Archive:
    """``folder``: what is in force from here is written there; it is ours alone."""

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self._recorder = recorder
        self._folder = folder

    async def keep(self, checkout: Checkout, found: Files) -> None:
        """Remember what has been put in force. Raises: Unwritable."""
        await self._recorder.put_in_force(checkout.revision, found, checkout.subject, checkout.author)

    async def documents(self, revision: str) -> Files:
        """Raises: Unavailable; Unwritable."""
        found = await self._recorder.documents(revision)
        if not found:
            raise Unavailable("the history has no documents of it, or they are spoilt")
        return found

    async def at(self, revision: str) -> Checkout:
        """That revision, as a folder of documents. Raises: Unavailable; Unwritable."""
        found, (subject, author) = await self.documents(revision), await self._recorder.about(revision)
        place = await asyncio.to_thread(self._written, revision, found)
        return Checkout(revision, place, f"recorded {revision}", author, subject)

    def _written(self, revision: str, found: Files) -> Path:
        shutil.rmtree(self._folder, ignore_errors=True)  # nobody reads from there any more: documents are in memory
        try:
            self._folder.mkdir(parents=True, mode=0o700)
            place = written(self._folder / revision.replace(":", "-"), found)
        except OSError as error:
            raise Unavailable(f"{self._folder} cannot be written: {error.strerror}") from None
        except Bad as error:
            raise Unavailable(str(error)) from None
        return place / PurePosixPath(next(iter(found))).parts[0]
