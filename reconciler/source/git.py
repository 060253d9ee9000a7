"""Desired state from a git repository: ask what is there, fetch it, verify it, and write it out as a folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from reconciler.core.words import printable
from reconciler.settings.source import SourceSettings
from reconciler.source.checkout import Checkout, Refused, Signature, Unavailable
from reconciler.source.command import OBJECT_ID, Failed, Git
from reconciler.source.export import export, remove
from reconciler.source.mirror import Mirror, Tip
from reconciler.source.signature import check_tag, verify
from reconciler.source.tree import Damaged

KEPT = 5
SUBJECT = 200


class _Seen(NamedTuple):
    """What an answer depends on: where the ref is, and which keys are believed."""

    tip: Tip
    signers: tuple[int, ...]


class GitSource:
    """One branch or tag of one repository; its mirror and checkouts are below ``state/git/``."""

    def __init__(self, settings: SourceSettings, state: Path) -> None:
        assert settings.url is not None
        place = f"{settings.url}\0{settings.ref}\0{settings.folder}"
        self._settings = settings
        self._home = state.absolute() / "git" / hashlib.sha256(place.encode()).hexdigest()[:12]
        self._mirror = Mirror(self._home, settings)
        self._last: tuple[_Seen, Checkout | Refused] | None = None

    async def latest(self) -> Checkout:
        """See ``Source``. Where the ref has not moved the host is asked for it, and nothing else is done."""
        try:
            seen = _Seen(await self._mirror.tip(), self._signers())
            if self._last is None or self._last[0] != seen or not self._is_there(self._last[1]):
                self._last = await self._look(seen)
        except OSError as error:
            raise Unavailable(f"{error.filename or self._home}: {error.strerror}") from None
        if isinstance(self._last[1], Refused):
            raise Refused(str(self._last[1]), self._last[1].revision)
        return self._last[1]

    async def at(self, revision: str) -> Checkout:
        """See ``Source``."""
        if not OBJECT_ID.fullmatch(revision):
            raise Unavailable(f"{printable(revision)} is not the id of a commit")
        try:
            async with self._mirror.alone():
                tip = await self._known(revision)
                return await self._checkout(revision, await self._verified(tip) if self._settings.require else None)
        except Damaged as error:
            raise Unavailable(f"commit {revision} is not here: {error}") from None
        except OSError as error:
            raise Unavailable(f"{error.filename or self._home}: {error.strerror}") from None

    async def _known(self, revision: str) -> Tip:
        """The commit, with the annotated tag that it was believed for, or that was fetched last. Raises: Damaged."""
        if not self._mirror.folder.is_dir():
            raise Damaged("nothing was fetched so far")
        if tag := await self._mirror.believed(revision):
            return Tip(tag, revision)
        here = await self._mirror.here()
        return here if here is not None and here.commit == revision else Tip(revision, revision)

    async def is_forward(self, old: str, new: str) -> bool:
        """See ``Source``."""
        if old == new:
            return True
        async with self._mirror.alone():
            return await self._mirror.is_ancestor(old, new)

    async def _look(self, seen: _Seen) -> tuple[_Seen, Checkout | Refused]:
        """Fetch and judge. It may have moved on meanwhile: the answer is about what was fetched."""
        async with self._mirror.alone():
            tip = seen.tip if await self._mirror.here() == seen.tip else await self._mirror.fetch(seen.tip)
            try:
                found = await self._judged(tip)
            except Damaged:
                tip = await self._mirror.renew(tip)
                found = await self._judged_again(tip)
            await self._mirror.pack()
        return seen._replace(tip=tip), found

    async def _judged(self, tip: Tip) -> Checkout | Refused:
        try:
            signature = await self._verified(tip) if self._settings.require else None
            await self._mirror.believe(tip)
            return await self._checkout(tip.commit, signature)
        except Refused as refused:
            return Refused(str(refused), tip.commit)

    async def _judged_again(self, tip: Tip) -> Checkout | Refused:
        try:
            return await self._judged(tip)
        except Damaged as error:
            raise Unavailable(f"{self._settings.url}: commit {tip.commit} is damaged there: {error}") from None

    async def _verified(self, tip: Tip) -> Signature:
        """An annotated tag must be signed itself: whoever moves it decides what is deployed."""
        assert self._settings.allowed_signers is not None
        signature = await verify(self._mirror.folder, tip.tag, self._settings.allowed_signers)
        if tip.is_annotated and self._settings.tag:
            await check_tag(self._mirror.folder, tip.tag, self._settings.tag)
        return signature

    async def _checkout(self, commit: str, signature: Signature | None) -> Checkout:
        folder = self._home / "checkouts" / commit / folder_name(self._settings)
        self._prune(keep=commit)
        content = await export(self._mirror.folder, commit, self._settings.folder, folder)
        os.utime(folder.parent)
        author, subject, at = await describe(self._mirror.folder, commit)
        return Checkout(commit, folder, content, author, subject, signature, at)

    def _prune(self, keep: str) -> None:
        """Remove what is older than the last few, and what a dead run has left half."""
        checkouts = [path for path in (self._home / "checkouts").glob("*") if path.name != keep]
        checkouts.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in checkouts[KEPT - 1 :]:
            remove(path)
        for path in (self._home / "checkouts").glob("*/.*"):
            remove(path)

    def _is_there(self, found: Checkout | Refused) -> bool:
        return isinstance(found, Refused) or found.folder.is_dir()

    def _signers(self) -> tuple[int, ...]:
        if self._settings.allowed_signers is None:
            return ()
        try:
            status = self._settings.allowed_signers.stat()
        except OSError:
            return ()
        return status.st_ino, status.st_size, status.st_mtime_ns


def folder_name(settings: SourceSettings) -> str:
    """The name that problems give the folder: that of the folder in the repository, or the repository's."""
    place = settings.folder or str(settings.url).replace(":", "/").rstrip("/")
    return PurePosixPath(place).name.removesuffix(".git").lstrip(".") or "desired"


async def describe(repository: Path, commit: str) -> tuple[str, str, float]:
    """Who made a commit, its subject (one line each), and when, in seconds since the epoch. Raises: Damaged."""
    try:
        said = await Git(repository).say("log", "-1", "--format=%an%x00%ct%x00%s", commit)
    except Failed as error:
        raise Damaged(str(error)) from None
    author, at, subject = said.decode(errors="replace").rstrip("\n").split("\0", 2)
    return printable(author)[:SUBJECT], printable(subject)[:SUBJECT], float(at) if at.isdigit() else 0.0
