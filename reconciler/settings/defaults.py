"""The settings of a daemon that was started without a file of them: `--desired` and `--inventory` are enough."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.settings.model import Settings

REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:")
"""``https://…``, ``ssh://…``, and the short form of the latter, ``git@host:path`` (git-clone(1), GIT URLS)."""


def settings_for(desired: str, inventory: Path) -> Settings:
    """All defaults. ``desired``: a folder, or the URL of a git repository; paths are relative to the current folder.

    Raises: pydantic.ValidationError for a URL that SourceSettings refuses.
    """
    source = {"url": desired} if REMOTE.match(desired) else {"path": str(Path(desired).absolute())}
    return Settings.model_validate({"source": source, "inventory": str(inventory.absolute())})
