"""`reconcile repo`: a bare git repository on this host whose pushes are checked, planned and followed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

import click

from reconciler.cli.exits import CONVERGED
from reconciler.cli.sharing import git, share, usual_group
from reconciler.core.words import printable

HOOKS = ("pre-receive", "post-receive")
MARK = "# Written by `reconcile repo init`."
RECEIVE = {
    "receive.fsckObjects": "true",
    "receive.advertisePushOptions": "true",
    "core.hooksPath": "hooks",  # below the repository, whatever the machine's own configuration says of hooks
}
BRANCH = "main"
PATHS = frozenset({"inventory", "socket", "signers"})


@click.group()
def repo() -> None:
    """A git repository on this host: a push shows its plan, a bad one is refused, a good one is followed live."""


@repo.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--branch", default=BRANCH, show_default=True, help="The branch that is deployed.")
@click.option("--folder", default="", help="Where the documents are, below the top of the repository.")
@click.option("--inventory", type=click.Path(path_type=Path), help="Pushed documents have to fit it.")
@click.option("--socket", type=click.Path(path_type=Path), help="The daemon's control socket, if not the usual one.")
@click.option("--require-signed", "signers", type=click.Path(path_type=Path), help="Allowed signers (ssh-keygen(1)).")
@click.option("--group", help="Whose members may push.  [default: reconciler, where there is one, for root]")
def init(path: Path, branch: str, group: str | None, **settings: str | Path | None) -> int:
    """Make a bare repository at PATH, or set up again one that is there. Push desired state to it.

    `git push -o no-wait` does not wait for the devices.
    """
    _check_place(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    git(path.parent, "init", "--quiet", "--bare", f"--initial-branch={branch}", str(path.absolute()))
    _configure(path, {"branch": branch, **settings})
    group = usual_group() if group is None else group
    for line in _told(path.absolute(), branch, group, known=not group or share(path, group)):
        click.echo(printable(line))
    return CONVERGED


def _configure(path: Path, settings: dict[str, str | Path | None]) -> None:
    """What the hooks go by stands in the repository's own configuration."""
    given = {name: str(value) for name, value in settings.items() if value not in (None, "")}
    paths = {name: str(Path(given[name]).absolute()) for name in PATHS & given.keys()}
    for name, value in {**given, **paths}.items():
        git(path, "config", f"reconciler.{name}", value)
    for name, value in RECEIVE.items():
        git(path, "config", name, value)
    for hook in HOOKS:
        _write_hook(path / "hooks" / hook)


def _told(path: Path, branch: str, group: str, *, known: bool) -> Iterator[str]:
    """What to do next. ``known``: git lets everybody who may push."""
    place = shlex.quote(str(path))
    yield f"{path} takes pushes{f' of the group {group}' if group else ''}; branch {branch} is deployed."
    yield f"  source: {{url: {path}, branch: {branch}}}   # in the settings, or: reconcile daemon --desired {place}"
    if not known:
        yield f"  git config --global --add safe.directory {place}   # everybody who pushes, once"
    yield f"  git remote add reconciler {place}; git push reconciler {shlex.quote(branch)}"


@repo.command(hidden=True)
@click.argument("name", type=click.Choice(HOOKS))
def hook(name: str) -> int:
    """What git runs for a push."""
    from reconciler.cli.hook import post_receive, pre_receive

    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")  # to git a name is bytes
    return pre_receive(sys.stdin) if name == "pre-receive" else post_receive(sys.stdin)


def _write_hook(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    command = shlex.join([*_ourselves(), "repo", "hook", path.name])
    path.write_text(f"#!/bin/sh\n{MARK}\nexec {command}\n", encoding="utf-8")
    path.chmod(0o755)


def _check_place(path: Path) -> None:
    """Raises: click.ClickException for what is no place for a bare repository, and for hooks that are not ours."""
    from reconciler.source.opening import is_bare

    if path.exists() and not path.is_dir():
        raise click.ClickException(printable(f"{path} is a file: choose another place"))
    if path.exists() and any(path.iterdir()) and not is_bare(path):
        raise click.ClickException(printable(f"{path} is no bare repository and not empty: choose another place"))
    for place in (path / "hooks" / hook for hook in HOOKS):
        if place.is_symlink() or (place.exists() and MARK not in place.read_text(errors="replace")):
            raise click.ClickException(printable(f"{place} is somebody else's: call it from elsewhere, and remove it"))


def _ourselves() -> list[str]:
    """How this very program is run again."""
    program = Path(sys.argv[0])
    if program.name == "reconcile" and program.is_file():
        return [str(program.absolute())]
    return [sys.executable, "-m", "reconciler"]
