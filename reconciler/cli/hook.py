"""What a push to a repository of ours goes through: checked and planned before it is taken, followed afterwards."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TextIO

import click

from reconciler.cli.control import Control, NoDaemon
from reconciler.cli.exits import CONVERGED, ERROR
from reconciler.cli.story import story, words
from reconciler.core.words import plural, printable
from reconciler.desired import files

WIDTH = 72
"""Columns: git puts ``remote: `` before each line."""
HEADS = "refs/heads/"
NO_WAIT = "no-wait"


class Update(NamedTuple):
    """One line of a hook's standard input (githooks(5))."""

    old: str
    new: str
    ref: str

    @property
    def deletes(self) -> bool:
        return set(self.new) == {"0"}

    @property
    def creates(self) -> bool:
        return set(self.old) == {"0"}


@dataclass(frozen=True, slots=True)
class Setup:
    """What `repo init` has written to the repository's own configuration."""

    branch: str = "main"
    folder: str = ""
    inventory: str = ""
    socket: str = ""
    signers: str = ""

    @property
    def name(self) -> str:
        """What the folder of documents is called."""
        return PurePosixPath(self.folder).name or "desired"

    @property
    def control(self) -> Control:
        return Control(Path(self.socket) if self.socket else None)

    def deploys(self, update: Update) -> bool:
        """Whether the branch is the one that the daemon follows; all others are only checked."""
        return update.ref == HEADS + self.branch

    def refused(self, update: Update) -> str:
        return "refused" if self.deploys(update) else "would be refused"

    def placed(self, line: str) -> str:
        """A problem with its file as the pusher knows it."""
        return (
            (f"{self.folder}/" if self.folder else "") + line.removeprefix(f"{self.name}/")
            if (line.startswith(f"{self.name}/"))
            else line
        )


def setup() -> Setup:
    """Of the repository that we are in."""
    listed = subprocess.run(
        ["git", "config", "--local", "-z", "--get-regexp", r"^reconciler\."], capture_output=True, check=False
    )
    pairs = (entry.partition("\n") for entry in listed.stdout.decode(errors="replace").split("\0") if entry)
    known = {name.partition(".")[2]: value for name, _, value in pairs}
    return Setup(**{name: value for name, value in known.items() if name in Setup.__slots__})


def pre_receive(lines: TextIO) -> int:
    """Refuse a bad push with its problems; show the plan of a good one."""
    ours, refused = setup(), False
    for update in _updates(lines):
        if ours.deploys(update):
            refused |= not _checked(update, ours)
        elif update.ref.startswith(HEADS) and not update.deletes:
            _say(f"{update.ref.removeprefix(HEADS)} is not the branch that is deployed ({ours.branch}): only checked")
            _checked(update, ours)
    return ERROR if refused else CONVERGED


def post_receive(lines: TextIO) -> int:
    """Tell the daemon, and follow what it does until it is done."""
    ours = setup()
    for update in _updates(lines):
        if ours.deploys(update) and not update.deletes:
            _follow(update.new, ours, wait=NO_WAIT not in _options())
    return CONVERGED


def _checked(update: Update, ours: Setup) -> bool:
    """Whether the revision may be deployed."""
    if update.deletes:
        _say(f"refused: {ours.branch} is the branch that is deployed; push another state instead of deleting it")
        return False
    with tempfile.TemporaryDirectory(prefix="push-") as scratch:
        folder = Path(scratch, ours.name)
        try:
            signer, backwards = asyncio.run(_exported(update, ours, folder))
        except Exception as error:
            _say(f"{ours.refused(update)}: {error}")
            return False
        if signer:
            _say(f"signed by {signer}")
        return _judged(update, folder, ours, backwards=backwards)


async def _exported(update: Update, ours: Setup, folder: Path) -> tuple[str, bool]:
    """Write the documents out of git's quarantine. Who signed, and whether it goes back.

    Raises: Refused, Unavailable.
    """
    from reconciler.source.command import Git, quarantine
    from reconciler.source.export import export
    from reconciler.source.signature import verify

    environment, here = quarantine(os.environ), Path.cwd()
    signer = await verify(here, update.new, Path(ours.signers), environment) if ours.signers else ""
    await export(here, update.new, ours.folder, folder, environment)
    if update.creates:
        return str(signer), False
    ancestor = await Git(here, environment=environment).run("merge-base", "--is-ancestor", update.old, update.new)
    return str(signer), ancestor.code != 0


def _judged(update: Update, folder: Path, ours: Setup, *, backwards: bool = False) -> bool:
    """The problems, or the plan, from the daemon that would carry it out; without one the problems alone."""
    documents = {name: base64.b64encode(files.read(folder, name)).decode() for name in files.names(folder)}
    asked = {"name": ours.name, "revision": update.new, "files": documents, "width": WIDTH}
    try:
        seen = ours.control.post("/v1/preview", asked)
    except NoDaemon as error:
        _say(error.message)
        return _is_sound(update, folder, ours, backwards=backwards)
    except click.ClickException as error:
        _say(f"{ours.refused(update)}: {error.message}")
        return False
    for line in seen["lines"]:
        _say(ours.placed(line))
    held = f"{_held(update)}; then " if backwards and ours.deploys(update) else ""
    would = f"will be: {held}" if ours.deploys(update) else "would be: "
    problems = f"{ours.refused(update)}: {plural(len(seen['lines']), 'problem')}"
    _say(f"{would}{seen['verdict']}" if seen["accepted"] else problems)
    return bool(seen["accepted"])


def _held(update: Update) -> str:
    """Of a push that was forced, in the words of `daemon.following`."""
    new, old = update.new[:12], update.old[:12]
    return f"held, for it does not follow on {old}, until `reconcile approve {new}` puts it in force"


def _is_sound(update: Update, folder: Path, ours: Setup, *, backwards: bool = False) -> bool:
    """Whether the documents have no mistake in themselves, and fit the inventory."""
    from reconciler.desired.check.owned import check_inventory
    from reconciler.desired.inventory import load_inventory
    from reconciler.desired.load import load

    repository = load(folder)
    problems = list(repository.problems)
    if ours.inventory:
        problems += check_inventory(repository, load_inventory(Path(ours.inventory)))
    for problem in sorted(problems):
        _say(ours.placed(str(problem)))
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        _say(f"{ours.refused(update)}: {plural(errors, 'problem')}")
    elif not repository.documents:
        words = "no documents; nothing is ever deleted on the strength of an empty desired state"
        _say(f"{ours.refused(update)}: {words}")
    else:
        applied = f", and are {_held(update) if backwards else 'applied'} once a daemon runs"
        _say(f"the documents are good{applied if ours.deploys(update) else ''}")
    return bool(repository.documents) and not errors


def _follow(revision: str, ours: Setup, *, wait: bool) -> None:
    try:
        if not wait:
            ours.control.post("/v1/poke", {})
            _say("taken; the daemon applies it")
            return
        for event in story(ours.control, revision):
            _say(words(event))
    except click.ClickException as error:
        _say(error.message)


def _updates(lines: Iterable[str]) -> Iterator[Update]:
    for line in lines:
        old, new, ref = line.rstrip("\n").split(" ", 2)
        yield Update(old, new, ref)


def _options() -> list[str]:
    """What the pusher has given with ``-o`` (githooks(5))."""
    count = os.environ.get("GIT_PUSH_OPTION_COUNT", "0")
    return [os.environ.get(f"GIT_PUSH_OPTION_{number}", "") for number in range(int(count) if count.isdigit() else 0)]


def _say(line: str) -> None:
    """At once: the pusher waits."""
    click.echo(printable(line))
