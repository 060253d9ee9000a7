"""Debian's own binaries, unpacked by `contrib/debian-binaries` beside Python: nothing of them is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(sys.prefix) / "debian/usr/bin"


def binary(name: str) -> Path:
    """Skips the test where there is none."""
    if not (FOLDER / name).exists():
        pytest.skip(f"{name} is not there: contrib/debian-binaries unpacks it")
    return FOLDER / name
