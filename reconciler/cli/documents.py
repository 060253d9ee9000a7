"""Commands that contact nothing: `validate` and `compile`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from ipaddress import ip_network

import click

from reconciler.cli.exits import CONVERGED, ERROR
from reconciler.cli.options import Common, common
from reconciler.core.words import plural
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Repository
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Intent, Owns
from reconciler.linux.claim import Except

PROBLEMS_SCHEMA = "reconciler/problems/v1"


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
    misfits = check_inventory(repository, inventory) if repository and not inventory.problems else ()
    if errors := [p for p in (*inventory.problems, *misfits) if p.severity == "error"]:
        raise BadDocuments(errors)
    return inventory


def owns_of(inventory: Inventory) -> dict[str, Owns]:
    """What the inventory lets us prune, by device, in the compiler's words."""
    return {
        name: Owns(
            device.owns.vlans,
            device.owns.routes,
            Except(
                frozenset(device.owns.excepted.devices),
                frozenset(device.owns.excepted.tables),
                frozenset(map(ip_network, device.owns.excepted.prefixes)),
            ),
        )
        for name, device in inventory.devices.items()
    }


def offline_owns(options: Common) -> Mapping[str, Owns]:
    """As ``owns_of``; the default place may hold no inventory, a chosen one may not be missing."""
    if not options.inventory_given and not options.inventory.exists():
        return {}
    return owns_of(inventory_of(options))


def compiled(options: Common) -> Intent:
    """What the documents mean, for the targeted devices. Raises: BadDocuments."""
    intent = compile_world(repository_of(options), owns=offline_owns(options))
    if intent.problems:
        raise BadDocuments(intent.problems)
    options.check_targets(intent.devices)
    return dataclasses.replace(intent, devices={n: w for n, w in intent.devices.items() if options.targeted(n)})


@click.command()
@common
def validate(options: Common) -> int:
    """Check the documents alone: every problem at once, each with its file, line and column."""
    repository = load(options.desired)
    problems = list(repository.problems)
    if not repository.having("error"):
        intent = compile_world(repository, owns=offline_owns(options))
        problems = sorted({*problems, *intent.problems, *intent.warnings})
    if options.json:
        rows = [dataclasses.asdict(problem) for problem in problems]
        click.echo(json.dumps({"schema": PROBLEMS_SCHEMA, "problems": rows}, indent=2))
    else:
        _show(repository, problems)
    return ERROR if any(problem.severity == "error" for problem in problems) else CONVERGED


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

    intent = compiled(options)
    for warning in intent.warnings:
        click.echo(str(warning), err=True)
    click.echo(json.dumps(words.document(intent.devices), indent=2) if options.json else words.text(intent))
    return CONVERGED
