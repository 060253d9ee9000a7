"""The list of files that a commit holds, as git prints it: what we need of it, and whether it can be a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from reconciler.core.words import plural
from reconciler.desired.files import MAX_BYTES, SUFFIXES, shown
from reconciler.source.checkout import Unavailable

LINK = "120000"
MAX_FILES = 20_000
MAX_TOTAL = 128 * 1024 * 1024
MAX_LINK = 4095
MAX_NAME, MAX_PATH, MAX_DEPTH = 255, 2048, 64


class Crafted(Exception):
    """A tree that cannot or must not be written to a disk; the text says why."""


class Damaged(Unavailable):
    """Objects that are missing or are not what their name says: the repository itself is broken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or link; ``size`` in bytes. ``path`` as the file system spells it (``os.fsdecode``)."""

    mode: str
    id: str
    size: int
    path: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK

    def holds(self, data: bytes) -> bool:
        """Whether ``data`` is what the entry's name says (gitformat-loose(5): the hash of a header and the bytes)."""
        made = hashlib.sha1(usedforsecurity=False) if len(self.id) == 40 else hashlib.sha256()
        made.update(b"blob %d\0" % len(data))
        made.update(data)
        return made.hexdigest() == self.id


def entries(listing: bytes) -> list[Entry]:
    """Read ``git ls-tree -r -l -z``. Submodules are left out. Raises: Crafted, Damaged."""
    found = list(_read(listing))
    _check_paths([entry.path for entry in found])
    return [entry for entry in found if entry.mode != "160000"]


def _read(listing: bytes) -> Iterator[Entry]:
    for line in listing.split(b"\0"):
        head, tab, path = line.partition(b"\t")
        if not tab:
            continue
        mode, _, name, size = head.decode().split()
        if not size.isdigit() and mode != "160000":
            raise Damaged(f"object {name} is missing")
        yield Entry(mode, name, int(size) if size.isdigit() else 0, os.fsdecode(path))


def _check_paths(paths: list[str]) -> None:
    """git's own tools cannot make such trees, and git-fsck(1) calls them by name; a crafted push can hold them."""
    files = set(paths)
    if len(files) < len(paths):
        raise Crafted("two files of one name")
    for path in paths:
        parts = path.split("/")
        if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
            raise Crafted(f"the name {shown(path)!r}")
        if len(path) > MAX_PATH or len(parts) > MAX_DEPTH or any(len(os.fsencode(part)) > MAX_NAME for part in parts):
            raise Crafted(f"a path that is too long ({shown(path)[:60]!r}…)")
        if any(str(parent) in files for parent in PurePosixPath(path).parents):
            raise Crafted(f"a file and a folder of one name (on the way to {shown(path)!r})")


def documents(found: Iterable[Entry]) -> list[Entry]:
    """The YAML files, and every link: one may lead to another, or be a folder's."""
    return [entry for entry in found if entry.is_link or entry.path.endswith(SUFFIXES)]


def targets(found: Iterable[Entry], links: dict[str, str]) -> list[Entry]:
    """What the links (path -> where it leads) lead to and is not there already: a file without the suffix."""
    wanted = {os.path.normpath(f"{os.path.dirname(path)}/{to}".lstrip("/")) for path, to in links.items()}  # noqa: PTH120 - of a tree
    return [e for e in found if e.path in wanted and not e.is_link and not e.path.endswith(SUFFIXES)]


def check_sizes(wanted: list[Entry]) -> None:
    """Raises: Crafted for more than a disk, or a reader of documents, should be asked to take."""
    if len(wanted) > MAX_FILES:
        raise Crafted(f"{plural(len(wanted), 'document file')}, at most {MAX_FILES:,} are taken")
    if giant := next((entry for entry in wanted if entry.size > MAX_BYTES), None):
        raise Crafted(f"{shown(giant.path)} has {giant.size:,} bytes, at most {MAX_BYTES:,} are taken")
    if (total := sum(entry.size for entry in wanted)) > MAX_TOTAL:
        raise Crafted(f"{total:,} bytes of documents, at most {MAX_TOTAL:,} are taken")
    if any(entry.is_link and entry.size > MAX_LINK for entry in wanted):
        raise Crafted("a link that is longer than a path can be")
