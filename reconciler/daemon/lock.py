"""One daemon per state directory: the second one is told which process holds it."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path


class Held(Exception):
    """Another daemon works with this state directory; the text names its process."""


class Lock:
    """Held until the process ends, however it ends (flock(2))."""

    def __init__(self, path: Path) -> None:
        """Raises: Held; OSError for a state directory that cannot be written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise Held(f"another daemon (process {holder}) works with {path.parent}; stop it first") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    @staticmethod
    def holder(path: Path) -> str:
        """The process that holds the lock; empty: nobody does."""
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
        except OSError:
            pass
        return ""

    def release(self) -> None:
        with suppress(OSError):
            os.close(self._file)
