"""Put a new text into a file's place in one step: whoever reads it finds the old one or the new one, whole."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Owner, group and mode stay as far as this user may set them. A link stays one: what it leads to is replaced.

    Raises: OSError; the file is as it was then.
    """
    real = Path(os.path.realpath(path))
    status = real.stat()
    number, draft = tempfile.mkstemp(prefix=f".{real.name[:100]}.", suffix=".tmp", dir=real.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            _as_before(number, status)
            file.flush()
            os.fsync(number)
        Path(draft).replace(real)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _as_before(number: int, status: os.stat_result) -> None:
    with suppress(PermissionError):
        os.fchown(number, status.st_uid, status.st_gid)
    os.fchmod(number, stat.S_IMODE(status.st_mode))
