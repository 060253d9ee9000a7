"""`reconcile observe`: what the devices have right now, and what of it is ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import click

from reconciler.cli import compiled, live
from reconciler.cli.documents import BadDocuments, inventory_of, repository_of
from reconciler.cli.exits import CONVERGED, UNKNOWN
from reconciler.cli.options import Common, common
from reconciler.core.words import printable
from reconciler.desired.inventory import Inventory
from reconciler.desired.repository import Repository
from reconciler.engine.facts import cluster_facts
from reconciler.engine.fleet import fleet
from reconciler.engine.observe import Sight
from reconciler.engine.observe import observe as look
from reconciler.engine.owned import owns_of
from reconciler.engine.plan import standing
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Wish


@click.command()
@common
def observe(options: Common) -> int:
    """Read the devices and show what they have; changes nothing."""
    repository = repository_of(options) if options.desired.exists() else Repository(options.desired)
    inventory = inventory_of(options)
    options.check_targets(inventory.devices)
    seen = asyncio.run(_look(inventory, repository, options))
    sights = {name: sight for name, sight in seen.items() if options.targeted(name)}
    world = compile_world(repository, cluster_facts(repository, seen), owns_of(inventory))
    if options.json:
        if world.problems:
            raise BadDocuments(world.problems)
        click.echo(json.dumps(live.document(sights, world), indent=2))
    else:
        _show(sights)
    standings = (standing(world.get(name, Wish(name, {})), sight) for name, sight in sights.items())
    return UNKNOWN if any(status != "ok" for status, _ in standings) else CONVERGED


async def _look(inventory: Inventory, repository: Repository, options: Common) -> dict[str, Sight]:
    async with fleet(inventory, repository, options.targeted, writes=False) as devices:
        return await look(devices.values())


def _show(sights: Mapping[str, Sight]) -> None:
    for name, sight in sorted(sights.items()):
        click.echo(f"== {name} ==")
        if sight.reason:
            click.echo(printable(f"! {sight.status}: {sight.reason}"))
        if sight.reading is not None:
            for key, why in sorted(sight.reading.frozen.items()):
                click.echo(printable(f"! {key}: {why}"))
            for line in compiled.lines(Wish(name, sight.reading.found)):
                click.echo("\t".join(map(printable, line.split("\t"))))
        click.echo()
