"""Notices that somebody has changed the inventory, without reading it."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired import files


def fingerprint(path: Path) -> object:
    """What changes when one of the files below ``path`` (or that file) does, without reading them."""
    names = [path] if path.is_file() else [path / name for name in files.names(path)]
    found = []
    for name in names:
        try:
            status = name.stat()
        except OSError:
            continue
        found.append((str(name), status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)
