"""A file for SQLite as we want it: ours alone, with a log, and no surprise where two processes make it at once."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from pathlib import Path

WAL_TRIES, WAL_PAUSE = 50, 0.02
"""How often, and after how many seconds, a file is made one with a log where another process does the same."""


class NoFile(Exception):
    """Something else has its name: a folder, a pipe. The text says so."""


def made(path: Path) -> bool:
    """Make an empty file; False: one is there, and may be written. Raises: OSError; NoFile.

    SQLite would open one that may only be read, and make its own files beside it with the same rights, for ever.
    """
    try:
        new = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NoFile(f"{path} is no file") from None
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
        return False
    try:
        if os.geteuid() == 0:  # a run of root's in a service's folder; SQLite gives its own files to the same owner
            folder = path.parent.stat()
            os.fchown(new, folder.st_uid, folder.st_gid)
    finally:
        os.close(new)
    return True


def become_wal(connection: sqlite3.Connection) -> None:
    """Another process that does so at the same moment is not waited for by SQLite itself. Raises: sqlite3.Error."""
    for left in range(WAL_TRIES, 0, -1):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if left == 1 or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(WAL_PAUSE)
        else:
            return
