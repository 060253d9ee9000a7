"""Which release of ours runs."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """Of the package that is installed; it reads a file, once."""
    try:
        return version("reconciler")
    except PackageNotFoundError:  # run from a folder
        return "unknown"
