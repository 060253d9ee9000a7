"""One thing that is wrong with a document, where it stands, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Prints as ``file:line:col: what is wrong: what would be right``; sorts in reading order.

    ``file`` is relative to the parent of the given folder, ``line`` and ``col`` count from 1. An ``error`` cannot work
    or cannot be meant, a ``warning`` is legal but suspect.
    """

    file: str
    line: int
    col: int
    what: str
    right: str
    severity: Severity = "error"

    def __str__(self) -> str:
        mark = "warning: " if self.severity == "warning" else ""
        return printable(f"{self.file}:{self.line}:{self.col}: {mark}{self.what}: {self.right}")


def printable(text: str) -> str:
    """``text`` on one line, safe for a terminal and for UTF-8: what cannot be printed is written as an escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
