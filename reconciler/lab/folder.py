"""A lab's folder: made, locked while the lab is brought up or down, and removed without a trace."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import limits
from .errors import LabError
from .state import INDEX

OURS = (
    "desired",
    "id_ed25519",
    "inventory",
    "known_hosts",
    "kubeconfig",
    "lab.json",
    "lab.json.new",
    "nodes",
    "ssh_config",
    "state",
)
"""Every entry that a lab makes in its folder."""
PATIENCE = 20.0
"""Seconds that `lab down` waits for a `lab up` that is still at work."""


def claim(name: str, chosen: Path | None) -> tuple[Path, bool]:
    """The folder for the lab ``name``, entered in the index, and whether it was made for it.

    The index comes first: a `lab up` that is killed right here leaves nothing that `lab down` would not find.
    """
    INDEX.mkdir(mode=0o755, exist_ok=True)
    entry = INDEX / name
    if entry.is_symlink() or entry.exists():
        raise LabError(f"Lab {name} is already up (or half up): `reconcile lab down --name {name}` ends it.")
    if chosen is None:
        entry.mkdir(mode=0o755)
        return entry, True
    folder = chosen.absolute()
    present = [other for other in OURS if (folder / other).exists()]
    if present:
        raise LabError(f"{folder} already has {', '.join(present)}: choose another --dir.")
    entry.symlink_to(folder)
    made = not folder.exists()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder, made


@contextmanager
def locked(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the folder alone. A killed holder lets go, and so do its children, once they run programs of their own."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + patience
        while not _lock(handle):
            if time.monotonic() > deadline:
                raise LabError(f"Another `lab up` or `lab down` is at work on {folder}; try again when it has ended.")
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove(name: str, made: bool) -> None:
    """Remove what the lab made in its folder, the folder if it was made for the lab, and the entry in the index."""
    entry = INDEX / name
    folder = entry.resolve()
    for other in OURS:
        path = folder / other
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if made:
        with suppress(FileNotFoundError, OSError):  # the user has put something there: it stays
            folder.rmdir()
    if entry.is_symlink():
        entry.unlink()
    limits.restore()
    with suppress(OSError):  # other labs are up
        INDEX.rmdir()
