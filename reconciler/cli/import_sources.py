"""The files that an import may read: those below one folder, whatever another file names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reconciler.adopt.adopted import NotRead
from reconciler.desired import files

OUTSIDE = "copy it into the folder, or say --within with a folder that holds both"


class Folder:
    """``adopt.Sources`` on disk. ``top``: nothing outside of it is read, also by a link; names are relative to it."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def text(self, name: str) -> str:
        """Raises: NotRead."""
        place = self._place(name)
        if not (self.top / place).exists():
            raise NotRead("no such file", "name one that is there, relative to the file that names it")
        try:
            return files.decode(files.read(self.top, str(place)))
        except files.Unfit as error:
            raise NotRead(error.fault.what, error.fault.right, error.fault.line) from None

    def exists(self, name: str) -> bool:
        return self._status(name) is not None

    def is_folder(self, name: str) -> bool:
        status = self._status(name)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def is_program(self, name: str) -> bool:
        status = self._status(name)
        return status is not None and stat.S_ISREG(status.st_mode) and bool(status.st_mode & 0o111)

    def names(self, folder: str) -> Iterator[str]:
        """Raises: NotRead."""
        place = self._place(folder)
        return (str(place / name) for name in files.names(self.top / place))

    def _status(self, name: str) -> os.stat_result | None:
        try:
            return (self.top / self._place(name)).stat()
        except (NotRead, OSError):
            return None

    def _place(self, name: str) -> PurePosixPath:
        """``a/../b`` -> ``b``. Raises: NotRead for what leads out."""
        parts: list[str] = []
        path = PurePosixPath(name)
        for part in path.parts:
            if part == ".." and parts and parts[-1] != "..":
                parts.pop()
            elif part != ".":
                parts.append(part)
        try:
            outside = path.is_absolute() or parts[:1] == [".."] or files.leaves(self.top, self.top.joinpath(*parts))
        except (OSError, ValueError):  # a NUL, a name longer than any file's
            outside = True
        if outside:
            raise NotRead("outside the folder", OUTSIDE)
        return PurePosixPath(*parts)
