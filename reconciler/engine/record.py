"""What had converged before: tells drift from pending, and notices a device that vanished from the documents."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


def state_directory() -> Path:
    """``RECONCILE_STATE``, systemd's ``STATE_DIRECTORY``, or where this user keeps state."""
    if given := os.environ.get("RECONCILE_STATE") or os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        return Path("/var/lib/reconciler")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "reconciler"


class Record:
    """Device -> the documents (a digest) at which it last converged. Losing the file loses only ``cause``."""

    def __init__(self, inventory: Path) -> None:
        world = hashlib.sha256(str(inventory.resolve()).encode()).hexdigest()[:12]
        self._path = state_directory() / f"converged-{world}.json"
        self._converged = self._load()

    def _load(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    @property
    def devices(self) -> frozenset[str]:
        """Devices that converged at some time."""
        return frozenset(self._converged)

    def converged(self, device: str, documents: str) -> bool:
        """Whether ``device`` had converged at these very documents."""
        return self._converged.get(device) == documents

    def keep(self, converged: Mapping[str, str], forgotten: Iterable[str] = ()) -> None:
        """Remember; a state directory that cannot be written costs only the memory."""
        before = dict(self._converged)
        self._converged.update(converged)
        for device in forgotten:
            self._converged.pop(device, None)
        if self._converged != before:
            with suppress(OSError):
                self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(self._converged, sort_keys=True), encoding="utf-8")
        draft.replace(self._path)
