"""`reconcile fmt`: documents in their canonical form, comments kept; nothing is contacted."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.cli.exits import CHANGES, CONVERGED, ERROR, worst
from reconciler.cli.options import Common, common
from reconciler.core.words import plural, printable
from reconciler.desired import files
from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.files import Unfit
from reconciler.desired.problem import Problem
from reconciler.desired.style.formatting import Formatted, Models, formatted
from reconciler.desired.style.replace import replace
from reconciler.settings.load import KIND as SETTINGS
from reconciler.settings.model import Settings

STDIN = "-"
MODELS: Models = {SETTINGS.name: Settings}


class Place(NamedTuple):
    """A file: its ``name`` below a ``folder``, or any path that somebody has named."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        return self.folder / self.name

    def __str__(self) -> str:
        return files.shown(str(self.path))


@dataclass(frozen=True, slots=True)
class Work:
    """``old`` is what stands in a file, ``new`` what should; without ``data`` the file could not be read."""

    place: Place
    old: str = ""
    new: str = ""
    data: bytes | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def differs(self) -> bool:
        """To the byte: a byte order mark and the ends of lines are part of the form."""
        return self.data is not None and not self.faults and self.data != self.new.encode()


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--check", is_flag=True, help="Write nothing, name the files that differ; exit 2 if there are any.")
@common
def fmt(options: Common, paths: tuple[str, ...], *, check: bool) -> int:
    """Put documents into their canonical form: order, style, quotes, indentation. Comments stay.

    PATHS are files and folders; without any the folder of documents, and the inventory where one is given. `-` formats
    standard input to standard output. With -v the differences are shown. What a file says never changes: one that
    cannot be read is named, and left as it is.
    """
    if options.json:
        raise click.UsageError("fmt prints names of files: there is no -o json")
    if STDIN in paths:
        return _stream(paths, check=check)
    given = [Path(path) for path in paths] or [options.desired, *([options.inventory] * options.inventory_given)]
    done = [_one(place, check=check, verbose=options.verbose > 0) for place in _places(given)]
    differ, broken = done.count(CHANGES), done.count(ERROR)
    parts = [f"{plural(differ, 'file')} {'to format' if check else 'formatted'}"]
    parts += [f"{plural(broken, 'file')} left as {'it is' if broken == 1 else 'they are'}"] if broken else []
    click.echo(f"{', '.join(parts)}, {done.count(CONVERGED)} in form.", err=True)
    return worst(code for code in done if check or code != CHANGES)


def _places(given: Sequence[Path]) -> Iterator[Place]:
    """Every file once. Raises: click.UsageError for a path that leads nowhere: a typo is no empty success."""
    seen: set[Path] = set()
    for path in given:
        if not path.exists():
            raise click.UsageError(f"no such file or folder: {printable(str(path))}")
        names = files.names(path) if path.is_dir() else [path.name]
        for place in (Place(path if path.is_dir() else path.parent, name) for name in names):
            if place.path.absolute() not in seen:
                seen.add(place.path.absolute())
                yield place


def _stream(paths: tuple[str, ...], *, check: bool) -> int:
    """For editors: the text comes out as it came in where it cannot be formatted."""
    if len(paths) > 1:
        raise click.UsageError("`-` stands alone")
    data = sys.stdin.buffer.read(files.MAX_BYTES + 1)
    work = _judged(Place(Path(), "<stdin>"), data)
    _complain(work)
    if not check:
        sys.stdout.buffer.write(data if work.faults else work.new.encode())
        sys.stdout.buffer.flush()
    return ERROR if work.faults else CHANGES if check and work.differs else CONVERGED


def _one(place: Place, *, check: bool, verbose: bool) -> int:
    work = _work(place)
    _complain(work)
    if work.faults:
        return ERROR
    if not work.differs:
        return CONVERGED
    if not check and not _replaced(work):
        return ERROR
    click.echo(str(place))
    if verbose:
        click.echo(_difference(work), nl=False)
    return CHANGES


def _work(place: Place) -> Work:
    try:
        return _judged(place, files.read(place.folder, place.name))
    except Unfit as error:
        return Work(place, faults=(error.fault,))


def _judged(place: Place, data: bytes) -> Work:
    try:
        if len(data) > files.MAX_BYTES:
            raise Unfit(
                Code.FILE_TOO_LARGE, "the text is too long", f"split it, at most {files.MAX_BYTES:,} bytes each"
            )
        text = files.decode(data)
    except Unfit as error:
        return Work(place, faults=(error.fault,))
    found: Formatted = formatted(text, MODELS)
    return Work(place, text, found.text, data, found.faults)


def _replaced(work: Work) -> bool:
    """Unless somebody has written to it since it was read, or this user may not."""
    try:
        if files.read(work.place.folder, work.place.name) != work.data:
            raise Unfit(Code.NOT_FORMATTED, "somebody has just changed it", "format it once more")
        replace(work.place.path, work.new.encode())
    except Unfit as error:
        _complain(Work(work.place, faults=(error.fault,)))
    except OSError as error:
        unwritten = Fault(1, 1, Code.NOT_FORMATTED, f"cannot be written ({error.strerror})", "make it writable")
        _complain(Work(work.place, faults=(unwritten,)))
    else:
        return True
    return False


def _complain(work: Work) -> None:
    for fault in work.faults:
        click.echo(str(Problem(str(work.place), *fault)), err=True)


def _difference(work: Work) -> str:
    old, new = work.old.splitlines(keepends=True), work.new.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, str(work.place), f"{work.place} (canonical)")
    return "".join(f"{printable(line.rstrip(chr(10)))}\n" for line in lines)
