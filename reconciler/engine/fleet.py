"""The inventory's devices, each with the driver that speaks its language and the transport that reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from reconciler.desired.documents import Cluster
from reconciler.desired.inventory import Inventory
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Device
from reconciler.engine.parts import Api, driver_for, driver_of, prologue_for
from reconciler.engine.reach import Barred, Ways, transport_for
from reconciler.intent.cluster import is_complete


@asynccontextmanager
async def fleet(
    inventory: Inventory, repository: Repository, targeted: Callable[[str], bool], *, writes: bool
) -> AsyncIterator[dict[str, Device]]:
    """Every targeted device of the inventory, and those that must be asked about them, as sources.

    Nothing is contacted before it is used, all is closed at the end. ``writes``: they are not only looked at.
    """
    ways, api = Ways.new(writes=writes), api_nodes(repository)
    asked = {name for name, node in api.items() if node.ask_facts}
    devices = {
        name: Device(
            name,
            entry.platform,
            driver_of(entry, api.get(name)),
            transport_for(name, inventory, ways, prologue_for(api.get(name))),
            audit=entry.mode == "audit",
            source=not targeted(name),
        )
        for name, entry in sorted(inventory.devices.items())
        if targeted(name) or name in asked
    }
    try:
        yield devices
    finally:
        await asyncio.gather(*(device.transport.close() for device in devices.values()))
        ways.close()


def without_transports(platforms: Mapping[str, str], repository: Repository) -> dict[str, Device]:
    """Devices for planning alone: whoever tries to reach one is refused."""
    api = api_nodes(repository)
    return {
        name: Device(name, platform, driver_for(platform, "", api.get(name)), Barred("planned from a file"))
        for name, platform in platforms.items()
    }


def api_nodes(repository: Repository) -> dict[str, Api]:
    """Devices on which kubectl answers for a cluster."""
    clusters = [cluster for cluster in repository.of(Cluster) if cluster.spec.api_node]
    return {str(cluster.spec.api_node): Api(not is_complete(repository, cluster)) for cluster in clusters}
