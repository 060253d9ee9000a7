"""Why a file of SQLite cannot be written, in words for whoever has to free the disk or give the rights."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

SCARCE = 64 * 1024
"""Bytes. With less than that a disk counts as full: SQLite writes whole pages, and tells of some in other words."""
WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written: the file system is read-only, or the rights are missing",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: the rights are missing, or the file system is read-only",
    sqlite3.SQLITE_PERM: "the rights are missing",
    sqlite3.SQLITE_AUTH: "the rights are missing",
    sqlite3.SQLITE_BUSY: "another process has it locked",
    sqlite3.SQLITE_LOCKED: "another process has it locked",
    sqlite3.SQLITE_IOERR: "the disk does not work: input/output error",
    sqlite3.SQLITE_TOOBIG: "an entry is too large",
}
"""By SQLite's primary result code (https://www.sqlite.org/rescode.html)."""
OF_THE_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_spoilt(error: sqlite3.Error) -> bool:
    """Whether the file, not the disk nor the rights, is what is wrong."""
    return code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def words(error: sqlite3.Error | OSError, path: Path) -> str:
    """``/var/lib/reconciler/journal-….db: the disk is full``."""
    if isinstance(error, OSError):
        return f"{error.filename or path}: {error.strerror or error}"
    code = code_of(error)
    if code == sqlite3.SQLITE_IOERR and (why := _unopened(path)):
        return f"{path}: {why}"
    full = code in OF_THE_DISK and _is_full(path.parent)
    return f"{path}: {WORDS[sqlite3.SQLITE_FULL] if full else WORDS.get(code, str(error))}"


def _unopened(path: Path) -> str:
    """What the system says of a disk that it has made read-only under open files, of which SQLite only has EIO."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK))
    except OSError as error:
        return error.strerror or ""
    return ""


def _is_full(folder: Path) -> bool:
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < SCARCE
