"""Which revision a folder of documents is: a git commit, or a fingerprint of the files."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

SAFE_GIT = (
    "git",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "submodule.recurse=false"),
)
"""Somebody else's repository must not run anything of its own on this machine (hooks, fsmonitor, pagers)."""
TIMEOUT = 20.0


def revision_of(folder: Path, files: Iterable[tuple[str, str]]) -> str:
    """The commit of ``folder``, with ``-dirty`` if it has uncommitted changes; else ``sha256:`` of ``files``."""
    top = folder if folder.is_dir() else folder.parent
    commit = _git(top, "rev-parse", "--verify", "HEAD^{commit}")
    if commit is None or _git(top, "ls-files", "--error-unmatch", "--", folder.resolve().as_posix()) is None:
        return _fingerprint(files)
    changes = _git(top, "status", "--porcelain=v1", "--ignore-submodules=all", "--", folder.resolve().as_posix())
    return commit.strip() if changes == "" else f"{commit.strip()}-dirty"


def checkout_of(folder: Path) -> tuple[Path, str] | None:
    """The repository (git's own folder) that tracks ``folder``, and where that is below its top; None: none does."""
    if not folder.is_dir() or _git(folder, "ls-files", "--error-unmatch", "--", folder.resolve().as_posix()) is None:
        return None
    place, below = _git(folder, "rev-parse", "--absolute-git-dir"), _git(folder, "rev-parse", "--show-prefix")
    return None if place is None or below is None else (Path(place.removesuffix("\n")), below.strip("/\n"))


def _fingerprint(files: Iterable[tuple[str, str]]) -> str:
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(files))
    return f"sha256:{hashlib.sha256(listing.encode()).hexdigest()}"


def _git(folder: Path, *words: str) -> str | None:
    """What git prints, or None where there is no git, no checkout, or no answer in time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = kept | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [*SAFE_GIT, *words], cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
