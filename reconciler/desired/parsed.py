"""Files that have been parsed before need not be parsed again: what they hold is kept, by the digest of their text.

Parsing is most of what reading a large repository costs. Whatever is wrong with what is kept, the file is parsed anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from reconciler.desired import compose as parser
from reconciler.desired import files, scalars, tree
from reconciler.desired.compose import Fault, compose
from reconciler.desired.tree import Tree

Parsed = tuple[list[Tree], list[Fault]]
Parse = Callable[[bytes], Parsed]
MAX_ENTRY = 16 * 1024 * 1024
"""Bytes of one entry; what would take more is not kept."""
MAX_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 20_000
NOT_OURS = stat.S_IWGRP | stat.S_IWOTH
SUFFIX = ".json"


def parse(data: bytes) -> Parsed:
    """The documents of a file, and what is wrong with its form. Raises: files.Unfit for what is no text."""
    return compose(files.decode(data))


def usual_place() -> Path:
    """``$XDG_CACHE_HOME/reconciler/parsed``; a relative one counts for nothing (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given.startswith("/") else Path(os.path.expanduser("~/.cache"))  # noqa: PTH111 (never raises)
    return base / "reconciler" / "parsed"


@dataclass
class Kept:
    """As ``parse``, by what is kept in ``folder``. ``close`` makes room when something was added.

    An entry counts only if it and its folder belong to this user and nobody else may write to them.
    """

    folder: Path
    _added: bool = field(default=False, init=False)

    def __call__(self, data: bytes) -> Parsed:
        entry = self.folder / (hashlib.sha256(_maker() + data).hexdigest() + SUFFIX)
        if _maker() and (trees := _read(entry)) is not None:
            return trees, []
        trees, faults = parse(data)
        if _maker() and not faults and not any(one.aliases for one in trees):
            with suppress(OSError):
                self._keep(entry, trees)
        return trees, faults

    def _keep(self, entry: Path, trees: list[Tree]) -> None:
        body = json.dumps([_flat(one) for one in trees], separators=(",", ":")).encode()
        if len(body) > MAX_ENTRY:
            return
        if not self._added:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_ours(self.folder.stat()):
            return
        self._added = True
        number, draft = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_sum(body) + body)
            Path(draft).replace(entry)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Away with what was used longest ago, where there is too much; drafts of killed processes are as old."""
        if not self._added:
            return
        with suppress(OSError):
            found = sorted(_entries(self.folder), reverse=True)
            room = MAX_BYTES
            for place, (_, size, path) in enumerate(found):
                room -= size
                if room < 0 or place >= MAX_ENTRIES:
                    Path(path).unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[tuple[float, int, str]]:
    """When each was last written or used, how large it is, and where."""
    with os.scandir(folder) as found:
        for one in found:
            with suppress(FileNotFoundError):
                status = one.stat(follow_symlinks=False)
                yield max(status.st_mtime, status.st_atime), status.st_size, one.path


@cache
def _maker() -> bytes:
    """What a tree follows from beside the text: our parser and ruamel's. Empty: nobody knows, keep nothing."""
    try:
        sources = [Path(str(module.__file__)).read_bytes() for module in (parser, scalars, tree)]
        sources += [Path(__file__).read_bytes(), version("ruamel.yaml").encode()]
    except (OSError, PackageNotFoundError):
        return b""
    return hashlib.sha256(b"\0".join(sources)).digest()


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & NOT_OURS


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n"


def _read(entry: Path) -> list[Tree] | None:
    """The trees that are kept; None where there are none to be believed."""
    try:
        if not _is_ours(entry.parent.stat()):
            return None
        with os.fdopen(os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _is_ours(status)) or status.st_size > MAX_ENTRY + 100:
                return None
            head, body = file.readline(100), file.read(MAX_ENTRY + 100)
        return [_tree(one) for one in json.loads(body)] if head == _sum(body) else None
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _flat(one: Tree) -> list[Any]:
    """``[line, col, value]``; a mapping's values have the place of their key behind them."""
    value = one.value
    if isinstance(value, dict):
        value = {key: [*_flat(inner), *one.keys[key]] for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_flat(inner) for inner in value]
    return [one.line, one.col, value]


def _tree(flat: list[Any]) -> Tree:
    made = Tree(flat[2], flat[0], flat[1])
    if type(flat[2]) is dict:
        made.keys = {key: (inner[3], inner[4]) for key, inner in flat[2].items()}
        made.value = {key: _tree(inner) for key, inner in flat[2].items()}
    elif type(flat[2]) is list:
        made.value = [_tree(inner) for inner in flat[2]]
    return made
