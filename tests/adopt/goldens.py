"""Golden texts beside the tests of imports: what a file says, and what it is to say from now on with GOLDEN."""

from __future__ import annotations

import os
from pathlib import Path


def golden(path: Path, text: str) -> str:
    """What the file at ``path`` has to say."""
    if os.environ.get("GOLDEN"):
        path.write_text(text)
    return path.read_text()
