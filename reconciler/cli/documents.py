"""`reconcile compile`, which contacts nothing, and the documents and the inventory as every command reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from reconciler.cli.exits import CONVERGED, ERROR
from reconciler.cli.options import Common, common
from reconciler.core.limits import FleetLimits
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.kept import Kept, usual_place
from reconciler.desired.load import load
from reconciler.desired.parsed import parse_once
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.engine.bounds import limits_of
from reconciler.engine.owned import owns_of
from reconciler.intent.compile import World, compile_world
from reconciler.intent.wish import Owns


class BadDocuments(click.ClickException):
    """Documents that cannot be used: all problems at once, nothing touched."""

    exit_code = ERROR

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


def loaded(folder: Path) -> Repository:
    """The documents, problems and all; files that this user has had parsed before are not parsed again."""
    kept = Kept(usual_place())
    repository = load(folder, parse_once(kept))
    kept.close()
    return repository


def repository_of(options: Common) -> Repository:
    """The desired state. Raises: BadDocuments."""
    repository = loaded(options.desired)
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


def offline_limits(options: Common) -> FleetLimits:
    """As ``limits_of``, for commands that need no inventory."""
    return limits_of(inventory_of(options)) if _has_inventory(options) else FleetLimits()


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
