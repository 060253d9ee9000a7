"""Small JSON files that a crash leaves whole: the old one or the new one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from reconciler.core.failpoint import failpoint


def read(path: Path) -> dict[str, Any]:
    """What is kept; nothing where there is no such file, or it holds no JSON object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write(path: Path, document: dict[str, Any]) -> None:
    """Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    _sweep(path)
    try:
        draft.write_text(json.dumps(document, sort_keys=True), encoding="utf-8")
        failpoint("file drafted")
        draft.replace(path)
        failpoint("file replaced")
    finally:
        draft.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Away with drafts of processes that were killed over them."""
    for draft in path.parent.glob(f"{path.stem}.*.tmp"):
        process = draft.suffixes[-2].removeprefix(".")
        if process.isdecimal() and not Path("/proc", process).exists():
            draft.unlink(missing_ok=True)
