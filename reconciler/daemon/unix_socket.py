"""The place of the control socket: taken from a dead daemon, and from nobody and nothing else."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path


def listening(path: Path) -> socket.socket:
    """Only this user and its group may connect. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_room(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(64)
    return made


def _make_room(path: Path) -> None:
    """Remove the socket of a dead daemon, and nothing else. Raises: OSError."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(errno.EEXIST, "there is something else than a socket", str(path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.settimeout(1.0)
            other.connect(str(path))
    except FileNotFoundError:
        return
    except ConnectionRefusedError:
        path.unlink()
        return
    except TimeoutError:
        pass
    raise OSError(errno.EADDRINUSE, "another daemon listens there", str(path))
