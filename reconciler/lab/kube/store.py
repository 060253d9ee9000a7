"""Where the objects live: in memory, and in one file that is replaced whole before a change is answered.

A change is on the disk (written aside, fsync, rename) before the caller hears of it, so `kill -9` loses nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from .status import JSON
from .watch import Event, History

Objects = Mapping[str, Mapping[str, JSON]]
"""Stored objects by plural and name, without ``apiVersion`` and ``kind``: those depend on who asks."""


def write_state(path: Path, version: int, objects: Objects) -> None:
    """Replace the state file in one step: readers see the old state or the new one, never half of one."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        # dumps, not dump: only the former uses the encoder written in C, five times as fast
        file.write(json.dumps({"resourceVersion": version, "objects": objects}, separators=(",", ":")))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else the rename itself may be lost with the power
    finally:
        os.close(folder)


class Store:
    """All objects and the version counter they share, as etcd's revision is shared.

    Objects handed out are the stored ones: callers copy before they change them.
    """

    def __init__(self, path: Path) -> None:
        """Load ``path``; a file that does not exist yet is an empty cluster. OSError, ValueError: it is unreadable."""
        empty: JSON = {"resourceVersion": 1, "objects": {}}
        state: JSON = json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty
        self._path = path
        self._objects: dict[str, dict[str, JSON]] = state["objects"]
        self.version: int = state["resourceVersion"]
        self.history = History(self.version)

    def get(self, plural: str, name: str) -> JSON | None:
        """The object, or None."""
        return self._objects.get(plural, {}).get(name)

    def list(self, plural: str) -> Iterable[JSON]:
        """All objects of a kind, by name."""
        return [obj for _, obj in sorted(self._objects.get(plural, {}).items())]

    def put(self, plural: str, obj: JSON) -> JSON:
        """Create or replace; returns what is stored, under a new resourceVersion. OSError: nothing has changed."""
        name, before = obj["metadata"]["name"], self.get(plural, obj["metadata"]["name"])
        stored = self._versioned(obj)
        self._commit(plural, {**self._objects.get(plural, {}), name: stored})
        self.history.append(Event(self.version, plural, before, stored))
        return stored

    def remove(self, plural: str, name: str) -> None:
        """Delete an object that exists. OSError: nothing has changed."""
        rest = dict(self._objects[plural])
        last = self._versioned(rest.pop(name))
        self._commit(plural, rest)
        self.history.append(Event(self.version, plural, last, None))

    def _versioned(self, obj: JSON) -> JSON:
        return {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version + 1)}}

    def _commit(self, plural: str, objects: dict[str, JSON]) -> None:
        changed = {**self._objects, plural: objects}
        write_state(self._path, self.version + 1, changed)
        self._objects = changed
        self.version += 1
