"""Where imported documents go: to standard output, or to files of a folder, each in one step and none over another."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from reconciler.adopt.adopted import Adopted
from reconciler.cli.exits import CONVERGED
from reconciler.core.words import plural, printable
from reconciler.desired.style import Draft, written

FILES = {
    "Switch": "switches.yaml",
    "Node": "nodes.yaml",
    "Cluster": "clusters.yaml",
    "BlockAffinity": "affinities.yaml",
    "IPAMBlock": "affinities.yaml",
}
"""Below ``desired/``, by kind; Calico's own objects otherwise."""
CALICO = "calico.yaml"
SECRET_MODE, MODE = 0o600, 0o644
OPTIONS = (
    click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Write files below this folder."),
    click.option("--force", is_flag=True, help="With --to: over files that are there already."),
)


class File(NamedTuple):
    """One file to be written; ``path`` is relative to the folder."""

    path: Path
    text: str
    mode: int


def output(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options that `put` takes."""
    return functools.reduce(lambda function, option: option(function), reversed(OPTIONS), command)


def put(adopted: Adopted, to: Path | None, *, force: bool, said: int = 0) -> int:
    """``said``: how many remarks have been printed before.

    Raises: click.ClickException where a file is there already; OSError where one cannot be written.
    """
    for remark in adopted.remarks:
        click.echo(str(remark), err=True)
    if to is None:
        click.echo(written([*adopted.documents, *adopted.inventory]), nl=False)
        return CONVERGED
    files = list(_files(adopted))
    _check(to, files, force=force)
    for file in files:
        write(to / file.path, file.text, file.mode)
    names = ", ".join(str(file.path) for file in files)
    documents = plural(len(adopted.documents) + len(adopted.inventory), "document")
    where = f"{documents} in {to}: {names}" if files else f"nothing to write to {to}"
    click.echo(printable(f"{where}; {plural(said + len(adopted.remarks), 'remark')}."), err=True)
    return CONVERGED


def _files(adopted: Adopted) -> Iterator[File]:
    by_name: dict[str, list[Draft]] = {}
    for draft in adopted.documents:
        by_name.setdefault(FILES.get(draft.kind, CALICO), []).append(draft)
    for name, drafts in by_name.items():
        yield File(Path("desired", name), written(drafts), MODE)
    for draft in adopted.inventory:
        yield File(Path("inventory", f"{draft.name}.yaml"), written([draft]), SECRET_MODE)


def _check(to: Path, files: Iterable[File], *, force: bool) -> None:
    """A link is nobody's file: what it leads to is not ours to replace, with or without --force."""
    for file in files:
        path = to / file.path
        if path.parent.is_symlink() or (path.parent.exists() and not path.parent.is_dir()):
            right = "remove it, or choose another folder"
            raise click.ClickException(printable(f"{path.parent} is no folder of its own: {right}"))
        if path.is_symlink() or path.is_dir():
            raise click.ClickException(printable(f"{path} is no regular file: remove it, or choose another folder"))
        if path.exists() and not force:
            raise click.ClickException(printable(f"{path} is there already: choose another folder, or say --force"))


def write(path: Path, text: str, mode: int) -> None:
    """In one step: nobody ever reads half a file. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)  # one that is there stays
    try:
        with os.fdopen(number, "w") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        draft.unlink(missing_ok=True)
