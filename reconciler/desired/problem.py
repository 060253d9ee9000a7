"""One thing that is wrong with a document, where it stands, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.core.words import printable
from reconciler.desired.codes import Code

Severity = Literal["error", "warning"]
LONGEST = 600
"""Characters of either text: a value of a megabyte is not repeated."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Prints as ``file:line:col: code: what is wrong: what would be right``; sorts in reading order.

    ``code`` names the rule, docs/problems.md explains it. ``file`` is relative to the parent of the given folder,
    ``line`` and ``col`` count from 1. An ``error`` cannot work or cannot be meant, a ``warning`` is legal but suspect.
    """

    file: str
    line: int
    col: int
    code: Code
    what: str
    right: str
    severity: Severity = "error"

    def __post_init__(self) -> None:
        for field in ("what", "right"):
            text = getattr(self, field)
            if len(text) > LONGEST:
                object.__setattr__(self, field, f"{text[:LONGEST]}…")

    def __str__(self) -> str:
        mark = "warning: " if self.severity == "warning" else ""
        return printable(f"{self.file}:{self.line}:{self.col}: {mark}{self.code}: {self.what}: {self.right}")
