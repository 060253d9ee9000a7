"""Commands that contact nothing: `validate` and `compile`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping

import click

from reconciler.cli.exits import CONVERGED, ERROR
from reconciler.cli.options import Common, common
from reconciler.core.words import plural
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.engine.owned import owns_of
from reconciler.intent.compile import World, compile_world
from reconciler.intent.wish import Owns

PROBLEMS_SCHEMA = "reconciler/problems/v1"
EMPTY = "reconcile would hold, nothing is ever deleted on the strength of an empty desired state"


class BadDocuments(click.ClickException):
    """Documents that cannot be used: all problems at once, nothing touched."""

    exit_code = ERROR

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


def repository_of(options: Common) -> Repository:
    """The desired state. Raises: BadDocuments."""
    repository = load(options.desired)
    if errors := repository.having("error"):
        raise BadDocuments(errors)
    return repository


def inventory_of(options: Common, repository: Repository | None = None) -> Inventory:
    """The inventory, which has to fit the documents where they are given. Raises: BadDocuments."""
    inventory = load_inventory(options.inventory)
    misfits = check_inventory(repository, inventory) if repository else ()
    if errors := [p for p in (*inventory.problems, *misfits) if p.severity == "error"]:
        raise BadDocuments(errors)
    return inventory


def offline_owns(options: Common) -> Mapping[str, Owns]:
    """As ``owns_of``, for commands that need no inventory."""
    return owns_of(inventory_of(options)) if _has_inventory(options) else {}


def _has_inventory(options: Common) -> bool:
    """The default place may hold no inventory, a chosen one may not be missing."""
    return options.inventory_given or options.inventory.exists()


def compiled(options: Common) -> tuple[World, list[str]]:
    """What the documents mean, and the targeted devices, which do not contradict. Raises: BadDocuments."""
    world = compile_world(repository_of(options), owns=offline_owns(options))
    options.check_targets(world)
    targets = [name for name in world if options.targeted(name)]
    if problems := world.problems_of(targets):
        raise BadDocuments(problems)
    return world, targets


@click.command()
@common
def validate(options: Common) -> int:
    """Check the documents, and whether they fit a given inventory: every problem at once, with its file and line."""
    repository = load(options.desired)
    inventory = load_inventory(options.inventory) if options.inventory_given else Inventory(options.inventory)
    problems = sorted({*repository.problems, *inventory.problems, *_across(options, repository, inventory)})
    if options.json:
        rows = [dataclasses.asdict(problem) for problem in problems]
        click.echo(json.dumps({"schema": PROBLEMS_SCHEMA, "problems": rows}, indent=2))
    else:
        _show(repository, problems)
    return ERROR if any(problem.severity == "error" for problem in problems) else CONVERGED


def _across(options: Common, repository: Repository, inventory: Inventory) -> Iterator[Problem]:
    """What no document shows by itself: misfits with the inventory, contradictions, what is suspect when compiled."""
    if options.inventory_given:
        yield from check_inventory(repository, inventory)
    if repository.having("error"):
        return
    if not repository.documents:
        yield Problem(str(options.desired), 1, 1, "no documents", EMPTY, "warning")
    # The check above has judged VLANs by the inventory's `owns` already, so the compiler is not told of them.
    owns = {name: Owns(excepted=own.excepted) for name, own in owns_of(inventory).items()}
    world = compile_world(repository, owns=owns)
    yield from (*world.problems, *world.warnings)


def _show(repository: Repository, problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))
    for entry in repository.ignored:
        click.echo(f"ignored: {entry}")
    errors = sum(problem.severity == "error" for problem in problems)
    found = f"{plural(errors, 'error')}, {plural(len(problems) - errors, 'warning')}"
    click.echo(f"{plural(len(repository.documents), 'document')}: {found}.")


@click.command(name="compile")
@common
def compile_(options: Common) -> int:
    """Show what the documents mean for each device, in the device's own words."""
    from reconciler.cli import compiled as words

    world, targets = compiled(options)
    for warning in world.warnings:
        click.echo(str(warning), err=True)
    wishes = (world[name] for name in targets)
    for chunk in words.json_chunks(wishes) if options.json else words.text_chunks(wishes):
        click.echo(chunk, nl=False)
    return CONVERGED
