"""Tells the files of a database from others that somebody puts in their place, and names those that are set aside."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

from reconciler.sinks.reading import beside


class Marks(NamedTuple):
    """What tells the files that we have open from others under their names. ``size``: of the database, in bytes."""

    files: tuple[tuple[int, int] | None, ...]
    size: int


def marks(path: Path) -> Marks:
    found: list[os.stat_result | None] = []
    for one in (path, *beside(path)):
        try:
            found.append(one.stat())
        except FileNotFoundError:
            found.append(None)
    return Marks(tuple((one.st_dev, one.st_ino) if one else None for one in found), found[0].st_size if found[0] else 0)


def same(before: Marks, now: Marks) -> bool:
    """A database grows, and shrinks only where it was cut short, or by another process that has tidied it up."""
    return before.files == now.files and now.size >= before.size


def free_name(path: Path) -> Path:
    """``journal.db.2026-11-21T03-04-05``, and a number where that is taken."""
    base = f"{path.name}.{time.strftime('%Y-%m-%dT%H-%M-%S')}"
    names = (path.with_name(base if not number else f"{base}-{number}") for number in range(1000))
    return next((name for name in names if not os.path.lexists(name)), path.with_name(f"{base}-{time.time_ns()}"))
