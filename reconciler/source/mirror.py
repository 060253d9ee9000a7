"""Our own copy of a git repository: one ref of it, fetched when it has moved, thrown away when it is broken."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.settings.source import SourceSettings
from reconciler.source.checkout import Unavailable
from reconciler.source.command import OBJECT_ID, Failed, Git
from reconciler.source.export import remove
from reconciler.source.process import TooMuch
from reconciler.source.reach import reach, reason

LATEST = "refs/reconciler/latest"
BELIEVED = "refs/reconciler/believed"
"""One for each commit that was deployed by an annotated tag."""
TURN = 0.05
ANSWER = 1024 * 1024
URL = "\0"
SHA256 = 64
"""Digits of such an object's name."""
FETCH = (
    "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
    "--no-recurse-submodules", "--no-show-forced-updates", "--refmap=",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tip:
    """What a branch or tag is at: ``commit``, and of an annotated tag ``tag``, its own id (else the same)."""

    tag: str
    commit: str

    @property
    def is_annotated(self) -> bool:
        return self.tag != self.commit


class Mirror:
    """A bare repository below ``home``. It is filled from one source, by one program at a time (``alone``)."""

    def __init__(self, home: Path, settings: SourceSettings) -> None:
        self.home = home
        self.folder = home / "mirror.git"
        self._settings = settings
        self._git = Git(self.folder)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait for another program that uses the same state directory. Raises: Unavailable."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(f"{self.home} cannot be written to: {error.strerror}") from None
        try:
            await self._turn(lock)
            yield
        finally:
            os.close(lock)

    async def _turn(self, lock: int) -> None:
        """flock(2) tells nobody when it is free, unless a thread waits for it."""
        for _ in range(round(self._settings.timeout / TURN)):
            if _locked(lock):
                return
            await asyncio.sleep(TURN)
        raise Unavailable(f"another program has been using {self.home} for too long")

    async def tip(self) -> Tip:
        """Ask the host alone what the ref is at. Raises: Unavailable."""
        ref = self._settings.ref
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            said = await self._ask(self.home, "ls-remote", "--", URL, ref, f"{ref}^{{}}")
        except Failed as error:
            raise self._unavailable(error) from None
        found = {
            name: id_ for id_, _, name in (line.partition("\t") for line in said.decode(errors="replace").splitlines())
        }
        if ref not in found or not all(map(OBJECT_ID.fullmatch, found.values())):
            raise Unavailable(f"{self._settings.url}: {self._missing()}")
        return Tip(found[ref], found.get(f"{ref}^{{}}", found[ref]))

    def _missing(self) -> str:
        if self._settings.tag:
            return f"there is no tag {self._settings.tag}"
        return (
            f"there is no branch {self._settings.branch}"
            if self._settings.branch
            else "nothing was pushed to its default branch"
        )

    async def here(self) -> Tip | None:
        """What was fetched last; None where nothing was, or where it is broken."""
        if not self.folder.is_dir():
            return None
        found = await self._git.run("rev-parse", LATEST, f"{LATEST}^{{commit}}")
        tag, _, commit = found.out.decode().strip().partition("\n")
        return None if found.code else Tip(tag, commit)

    async def believe(self, tip: Tip) -> None:
        """Keep an annotated tag: it says who signed for its commit, also when the tag has moved on."""
        if tip.is_annotated:
            with suppress(Failed):  # then that commit is not believed after a restart without its host
                await self._git.say("update-ref", f"{BELIEVED}/{tip.commit}", tip.tag)

    async def believed(self, commit: str) -> str:
        """The tag that was kept for a commit; empty: none was."""
        found = await self._git.run("rev-parse", "--verify", "--quiet", f"{BELIEVED}/{commit}")
        return found.out.decode().strip() if found.code == 0 else ""

    async def fetch(self, seen: Tip) -> Tip:
        """Get the ref, which was ``seen`` to move; where our copy is broken, into a new one. Raises: Unavailable."""
        before = await self.here()
        if before is not None:
            self._tidy()
            with suppress(Failed):
                await self._ask(self.folder, *FETCH, "--", URL, self._refspec)
                if tip := await self.here():
                    return tip
        return await self.renew(seen)

    async def renew(self, seen: Tip) -> Tip:
        """Fetch into a new copy, which takes the place of the old one once it is whole. Raises: Unavailable."""
        fresh = self.home / "fresh.git"
        remove(fresh)
        try:
            hashed = f"--object-format={'sha256' if len(seen.tag) == SHA256 else 'sha1'}"
            await Git(self.home).say("init", "--quiet", "--bare", "--template=", hashed, str(fresh))
            await self._ask(fresh, *FETCH, "--depth=1", "--", URL, self._refspec)
        except Failed as error:
            raise self._unavailable(error) from None
        else:
            remove(self.folder)
            fresh.rename(self.folder)
        finally:
            remove(fresh)
        tip = await self.here()
        if tip is None:
            raise Unavailable(f"{self._settings.url}: {self._settings.ref} is not a commit")
        return tip

    async def fetch_all(self) -> None:
        """Into a new copy: every branch and tag with all of its history. ``HEAD`` is the ref. Raises: Unavailable."""
        tip = await self.tip()
        hashed = f"--object-format={'sha256' if len(tip.tag) == SHA256 else 'sha1'}"
        everything = (self._refspec, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        try:
            await Git(self.home).say("init", "--quiet", "--bare", "--template=", hashed, str(self.folder))
            await self._ask(self.folder, *FETCH, "--", URL, *everything)
            await self._git.say("update-ref", "--no-deref", "HEAD", f"{LATEST}^{{commit}}")
        except Failed as error:
            raise self._unavailable(error) from None

    @property
    def _refspec(self) -> str:
        return f"+{self._settings.ref}:{LATEST}"

    async def _ask(self, folder: Path, *words: str) -> bytes:
        """Run a command that speaks to the host; ``URL`` stands for it. Raises: Failed, Unavailable."""
        try:
            way = reach(self._settings, self.home)
            git = Git(folder, self._settings.timeout, way.options, way.environment)
            return await git.say(*(way.url if word == URL else word for word in words), said=ANSWER)
        except TooMuch:
            raise Unavailable(f"{self._settings.url}: it says more than there is room for") from None
        except Unavailable as error:
            raise self._unavailable(error) from None
        except OSError as error:
            raise Unavailable(f"{self.home} cannot be written to: {error.strerror}") from None

    def _unavailable(self, error: Exception) -> Unavailable:
        said = error.said if isinstance(error, Failed) else ""
        return Unavailable(f"{self._settings.url}: {reason(str(error), said)}")

    async def is_ancestor(self, old: str, new: str) -> bool:
        """Whether ``new`` descends from ``old``. A shallow copy that cannot tell gets the rest. Raises: Unavailable."""
        if not (OBJECT_ID.fullmatch(old) and OBJECT_ID.fullmatch(new)):
            return False
        if await self._descends(old, new):
            return True
        if await self._is_shallow():
            self._tidy()
            try:
                await self._ask(self.folder, *FETCH, "--unshallow", "--", URL, self._settings.ref)
            except Failed as error:
                raise self._unavailable(error) from None
        return await self._descends(old, new)

    async def _descends(self, old: str, new: str) -> bool:
        if not self.folder.is_dir():
            return False
        return (await self._git.run("merge-base", "--is-ancestor", "--end-of-options", old, new)).code == 0

    async def _is_shallow(self) -> bool:
        return self.folder.is_dir() and (await self._git.run("rev-parse", "--is-shallow-repository")).out == b"true\n"

    async def pack(self) -> None:
        """Let git put its house in order, when it thinks that it is time (git-gc(1), ``--auto``)."""
        with suppress(Failed, Unavailable, TooMuch):
            await self._git.say("gc", "--auto", "--quiet")

    def _tidy(self) -> None:
        """What a killed fetch has left: locks that nobody holds any more, and half of a pack."""
        left = [
            *self.folder.glob("*.lock"),
            *self.folder.glob("refs/**/*.lock"),
            *self.folder.glob("objects/pack/tmp_*"),
        ]
        for path in left:
            path.unlink(missing_ok=True)
        for path in self.folder.glob("objects/tmp_objdir-*"):
            shutil.rmtree(path, ignore_errors=True)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
