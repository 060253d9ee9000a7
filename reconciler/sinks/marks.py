"""Whether the files of a database are still those that were opened: somebody may move, remove or cut them meanwhile."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from reconciler.sinks.reading import beside


class Marks(NamedTuple):
    """What tells the files that we have open from others under their names. ``size``: of the database, in bytes."""

    files: tuple[tuple[int, int] | None, ...]
    size: int


def marks_of(path: Path) -> Marks:
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
