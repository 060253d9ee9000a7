"""The page of all problems (docs/problems.md): what each code means, an example of it, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import reconciler

HEADING = "## "


@cache
def place() -> Path:
    """The page beside the code of a wheel, or in ``docs/`` of a checkout."""
    package = Path(reconciler.__file__).parent
    beside = package / "problems.md"
    return beside if beside.exists() else package.parent / "docs" / "problems.md"


@cache
def sections() -> Mapping[str, str]:
    """Code -> its section as Markdown, heading and all; in the page's order. Raises: OSError."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    fenced = False
    for line in place().read_text(encoding="utf-8").splitlines():
        fenced ^= line.startswith("```")
        if line.startswith(HEADING) and not fenced:
            lines = found.setdefault(line.removeprefix(HEADING).strip("` "), [])
        elif line.startswith("# ") and not fenced:
            lines = []
        lines.append(line)
    return MappingProxyType({code: "\n".join(text).strip() + "\n" for code, text in found.items()})
