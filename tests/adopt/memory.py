"""A folder in memory, for imports that are tried a thousand times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from reconciler.adopt.adopted import NotRead
from reconciler.desired.files import SUFFIXES


class Memory:
    """``adopt.Sources``: texts by their names."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def text(self, name: str) -> str:
        try:
            return self.files[str(PurePosixPath(name))]
        except KeyError:
            raise NotRead("no such file", "another one") from None

    def exists(self, name: str) -> bool:
        return str(PurePosixPath(name)) in self.files or self.is_folder(name)

    def is_folder(self, name: str) -> bool:
        return any(PurePosixPath(name) in PurePosixPath(file).parents for file in self.files)

    def is_program(self, name: str) -> bool:
        return False

    def names(self, folder: str) -> Iterator[str]:
        inside = (name for name in self.files if PurePosixPath(folder) in PurePosixPath(name).parents)
        return iter(sorted(name for name in inside if name.endswith(SUFFIXES)))


def folder(top: Path) -> dict[str, str]:
    """The files below ``top``, by their names in it."""
    paths = [path for path in sorted(top.rglob("*")) if path.is_file() and path.suffix != ".golden"]
    return {str(path.relative_to(top)): path.read_text() for path in paths}
