"""Read the daemon's settings from their file: all that is wrong is found at once, and no secret is read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document
from reconciler.desired.single import Kind, read_document
from reconciler.settings.model import Settings

KIND = Kind(
    Settings.__name__,
    "a Settings",
    "write one (docs/SETTINGS.md shows how), or give --desired and --inventory instead of --config",
)


class Loaded(NamedTuple):
    """``settings`` is None if there are ``problems``. ``document`` knows the line of every value."""

    settings: Settings | None
    problems: tuple[Problem, ...]
    document: Document[Settings] | None = None


def load_settings(path: Path) -> Loaded:
    """The settings in the file at ``path``, or everything that is wrong with it, sorted; nothing raises."""
    document, problems = read_document(path, KIND, Settings)
    return Loaded(document.spec if document else None, problems, document)
