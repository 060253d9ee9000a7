"""The files of a folder that may hold documents, read with care: the folder may come from anybody."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reconciler.core.words import printable
from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 16 * 1024 * 1024


class Unfit(Exception):
    """A file that cannot be read as text: what is wrong with it is in ``fault``."""

    def __init__(self, code: Code, what: str, right: str, line: int = 1, col: int = 1) -> None:
        super().__init__(what)
        self.fault = Fault(line, col, code, what, right)


def names(folder: Path) -> Iterator[str]:
    """Paths of the YAML files, relative to ``folder``, sorted; a component that begins with a dot hides what is below.

    Linked folders are not entered: what they hold is read where it really is, or does not belong to the repository.
    A folder that cannot be listed is among the paths, and refused by ``read``: what is unread is not empty.
    """
    found: list[str] = []
    unlisted: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=unlisted.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if Path(here, name).is_symlink() and leaves(folder, Path(here, name))]
        wanted = [name for name in files if name.endswith(SUFFIXES) and not name.startswith(".")]
        found += [os.path.relpath(Path(here, name), folder) for name in wanted + linked]
    yield from sorted(found + [os.path.relpath(error.filename, folder) for error in unlisted])


def leaves(folder: Path, path: Path) -> bool:
    """Whether ``path`` really lies outside of ``folder``."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def shown(name: str) -> str:
    """A file's name as it can be printed, whatever its bytes are."""
    return printable(os.fsencode(name).decode(errors="backslashreplace"))


def read(folder: Path, name: str) -> bytes:
    """The bytes of one file. Raises: Unfit for a link that leaves the folder, a pipe, a giant, no permission."""
    path = folder / name
    if path.is_symlink() and leaves(folder, path):
        raise Unfit(
            Code.LINK_LEAVES_FOLDER, "a symbolic link to outside the folder", "replace it with a copy of the file"
        )
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unfit(Code.UNREADABLE_FILE, "not a regular file", "replace it with a text file, or remove it")
            data = file.read(MAX_BYTES + 1) if status.st_size <= MAX_BYTES else b""
    except OSError as error:
        raise Unfit(
            Code.UNREADABLE_FILE, f"cannot be read ({error.strerror})", "make it a file that this user may read"
        ) from None
    if status.st_size > MAX_BYTES or len(data) > MAX_BYTES:
        raise Unfit(
            Code.FILE_TOO_LARGE, f"the file has {status.st_size:,} bytes", f"split it, at most {MAX_BYTES:,} each"
        )
    return data


def bodies(place: Path) -> dict[str, bytes]:
    """The files of a folder, or one file, by their path, which begins with the folder's name.

    What cannot be read is left out, and refused by who loads it.
    """
    top, found = (place, list(names(place))) if place.is_dir() else (place.parent, [place.name])
    head = top.name or "desired"
    read_ones: dict[str, bytes] = {}
    for name in found:
        with suppress(Unfit):
            read_ones[f"{head}/{name}"] = read(top, name)
    return read_ones


def decode(data: bytes) -> str:
    """UTF-8, a byte order mark aside. Raises: Unfit, at the first byte that is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(errors="replace")
        line, col = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Unfit(
            Code.NOT_UTF8, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8", line, col
        ) from None
