"""Golden texts beside the tests of the command line."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def golden(name: str, text: str) -> str:
    """What the file has to say; with ``GOLDEN`` in the environment it says ``text`` from now on."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return path.read_text()
