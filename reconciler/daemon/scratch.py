"""Documents that came from elsewhere, as a folder: written there, and there alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from reconciler.core.words import printable
from reconciler.daemon.deployment import Bad

FILES = 20_000
BYTES = 64 * 1024 * 1024
DEPTH = 64
"""Folders within folders."""


def written(folder: Path, documents: Mapping[str, bytes]) -> Path:
    """``folder``, made anew, with ``documents`` by their path in it. Raises: Bad."""
    if len(documents) > FILES or sum(map(len, documents.values())) > BYTES:
        raise Bad((), f"at most {FILES:,} documents with {BYTES:,} bytes are taken")
    try:
        folder.mkdir(mode=0o700)
        for path, data in documents.items():
            place = folder / inside(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise Bad((), f"the documents cannot be written: {error.strerror}") from None
    return folder


def inside(name: str) -> PurePosixPath:
    """Raises: Bad for a path that leads out of where it begins."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not 0 < len(path.parts) <= DEPTH or "\0" in name:
        raise Bad((), f"{printable(name)[:80]!r} is no path of a document")
    return path
