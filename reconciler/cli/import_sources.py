"""The files that an import may read: those below one folder, whatever another file names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reconciler.desired import files

OUTSIDE = "copy it into the folder, or say --within with a folder that holds both"


class Folder:
    """``adopt.Sources`` on disk. ``top``: nothing outside of it is read, also by a link; names are relative to it."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def text(self, name: str) -> str:
        """Raises: files.Unfit."""
        place = self._place(name)
        if not (self.top / place).exists():
            raise files.Unfit("no such file", "give a path relative to the file that names it")
        return files.decode(files.read(self.top, str(place)))

    def exists(self, name: str) -> bool:
        try:
            return (self.top / self._place(name)).exists()
        except files.Unfit:
            return False

    def names(self, folder: str) -> Iterator[str]:
        place = self._place(folder)
        return (str(place / name) for name in files.names(self.top / place))

    def _place(self, name: str) -> PurePosixPath:
        """``a/../b`` -> ``b``. Raises: files.Unfit for what leads out."""
        parts: list[str] = []
        path = PurePosixPath(name)
        for part in path.parts:
            if part == ".." and parts:
                parts.pop()
            elif part != ".":
                parts.append(part)
        try:
            outside = path.is_absolute() or parts[:1] == [".."] or files.leaves(self.top, self.top.joinpath(*parts))
        except (OSError, ValueError):  # a NUL, a name longer than any file's
            outside = True
        if outside:
            raise files.Unfit("outside the folder", OUTSIDE)
        return PurePosixPath(*parts)
