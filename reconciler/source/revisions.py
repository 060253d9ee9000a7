"""Any revision of a git repository as a folder of documents, for whoever compares two: nothing of it is run or kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.core.words import brief, printable
from reconciler.desired.revision import checkout_of
from reconciler.report.difference import Side
from reconciler.settings.source import SourceSettings
from reconciler.source.checkout import Unavailable
from reconciler.source.command import OBJECT_ID, Git
from reconciler.source.export import export
from reconciler.source.git import describe, folder_name
from reconciler.source.mirror import Mirror

LONGEST = 500
"""Characters of what somebody calls a revision."""
WORKING_TREE = "working tree"
"""Whether it is that of a commit only `git status` knows, which runs the filters that the checkout has configured."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """``git``: the repository's own folder. ``folder``: where its documents are below its top.

    ``name``: what problems call that. ``scratch``: where they are written out to.
    """

    git: Path
    folder: str
    name: str
    scratch: Path

    async def side(self, text: str) -> Side:
        """What ``text`` names, by gitrevisions(7). Raises: Unavailable, also for what is no commit; Refused."""
        commit = await self._commit(text)
        to = self.scratch / commit / self.name
        await export(self.git, commit, self.folder, to)
        _, subject, _ = await describe(self.git, commit)
        return Side(commit, to, f"{brief(commit)} ({subject})" if subject else "")

    async def _commit(self, text: str) -> str:
        """Whatever ``text`` is, to git it is a revision and no option (gitcli(7), ``--end-of-options``)."""
        if text.isprintable() and len(text) <= LONGEST:
            asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
            found = (await Git(self.git).run(*asked)).out.decode(errors="replace").strip()
            if OBJECT_ID.fullmatch(found):
                return found
        range_ = "; two revisions are given one after the other" if ".." in text else ""
        raise Unavailable(f"{printable(text)[:LONGEST]!r} names no commit of this repository{range_}")


async def sides(settings: SourceSettings, old: str, new: str | None, scratch: Path) -> tuple[Side, Side]:
    """Both revisions, written out below ``scratch``, which is a folder of ours.

    Without ``new`` the second one is what the branch of a repository is at, or the working tree of a checkout as it is
    now, committed or not. A checkout's working tree and index are left alone. Raises: Unavailable, Refused.
    """
    if settings.path is None:
        known = await _fetched(settings, scratch)
        return await known.side(old), await known.side(new or "HEAD")
    known = _of_checkout(settings.path, scratch)
    return await known.side(old), await known.side(new) if new else Side(WORKING_TREE, settings.path)


async def _fetched(settings: SourceSettings, scratch: Path) -> Revisions:
    """The repository behind an address, whole. Raises: Unavailable."""
    mirror = Mirror(scratch, settings)
    await mirror.fetch_all()
    return Revisions(mirror.folder, settings.folder, folder_name(settings), scratch)


def _of_checkout(folder: Path, scratch: Path) -> Revisions:
    found = checkout_of(folder)
    if found is None:
        raise Unavailable(f"{folder} is no folder that a git checkout tracks")
    return Revisions(found[0], found[1], folder.resolve().name, scratch)
