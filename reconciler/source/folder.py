"""Desired state from a folder on this machine, read when nobody is in the middle of writing to it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reconciler.desired import files
from reconciler.desired.revision import checkout_of, revision_of
from reconciler.source.checkout import Checkout, Unavailable
from reconciler.source.command import OBJECT_ID
from reconciler.source.git import describe
from reconciler.source.tree import Damaged

SETTLED = 0.05
"""Seconds between two looks that must see the same."""
LOOKS = 40

Look = tuple[tuple[str, int, int, int], ...]
"""Of every document: name, inode, size, time of change in ns. An editor or a copy in progress changes one of them."""


class FolderSource:
    """A folder, or a single file. The checkout is the folder itself, so it is to be loaded at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[Look, Checkout] | None = None

    async def latest(self) -> Checkout:
        """See ``Source``. What looks as it did last time is not read again."""
        look = await asyncio.to_thread(_look, self._path)
        if self._seen is not None and self._seen[0] == look and not self._is_tracked():
            return self._seen[1]
        look = await self._settled(look)
        checkout = await asyncio.to_thread(_read, self._path)
        if await asyncio.to_thread(_look, self._path) != look:
            raise Unavailable(f"{self._path} changed while it was read")
        checkout = await self._described(checkout)
        self._seen = (look, checkout)
        return checkout

    async def _described(self, checkout: Checkout) -> Checkout:
        """With author and subject where the revision is a commit, for people; without that is no harm."""
        if not OBJECT_ID.fullmatch(checkout.revision):
            return checkout
        found = await asyncio.to_thread(checkout_of, self._path)
        if found is None:
            return checkout
        with suppress(Damaged, Unavailable):
            author, subject, at = await describe(found[0], checkout.revision)
            return replace(checkout, author=author, subject=subject, at=at)
        return checkout

    async def at(self, revision: str) -> Checkout:
        """See ``Source``: a folder remembers nothing."""
        checkout = await self.latest()
        if checkout.revision != revision:
            raise Unavailable(f"{self._path} has changed since revision {revision}")
        return checkout

    async def is_forward(self, old: str, new: str) -> bool:
        """See ``Source``."""
        return True

    def _is_tracked(self) -> bool:
        """A commit changes the revision of a folder in git, and none of its files."""
        return self._seen is not None and not self._seen[1].revision.startswith("sha256:")

    async def _settled(self, look: Look) -> Look:
        for _ in range(LOOKS):
            await asyncio.sleep(SETTLED)
            again = await asyncio.to_thread(_look, self._path)
            if again == look:
                return look
            look = again
        raise Unavailable(f"{self._path} is being written to all the time")


def _names(path: Path) -> list[tuple[Path, str]]:
    if path.is_dir():
        return [(path, name) for name in files.names(path)]
    if path.is_file():
        return [(path.parent, path.name)]
    raise Unavailable(f"{path}: no such folder")


def _look(path: Path) -> Look:
    found = []
    for folder, name in _names(path):
        try:
            status = os.stat(folder / name)  # noqa: PTH116 - many
        except OSError:
            found.append((name, 0, 0, 0))
        else:
            found.append((name, status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _read(path: Path) -> Checkout:
    """The digests of the documents; what cannot be read is the loader's to complain of."""
    digests = []
    for folder, name in _names(path):
        try:
            digest = hashlib.sha256(files.read(folder, name)).hexdigest()
        except files.Unfit as error:
            digest = f"unfit: {error}"
        digests.append((files.shown(name), digest))
    content = hashlib.sha256("\n".join(f"{digest} {name}" for name, digest in sorted(digests)).encode()).hexdigest()
    return Checkout(revision_of(path, [d for d in digests if not d[1].startswith("unfit")]), path, content)
