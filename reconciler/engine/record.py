"""What had converged before: tells drift from pending, and notices a device that vanished from the documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reconciler.engine import keep
from reconciler.settings.places import state_directory

Write = Callable[[Path, dict[str, Any]], None]


def world_of(inventory: Path) -> str:
    """Twelve hexadecimal digits that tell the devices of one inventory from those of another."""
    return hashlib.sha256(str(inventory.resolve()).encode()).hexdigest()[:12]


class Names:
    """Devices that something holds of, remembered at once."""

    def __init__(self, names: Iterable[str], changed: Callable[[], None]) -> None:
        self._names = set(names)
        self._changed = changed

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def add(self, names: Iterable[str]) -> None:
        self._become(self._names | set(names))

    def discard(self, names: Iterable[str]) -> None:
        self._become(self._names - set(names))

    def _become(self, names: set[str]) -> None:
        if names != self._names:
            self._names = names
            self._changed()


class Record:
    """Device -> the documents (a digest) at which it last converged.

    Losing the file loses ``cause``, the notice of a vanished device, and what is still to be saved.
    ``unsaved``: devices that were written to and whose startup configuration may not know it yet. It is kept below
    ``folder``, by default this user's state directory, by ``write``, which raises OSError.
    """

    def __init__(self, inventory: Path, folder: Path | None = None, write: Write = keep.write) -> None:
        self._write, self._is_due = write, False
        self._path = (folder or state_directory()) / f"devices-{world_of(inventory)}.json"
        known = keep.read(self._path)
        self._converged = _texts(known.get("converged"))
        unsaved = known.get("unsaved")
        names = unsaved if isinstance(unsaved, list) else []
        self.unsaved = Names((name for name in names if isinstance(name, str)), self._keep)

    @property
    def devices(self) -> frozenset[str]:
        """Devices that converged at some time."""
        return frozenset(self._converged)

    def converged(self, device: str, documents: str) -> bool:
        """Whether ``device`` had converged at these very documents."""
        return self._converged.get(device) == documents

    def keep(self, converged: Mapping[str, str], forgotten: Iterable[str] = ()) -> None:
        """Remember what converged, and drop what nobody wants any more."""
        before = dict(self._converged)
        self._converged.update(converged)
        for device in forgotten:
            self._converged.pop(device, None)
        if self._is_due or self._converged != before:
            self._keep()

    def _keep(self) -> None:
        """A state directory that cannot be written costs only the memory, and is tried again."""
        self._is_due = True
        with suppress(OSError):
            self._write(self._path, {"converged": dict(self._converged), "unsaved": list(self.unsaved)})
            self._is_due = False


def _texts(found: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
