"""The inventory's devices, each with the driver that speaks its language and the transport that reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

from reconciler.desired.inventory import Inventory
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Device
from reconciler.engine.parts import driver_for, prologue_for
from reconciler.engine.reach import Barred, transport_for
from reconciler.transport.jumps import Jumps


@asynccontextmanager
async def fleet(
    inventory: Inventory, repository: Repository, targeted: Callable[[str], bool]
) -> AsyncIterator[dict[str, Device]]:
    """Every targeted device of the inventory; nothing is contacted before it is used, all is closed at the end."""
    jumps, api = Jumps(), api_nodes(repository)
    devices = {
        name: Device(
            name,
            entry.platform,
            driver_for(entry.platform, host=entry.host, api=name in api),
            transport_for(name, inventory, jumps, prologue_for(api=name in api)),
            audit=entry.mode == "audit",
        )
        for name, entry in sorted(inventory.devices.items())
        if targeted(name)
    }
    try:
        yield devices
    finally:
        await asyncio.gather(*(device.transport.close() for device in devices.values()))
        jumps.close()


def without_transports(platforms: Mapping[str, str], repository: Repository) -> dict[str, Device]:
    """Devices for planning alone: whoever tries to reach one is refused."""
    api = api_nodes(repository)
    return {
        name: Device(name, platform, driver_for(platform, host="", api=name in api), Barred("planned from a file"))
        for name, platform in platforms.items()
    }


def api_nodes(repository: Repository) -> frozenset[str]:
    """Devices on which kubectl answers for a cluster."""
    named: Iterable[str | None] = (document.spec.api_node for document in repository.of("Cluster"))
    return frozenset(name for name in named if name)
