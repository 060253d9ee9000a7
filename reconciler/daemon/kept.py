"""What survives a restart, in one small file: suspensions, fights, what holds, the last good revision, a rollback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from reconciler.engine import keep
from reconciler.engine.disk import Files

SAVED = 0.1
"""Seconds after a change of what holds until it is on disk: what begins together is written once."""


class Kept:
    """``found``: everything that is kept, by name. ``troubled``: why it cannot be written; or, empty: it can."""

    def __init__(self, path: Path, troubled: Callable[[str], None]) -> None:
        self._path = path
        self._troubled = troubled
        self._parts: dict[str, Callable[[], object]] = {}
        self._is_due = False
        self._files = Files()
        self.found = keep.read(path)
        self.is_saved = True

    def add(self, name: str, document: Callable[[], object]) -> None:
        """Keep under ``name`` what this says at the time."""
        self._parts[name] = document

    def save_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(SAVED, self.save)

    def save(self) -> None:
        """A state directory that cannot be written costs only what would survive, and is tried again."""
        self._is_due = False
        self.found.update({name: document() for name, document in self._parts.items()})
        try:
            self._files.write(self._path, self.found)
        except OSError as error:
            self.is_saved = False
            words = f"suspensions would not survive a restart: {self._path} cannot be written: {error.strerror}"
            self._troubled(words)
        else:
            self.is_saved = True
            self._troubled("")
