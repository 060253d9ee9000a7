"""From settings, or from what stands behind ``--desired``, to a source."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from reconciler.settings.git_url import is_address
from reconciler.settings.source import SourceSettings
from reconciler.source.checkout import Source
from reconciler.source.folder import FolderSource
from reconciler.source.git import GitSource


class Misspelled(ValueError):
    """What was given is no source; the text says why and what would be right, and repeats no password."""


def open_source(settings: SourceSettings, state: Path) -> Source:
    """The source that ``settings`` describe; what it keeps is below the folder ``state``. Nothing is done yet."""
    if settings.path is not None:
        return FolderSource(settings.path)
    return GitSource(settings, state)


def parse(text: str) -> SourceSettings:
    """``FOLDER``, ``REPOSITORY``, ``REPOSITORY#BRANCH`` or ``REPOSITORY#BRANCH:FOLDER``. Raises: Misspelled.

    A repository is an address, or the path of a bare one; a checkout's path is a folder, unless a branch is named.
    """
    place, branch, folder = _parted(text)
    if is_address(place) or branch or folder or is_bare(Path(place)):
        return _settings({"url": place, "branch": branch, "folder": folder})
    return _settings({"path": place})


def is_bare(path: Path) -> bool:
    """Whether ``path`` is a git repository without a working tree (gitrepository-layout(5))."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _parted(text: str) -> tuple[str, str, str]:
    place, mark, rest = text.rpartition("#")
    if not mark or Path(text).exists():
        return text, "", ""
    branch, _, folder = rest.partition(":")
    return place, branch, folder


def _settings(given: dict[str, str]) -> SourceSettings:
    try:
        return SourceSettings.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Misspelled(str(first["msg"])) from None
