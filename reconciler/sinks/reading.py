"""Looks into a file of SQLite that nobody may be writing any more, and leaves the folder as it was."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PATIENCE = 5.0
"""Seconds to wait for another process that has the file locked."""


def beside(path: Path) -> tuple[Path, Path]:
    """SQLite's own files beside a database in WAL mode: what is not in it yet, and an index of that."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def connect(path: Path, **options: str) -> sqlite3.Connection:
    """Transactions are begun and ended by hand. ``options``: of the URI. Raises: sqlite3.Error."""
    asked = "&".join(f"{name}={value}" for name, value in options.items())
    uri = f"{path.absolute().as_uri()}?{asked}"
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that creates nothing beside ``path`` and writes nothing to it. Raises: sqlite3.Error, OSError.

    SQLite would make the missing ones of its own files, and needs the index to see what a dead process has left in the
    other (https://www.sqlite.org/wal.html, "Read-Only Databases"): where there is no index, a copy is looked at.
    """
    path = Path(os.path.realpath(path, strict=True))
    if not path.is_file():  # SQLite would wait for somebody at the other end of a pipe
        raise OSError(errno.EINVAL, "it is no file", str(path))
    log, index = beside(path)
    with ExitStack() as stack:
        if log.exists() and not index.exists():
            path = _copied(path, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reconciler-"))))
            connection = connect(path, mode="rw")
        elif log.exists():
            connection = connect(path, mode="ro", readonly_shm="1")
        else:
            connection = connect(path, mode="ro", immutable="1")
        stack.callback(connection.close)
        yield connection


def _copied(path: Path, folder: Path) -> Path:
    """Raises: OSError."""
    for one in (path, beside(path)[0]):
        shutil.copyfile(one, folder / one.name)
    return folder / path.name
