"""Write the documents of one commit to a folder: the very bytes that were committed, and all of them or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reconciler.core.words import printable
from reconciler.source.checkout import Refused, Unavailable
from reconciler.source.command import OBJECT_ID, Failed, Git
from reconciler.source.process import TooMuch
from reconciler.source.tree import MAX_TOTAL, Crafted, Damaged, Entry, check_sizes, documents, entries, targets

LISTED = 32 * 1024 * 1024
Contents = dict[Entry, bytes]


async def export(
    repository: Path, revision: str, folder: str, to: Path, environment: Mapping[str, str] | None = None
) -> str:
    """Write the documents below ``folder`` of commit ``revision`` to ``to``, which appears whole or not at all.

    No working tree, no filters, no attributes. ``environment``: that of a hook (``command.quarantine``). Returns what
    tells these documents from others. Raises: Refused for what must not be written; Damaged where the repository
    lacks objects; Unavailable where git or the disk does not do its part.
    """
    git = Git(repository, environment=environment or {})
    try:
        contents = await _contents(git, await _listing(git, revision, folder))
        await asyncio.to_thread(_place, contents, to)
    except Crafted as error:
        raise Refused(f"the commit holds {error}", revision) from None
    except TooMuch:
        raise Refused("the commit holds more files than can be listed", revision) from None
    except Failed as error:
        raise Damaged(str(error)) from None
    except OSError as error:
        raise Unavailable(f"the documents cannot be written to {to}: {error.strerror}") from None
    listing = "".join(sorted(f"{entry.mode} {entry.id}\t{entry.path}\0" for entry in contents))
    return hashlib.sha256(os.fsencode(listing)).hexdigest()


async def _listing(git: Git, revision: str, folder: str) -> list[Entry]:
    """What is below ``folder``: git-ls-tree(1) reads every tree on the way, so a missing one is no empty one."""
    if not OBJECT_ID.fullmatch(revision):
        raise Damaged(f"{printable(revision)} is not the id of a commit")
    found = entries(
        await git.say("ls-tree", "-r", "-l", "-z", revision, *(["--", folder] if folder else []), said=LISTED)
    )
    if folder and not found:
        raise Refused(f"the commit has no folder {folder}", revision)
    if any(entry.path == folder for entry in found):
        raise Refused(f"{folder} is a file in that commit, not a folder", revision)
    below = f"{folder}/" if folder else ""
    return [replace(entry, path=entry.path.removeprefix(below)) for entry in found]


async def _contents(git: Git, listed: list[Entry]) -> Contents:
    wanted = documents(listed)
    check_sizes(wanted)
    links = await _blobs(git, [entry for entry in wanted if entry.is_link])
    if any(not to or b"\0" in to for to in links.values()):
        raise Crafted("a link that leads nowhere")
    beyond = targets(listed, {entry.path: os.fsdecode(to) for entry, to in links.items()})
    check_sizes(wanted + beyond)
    return links | await _blobs(git, [entry for entry in wanted + beyond if not entry.is_link])


async def _blobs(git: Git, wanted: list[Entry]) -> Contents:
    """The bytes of each, checked against its name. git-cat-file(1): ``<id> <type> <size>\\n<bytes>\\n`` for each."""
    if not wanted:
        return {}
    asked = "".join(f"{entry.id}\n" for entry in wanted).encode()
    answer = await git.say("cat-file", "--batch", given=asked, said=MAX_TOTAL + 100 * len(wanted))
    found, at = {}, 0
    for entry in wanted:
        start = answer.find(b"\n", at) + 1
        found[entry] = answer[start : start + entry.size]
        if answer[at : start - 1] != f"{entry.id} blob {entry.size}".encode() or not entry.holds(found[entry]):
            raise Damaged(f"object {entry.id} is missing or damaged")
        at = start + entry.size + 1
    return found


def _place(contents: Contents, to: Path) -> None:
    """Make ``to``, unless it is there with just that in it. Under another name first: so nothing is ever half."""
    if _is(contents, to):
        return
    remove(to)
    draft = to.parent / f".{to.name}.{secrets.token_hex(4)}"
    draft.mkdir(parents=True, mode=0o700)
    try:
        _write(contents, draft)
        draft.rename(to)
    finally:
        remove(draft)


def _write(contents: Contents, folder: Path) -> None:
    """Links come last, so that nothing is written through one."""
    for entry, data in sorted(contents.items(), key=lambda item: item[0].is_link):
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if entry.is_link:
            path.symlink_to(os.fsdecode(data))
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400), "wb") as file:
            file.write(data)


def _is(contents: Contents, folder: Path) -> bool:
    """Whether ``folder`` holds just ``contents``: a disk that lost its power may have lost what it had promised."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    return sum(1 for _ in _files(folder)) == len(contents) and all(
        _bytes(folder / entry.path, link=entry.is_link) == data for entry, data in contents.items()
    )


def _files(folder: Path) -> Iterable[str]:
    for here, folders, files in os.walk(folder):
        yield from (os.path.join(here, name) for name in files)  # noqa: PTH118 - many
        yield from (name for name in folders if os.path.islink(os.path.join(here, name)))  # noqa: PTH114, PTH118


def _bytes(path: Path, *, link: bool) -> bytes | None:
    try:
        if link:
            return os.fsencode(path.readlink())
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def remove(folder: Path) -> None:
    """Remove a tree, if it is there: out of the way first, so that nobody finds it half gone."""
    with suppress(FileNotFoundError):
        away = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        folder.rename(away)
        shutil.rmtree(away, ignore_errors=True)
