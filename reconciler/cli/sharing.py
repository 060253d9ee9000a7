"""A repository that a group pushes to: its members add commits and move branches, and change nothing else of it."""

from __future__ import annotations

import grp
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import click

from reconciler.core.words import printable

GROUP = "reconciler"
"""Whoever may give the daemon orders (systemd/reconciler.sysusers)."""
WRITTEN = ("objects", "refs")
"""What a push writes. A hook that one member could write would run as another one, so all else is the owner's."""
TOP, SHARED, OWN = 0o3770, 0o2770, 0o2750
"""Folders. Git also makes ``HEAD.lock`` at the top, where the sticky bit keeps members from what is not theirs."""
MODES = {"hooks": 0o750, "objects": 0o440, "refs": 0o660}
SETTINGS = {
    "core.sharedRepository": "group",
    "core.logAllRefUpdates": "false",
    "receive.autogc": "false",  # it would replace files of other members, and must not
}


def usual_group() -> str:
    """The service's own group, where root sets a repository up on its machine; empty: nobody else pushes."""
    try:
        grp.getgrnam(GROUP)
    except KeyError:
        return ""
    return GROUP if os.geteuid() == 0 else ""


def share(path: Path, group: str) -> bool:
    """Let members of ``group`` push. False: git does not let them before each one has said that it is safe.

    git does nothing in a repository of another user's that its user, or root for all of them, has not called safe
    (git-config(1), ``safe.directory``). Raises: click.ClickException.
    """
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise click.ClickException(f"there is no group {printable(group)}") from None
    for name, value in SETTINGS.items():
        git(path, "config", name, value)
    (path / "commondir").write_text(".\n", encoding="ascii")  # else a member could lead git to another configuration
    _hand_over(path, number)
    return os.geteuid() == 0 and _called_safe(path.resolve())


def _hand_over(path: Path, group: int) -> None:
    """A new file in a folder gets the folder's group (setgid). Members may put links there: none is followed."""
    for folder, _, files, place in os.fwalk(path):
        part = (*Path(folder).relative_to(path).parts, "")[0]
        _settle(place, group, SHARED if part in WRITTEN else OWN if part else TOP)
        for name in files:
            with suppress(OSError):  # a link
                file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
                try:
                    _settle(file, group, MODES.get(part, 0o640))
                finally:
                    os.close(file)


def _settle(descriptor: int, group: int, mode: int) -> None:
    """In this order: fchown(2) takes setgid away."""
    os.fchown(descriptor, -1, group)
    os.fchmod(descriptor, mode)


def _called_safe(path: Path) -> bool:
    """Once, for everybody on this machine."""
    known = git(path, "config", "--system", "--get-all", "safe.directory", codes=(0, 1)).splitlines()
    if str(path) not in known:
        git(path, "config", "--system", "--add", "safe.directory", str(path))
    return True


def _environment() -> dict[str, str]:
    """Ours, without what would have git work on another repository (``GIT_DIR`` in a hook or an alias)."""
    kept = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
    return {name: value for name, value in os.environ.items() if name in kept or not name.startswith("GIT_")}


def git(folder: Path, *words: str, codes: tuple[int, ...] = (0,)) -> str:
    """What git says. Raises: click.ClickException, with what it complains of."""
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env=_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise click.ClickException(f"git cannot be run: {error.strerror}") from None
    if done.returncode not in codes:
        raise click.ClickException(printable(f"git {words[0]}: {done.stderr.strip()}"))
    return done.stdout
