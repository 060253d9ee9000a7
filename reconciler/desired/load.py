"""Read a folder of YAML documents: everything that is wrong is found at once, nothing raises, no device is asked."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.repository import Document, Ignored, Repository

__all__ = ["Document", "Ignored", "Repository", "load"]


def load(folder: Path) -> Repository:
    """Every document below ``folder``; what is wrong with them is in ``problems``, errors and warnings alike."""
    return Repository(folder)
