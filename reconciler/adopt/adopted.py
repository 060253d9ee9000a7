"""What an import makes: documents, an inventory, and a remark on everything that could not be brought over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from reconciler.core.words import printable
from reconciler.desired.style import Draft


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """Something that is not in the documents, or is there otherwise: ``what``, and ``why``. ``line`` counts from 1."""

    file: str
    line: int
    what: str
    why: str

    def __str__(self) -> str:
        return printable(f"{self.file}:{self.line}: {self.what}: {self.why}")


Made = tuple[Draft | None, list[Remark]]
"""A document, if one could be made, and all that is said of it."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """``documents``: desired state; ``inventory``: Inventory documents; ``remarks``: sorted, each once."""

    documents: tuple[Draft, ...] = ()
    inventory: tuple[Draft, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Refused(Exception):
    """Nothing can be made of this file; the remark says where, and what would be right."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(str(remark))
        self.remark = remark


class NotRead(Exception):
    """A file that cannot be read. ``what`` is wrong with it, ``right`` would be accepted."""

    def __init__(self, what: str, right: str, line: int = 1) -> None:
        super().__init__(what)
        self.what, self.right, self.line = what, right, line


LONGEST = 1_000_000
"""Characters of one file; reading YAML takes seconds for each million."""


def readable(sources: Sources, name: str) -> str:
    """The text of a file that may come from anybody. Raises: NotRead."""
    text = sources.text(name)
    if len(text) > LONGEST:
        raise NotRead(f"the file has {len(text):,} characters", f"split it, at most {LONGEST:,}")
    return text


class Sources(Protocol):
    """The files that an import may read: those below one folder. Names are relative to it, with ``/``."""

    def text(self, name: str) -> str:
        """Raises: NotRead for what is not there, leaves the folder, is too large, or no UTF-8."""

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""

    def names(self, folder: str) -> Iterable[str]:
        """The YAML files below ``folder``, sorted; nothing hidden, no linked folders."""

    def is_folder(self, name: str) -> bool:
        """Whether there is such a folder."""

    def is_program(self, name: str) -> bool:
        """Whether somebody may run it: then it is none to be read."""


def beside(file: str, name: str) -> str:
    """The name of a file that ``file`` names, relative to its own folder."""
    return str(PurePosixPath(file).parent / name)


def sorted_remarks(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(set(remarks)))
