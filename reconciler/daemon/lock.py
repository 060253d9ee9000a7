"""One daemon per state directory, and one per inventory on a host: the second is told which process is there."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from reconciler.engine.record import world_of

FOLDERS = (Path("/run/lock"), Path("/run/reconciler"))
"""Where daemons of different users look for one another; before the temporary directory, which a service has alone."""
SAFELY = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""Anybody may have put something else in such a folder."""


class Held(Exception):
    """Another daemon works with this state directory or inventory; the text names its process."""


class Lock:
    """Held until the process ends, however it ends (flock(2))."""

    def __init__(self, path: Path, what: str = "") -> None:
        """``what`` the holder does; for a state directory, working with it. Raises: Held; OSError."""
        if not what:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = _locked(path, what or f"works with {path.parent}")
        with suppress(OSError):  # somebody else's, who has died
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    @staticmethod
    def holder(path: Path) -> str:
        """The process that holds the lock; empty: nobody does."""
        try:
            file = os.open(path, os.O_RDONLY | SAFELY)
        except OSError:
            return ""
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _named(file)
        except OSError:
            pass
        finally:
            os.close(file)
        return ""

    def release(self, *, remove: bool = False) -> None:
        """``remove``: also the file, which lies in a folder that is everybody's."""
        with suppress(OSError):
            if remove and _is_at(self._file, self._path):
                self._path.unlink()
        with suppress(OSError):
            os.close(self._file)


def locked(stack: AsyncExitStack, state: Path, inventory: Path) -> list[str]:
    """Nobody else writes at the same time, for as long as ``stack`` lasts. Warnings.

    Raises: Held; OSError for the state directory.
    """
    stack.callback(Lock(state / "daemon.lock").release)
    try:
        stack.callback(lock_world(inventory).release, remove=True)
    except OSError as error:
        return [f"a second daemon with another state directory would not be noticed: no lock can be made: {error}"]
    return []


def lock_world(inventory: Path) -> Lock:
    """One daemon on this host for the devices of an inventory, wherever its state is. Raises: Held; OSError."""
    taken, why, what = None, OSError("there is no place for it"), f"keeps the devices of {inventory}"
    for path in _places(inventory):
        if taken is not None:
            if holder := Lock.holder(path):
                taken.release(remove=True)
                raise Held(_words(holder, what))
            continue
        try:
            taken = Lock(path, what)
        except OSError as error:
            why = error
    if taken is None:
        raise why
    return taken


def keeper_of(inventory: Path) -> str:
    """The process of the daemon on this host that keeps the devices of an inventory; empty: none does."""
    return next(filter(None, map(Lock.holder, _places(inventory))), "")


def _places(inventory: Path) -> Iterator[Path]:
    for folder in (*FOLDERS, Path(tempfile.gettempdir())):
        yield folder / f"reconciler-{world_of(inventory)}.lock"


def _locked(path: Path, what: str) -> int:
    """Raises: Held; OSError."""
    while True:
        file = _opened(path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _named(file)
            os.close(file)
            raise Held(_words(holder, what)) from None
        if _is_at(file, path):
            return file
        os.close(file)  # whoever held it has just removed it


def _opened(path: Path) -> int:
    """In a sticky folder nobody may open another's file with O_CREAT (proc_sys_fs(5), ``protected_regular``).

    Raises: OSError.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | SAFELY, 0o644)
        os.fchmod(file, 0o644)  # others see who it is
    except OSError:
        try:
            file = os.open(path, os.O_RDWR | SAFELY)
        except OSError:
            file = os.open(path, os.O_RDONLY | SAFELY)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(f"{path} is no file")
    return file


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def _named(file: int) -> str:
    """Anybody may have written there."""
    said = os.pread(file, 32, 0).decode(errors="replace").strip()
    return said if said.isascii() and said.isdigit() else "unknown"


def _words(holder: str, what: str) -> str:
    return f"another daemon (process {holder}) {what}; stop it first"
