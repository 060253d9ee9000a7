"""`reconcile validate`: documents, inventory and settings, every problem at once; nothing is contacted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.cli.documents import loaded
from reconciler.cli.exits import CONVERGED, ERROR
from reconciler.cli.options import CONFIG, Common, printing
from reconciler.core.words import plural
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.codes import Code
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.kept import Kept, usual_place
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Ignored, Repository
from reconciler.desired.suggestion import did_you_mean
from reconciler.engine.owned import owns_of
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Owns
from reconciler.report.problem_page import sections
from reconciler.report.sarif import sarif, top_of

PROBLEMS_SCHEMA = "reconciler/problems/v1"
COMPILED = "compiled"
EMPTY = "reconcile would hold, nothing is ever deleted on the strength of an empty desired state"


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to judge, as far as it is there; ``problems``: those of the settings."""

    repository: Repository | None = None
    inventory: Inventory | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def ignored(self) -> tuple[Ignored, ...]:
        return self.repository.ignored if self.repository is not None else ()

    def judged(self) -> list[Problem]:
        """All problems of each, and of what does not fit together; sorted."""
        own = [one.problems for one in (self.repository, self.inventory) if one is not None]
        return sorted({*self.problems, *(problem for some in own for problem in some), *self._across()})

    def _across(self) -> Iterator[Problem]:
        """What no document shows by itself: misfits, contradictions, what is suspect when compiled."""
        if self.repository is None:
            return
        if self.inventory is not None:
            yield from check_inventory(self.repository, self.inventory)
        if self.repository.having("error"):
            return
        if not self.repository.documents:
            yield Problem(str(self.repository.folder), 1, 1, Code.NO_DOCUMENT, "no documents", EMPTY, "warning")
        yield from compiled_once(self.repository, self.inventory)


def compiled_once(repository: Repository, inventory: Inventory | None) -> list[Problem]:
    """What shows once all is compiled, which costs the rows of all devices; kept for as long as no file changes."""
    kept, data = Kept(usual_place()), _digest(repository, inventory)
    rows = kept.find(COMPILED, data)
    if rows is not None:
        with suppress(TypeError, KeyError):  # not our fields: an entry that is none
            return [Problem(**row | {"code": Code[row["code"]]}) for row in rows]
    found = list(_compiled(repository, inventory))
    kept.add(COMPILED, data, [dataclasses.asdict(problem) | {"code": problem.code.name} for problem in found])
    kept.close()
    return found


def _digest(repository: Repository, inventory: Inventory | None) -> bytes:
    """Of all that was read and matters, files under the path by which problems name them."""
    devices = inventory.devices if inventory is not None else {}
    excepted = sorted((name, device.owns.excepted.model_dump_json()) for name, device in devices.items())
    return repr((str(repository.folder), sorted(repository.digests), excepted)).encode()


def _compiled(repository: Repository, inventory: Inventory | None) -> Iterator[Problem]:
    # The check of both has judged VLANs by the inventory's `owns` already, so the compiler is not told of them.
    known = owns_of(inventory) if inventory is not None else {}
    world = compile_world(repository, owns={name: Owns(excepted=own.excepted) for name, own in known.items()})
    yield from (*world.problems, *world.warnings)


@click.command()
@CONFIG
@click.option("--explain", metavar="CODE", help="Print what a problem's code means, with an example, and nothing else.")
@printing("text", "json", "sarif")
def validate(options: Common, config: Path | None, explain: str | None) -> int:
    """Check the documents, and whether they fit a given inventory: every problem at once, with its file and line.

    With --config: the daemon's settings, and the inventory and the folder of documents that they name. What is in a
    git repository is not fetched.
    """
    if explain is not None:
        click.echo(_explained(explain), nl=False)
        return CONVERGED
    found = _given(options) if config is None else configured(config)
    problems = found.judged()
    if options.output == "sarif":
        click.echo(json.dumps(_sarif(found, problems, options), indent=2))
    elif options.json:
        rows = [dataclasses.asdict(problem) for problem in problems]
        ignored = [dataclasses.asdict(entry) for entry in found.ignored]
        click.echo(json.dumps({"schema": PROBLEMS_SCHEMA, "problems": rows, "ignored": ignored}, indent=2))
    else:
        _show(found, problems, settings=config is not None)
    return ERROR if any(problem.severity == "error" for problem in problems) else CONVERGED


def _explained(code: str) -> str:
    """Raises: click.UsageError for a code that there is not."""
    known = sections()
    if code not in known:
        raise click.UsageError(f"--explain: there is no code {code!r}: {did_you_mean(code, sorted(known))}")
    return known[code]


def _sarif(found: Found, problems: Sequence[Problem], options: Common) -> dict[str, Any]:
    """Files of problems are named as seen from beside the folder, or from beside the folder of the one file."""
    folder = found.repository.folder if found.repository else options.desired
    places = [one for one in (folder, found.inventory.path if found.inventory else None) if one is not None]
    roots = [(one.parent if one.is_file() else one).parent for one in places]
    return sarif(problems, [*roots, Path()], top_of(folder))


def _given(options: Common) -> Found:
    return Found(loaded(options.desired), load_inventory(options.inventory) if options.inventory_given else None)


def configured(config: Path) -> Found:
    """Settings that are bad are judged alone: they may name other places than they mean."""
    from reconciler.settings.check import check_settings
    from reconciler.settings.load import load_settings

    given = load_settings(config)
    if given.settings is None or given.document is None:
        return Found(problems=given.problems)
    inventory = load_inventory(given.settings.inventory)
    folder = given.settings.source.path
    repository = None if folder is None else loaded(folder)
    return Found(repository, inventory, check_settings(config, given.document, inventory, repository))


def _show(found: Found, problems: Sequence[Problem], *, settings: bool) -> None:
    lines = [str(problem) for problem in problems]
    lines += [f"ignored: {entry}" for entry in found.ignored]
    errors = sum(problem.severity == "error" for problem in problems)
    what = ["settings"] if settings else []
    if settings and found.inventory is not None:
        what.append(plural(len(found.inventory.devices), "device"))
    if found.repository is not None:
        what.append(plural(len(found.repository.documents), "document"))
    lines.append(f"{', '.join(what)}: {plural(errors, 'error')}, {plural(len(problems) - errors, 'warning')}.")
    click.echo("\n".join(lines))
