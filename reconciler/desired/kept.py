"""What was worked out once and may be looked up: small files in a cache folder of this user, or nothing at all.

Whatever is wrong with an entry or its folder, it is a miss: whoever asks works it out anew. Entries are JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import reconciler

MAX_ENTRY = 16 * 1024 * 1024
"""Bytes of one entry; what would take more is not kept."""
MAX_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 20_000
NOT_OURS = stat.S_IWGRP | stat.S_IWOTH
BUILT_ON = ("pydantic", "ruamel.yaml")
SUM_BYTES = 65


def usual_place() -> Path:
    """``$XDG_CACHE_HOME/reconciler``; a relative one counts for nothing (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given.startswith("/") else Path(os.path.expanduser("~/.cache"))  # noqa: PTH111 (never raises)
    return base / "reconciler"


@cache
def maker() -> bytes:
    """What every result follows from beside its input: our own code, and what it is built on. Empty: nobody knows."""
    try:
        built_on = [version(name) for name in BUILT_ON]
        code = sorted(_sources(Path(str(reconciler.__file__)).parent))
    except (OSError, PackageNotFoundError):
        return b""
    return hashlib.sha256(repr((built_on, code)).encode()).digest()


def _sources(folder: Path) -> Iterator[tuple[str, int, int]]:
    for here, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                status = os.stat(f"{here}/{name}")  # noqa: PTH116 (hundreds of them, at each start)
                yield f"{here}/{name}", status.st_size, status.st_mtime_ns


@dataclass
class Kept:
    """Results by the digest of their input, in ``folder``. ``close`` makes room when something was added.

    An entry counts only if it and its folder belong to this user, and nobody else may write to them. Nothing raises.
    """

    folder: Path
    _added: bool = field(default=False, init=False)

    def find(self, what: str, data: bytes) -> list[Any] | None:
        """What is kept of ``data`` under the name ``what``; None: nothing."""
        body = _read(self._entry(what, data)) if maker() else None
        try:
            found = None if body is None else json.loads(body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, list) else None

    def add(self, what: str, data: bytes, result: list[Any]) -> None:
        """Keep ``result``, which JSON can say, unless it is too large or the folder is not to be written to."""
        body = json.dumps(result, separators=(",", ":")).encode()
        if not maker() or len(body) > MAX_ENTRY:
            return
        with suppress(OSError):
            self._write(self._entry(what, data), body)

    def _entry(self, what: str, data: bytes) -> Path:
        return self.folder / hashlib.sha256(b"\0".join((maker(), what.encode(), data))).hexdigest()

    def _write(self, entry: Path, body: bytes) -> None:
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
        """Away with what was used longest ago, where there is too much; drafts of killed processes grow old, too."""
        if not self._added:
            return
        with suppress(OSError):
            room = MAX_BYTES
            for place, (_, size, path) in enumerate(sorted(_entries(self.folder), reverse=True)):
                room -= size
                if room < 0 or place >= MAX_ENTRIES:
                    Path(path).unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[tuple[float, int, str]]:
    """When each was last written or read, how large it is, and where."""
    with os.scandir(folder) as found:
        for one in found:
            with suppress(FileNotFoundError):
                status = one.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    yield max(status.st_mtime, status.st_atime), status.st_size, one.path


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & NOT_OURS


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n"


def _read(entry: Path) -> bytes | None:
    """The body of an entry that is to be believed."""
    try:
        if not _is_ours(entry.parent.stat()):
            return None
        with os.fdopen(os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _is_ours(status)) or status.st_size > MAX_ENTRY + SUM_BYTES:
                return None
            head, body = file.read(SUM_BYTES), file.read(MAX_ENTRY + 1)
    except OSError:
        return None
    return body if head == _sum(body) else None
