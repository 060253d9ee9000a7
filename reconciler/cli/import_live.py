"""`reconcile import live`: documents that want exactly what the devices have now. Nothing is ever written to one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from reconciler.adopt.adopted import Adopted
from reconciler.adopt.live.adopt import Imported, adopt
from reconciler.adopt.live.seen import Seen
from reconciler.cli import live as files
from reconciler.cli.documents import inventory_of
from reconciler.cli.exits import CONVERGED, UNKNOWN, worst
from reconciler.cli.import_output import output, put
from reconciler.cli.options import Common, common
from reconciler.core.driver import Reading
from reconciler.core.words import printable
from reconciler.desired.documents import Cluster
from reconciler.desired.inventory import Inventory
from reconciler.desired.load import load
from reconciler.desired.repository import Document, Repository
from reconciler.desired.tree import Tree
from reconciler.engine.fleet import fleet
from reconciler.engine.observe import SENSELESS, Sight, observe, senseless
from reconciler.engine.owned import owns_of
from reconciler.intent.wish import Owns


@click.command()
@click.option("--live", "file", type=click.Path(path_type=Path), help="From `observe -o json`; nothing is contacted.")
@click.option("--api-node", help="Where kubectl answers. [apiNode of the Clusters in --desired, if there are any]")
@click.option("--cluster", default="", help="The Cluster's name. [what the nodes' names begin with]")
@output
@common
def live(
    options: Common, file: Path | None, api_node: str | None, cluster: str, to: Path | None, *, force: bool
) -> int:
    """From what the devices of the inventory have: short documents that want exactly that.

    Calico, Flannel and Cilium are recognised; what does not fit them, rows by hand, stands in the nodes' documents.
    `reconcile --dry-run` with these documents has nothing to do.
    """
    if options.json:
        raise click.UsageError("documents are YAML: --output json goes with other commands")
    inventory = inventory_of(options) if file is None or options.inventory_given or options.inventory.exists() else None
    sights = _looked(options, inventory, api_node) if file is None else files.sights_of(file)
    options.check_targets(sights)
    sights = {name: sight for name, sight in sights.items() if options.targeted(name)}
    made = _made(sights, inventory, cluster)
    code = put(Adopted(made.documents), to, force=force, said=_say(sights, made))
    return worst([code, *(UNKNOWN if sight.status != "ok" else CONVERGED for sight in sights.values())])


def _looked(options: Common, inventory: Inventory | None, api_node: str | None) -> Mapping[str, Sight]:
    """Every targeted device as it is now, with what a cluster's API tells."""
    assert inventory is not None, "devices are reached by their inventory"
    options.check_targets(inventory.devices)
    asked = [api_node] if api_node else _api_nodes(options)
    if api_node and (api_node not in inventory.devices or inventory.devices[api_node].is_switch):
        raise click.UsageError(f"--api-node {api_node!r} is no node of the inventory")
    return asyncio.run(_look(inventory, Repository(options.desired, tuple(map(_asking, asked))), options))


async def _look(inventory: Inventory, repository: Repository, options: Common) -> dict[str, Sight]:
    async with fleet(inventory, repository, options.targeted, writes=False) as devices:
        return await observe(devices.values())


def _api_nodes(options: Common) -> list[str]:
    """Where the documents that are there already, as far as they can be read, say that kubectl answers."""
    if not options.desired.exists():
        return []
    clusters = load(options.desired).of(Cluster)
    return [cluster.spec.api_node for cluster in clusters if cluster.spec.api_node is not None]


def _asking(node: str) -> Document[Cluster]:
    """A cluster of which nothing is known yet: so everything is asked."""
    spec = Cluster.model_validate({"cni": "calico", "nodes": [], "apiNode": node})
    return Document(Cluster.__name__, f"at-{node}", spec, "", Tree({}, 1, 1))


def _made(sights: Mapping[str, Sight], inventory: Inventory | None, cluster: str) -> Imported:
    try:
        return adopt(list(_seen(sights, inventory)), inventory, cluster)
    except SENSELESS as error:
        raise click.ClickException(f"no documents can be made of this: {senseless(error)}") from None


def _seen(sights: Mapping[str, Sight], inventory: Inventory | None) -> Iterator[Seen]:
    owns = owns_of(inventory) if inventory is not None else {}
    entries = inventory.devices if inventory is not None else {}
    for name, sight in sorted(sights.items()):
        entry, reading = entries.get(name), sight.reading
        switch = entry.is_switch if entry is not None else files.is_switch(sight)
        host = entry.host if entry is not None else ""
        absent = sight.reason or sight.status if reading is None else ""
        yield Seen(name, switch, reading or Reading({}), owns.get(name, Owns()), host, absent)


def _say(sights: Mapping[str, Sight], made: Imported) -> int:
    """Who could not be read, and what no document says. Returns how many things that are."""
    for name, sight in sorted(sights.items()):
        if sight.status != "ok":
            click.echo(printable(f"{name}: {sight.status}: {sight.reason}"), err=True)
    remarks = (*made.left, *made.unknown)
    for one in remarks:
        click.echo(printable(f"{one.where}: {one.what}: {one.why}"), err=True)
    return len(remarks)
