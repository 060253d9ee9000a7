"""The inventory's devices, each with the driver that speaks its language and the transport that reaches it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.desired.device import Device as Entry
from reconciler.desired.inventory import Inventory
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Device
from reconciler.engine.parts import driver_for
from reconciler.engine.reach import transport_for


def api_nodes(repository: Repository) -> frozenset[str]:
    """Devices on which kubectl answers for a cluster."""
    named = (document.spec.api_node for document in repository.of("Cluster"))
    return frozenset(name for name in named if name)


def fleet(inventory: Inventory, repository: Repository, targeted: Callable[[str], bool]) -> dict[str, Device]:
    """Every targeted device of the inventory; nothing is contacted yet."""
    api = api_nodes(repository)
    return {
        name: Device(
            name,
            entry.platform,
            driver_for(entry.platform, host=entry.host, api=name in api),
            transport_for(name, inventory),
            audit=entry.mode == "audit",
        )
        for name, entry in _chosen(inventory, targeted)
    }


def _chosen(inventory: Inventory, targeted: Callable[[str], bool]) -> Iterable[tuple[str, Entry]]:
    return ((name, entry) for name, entry in sorted(inventory.devices.items()) if targeted(name))
