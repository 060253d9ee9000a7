"""The inventory's devices, each with the driver that speaks its language and the transport that reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

from reconciler.desired.device import Device as Entry
from reconciler.desired.documents import Cluster
from reconciler.desired.inventory import Inventory
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Device
from reconciler.engine.parts import Api, driver_for, driver_of, prologue_for
from reconciler.engine.reach import Barred, Ways, transport_for
from reconciler.intent.cluster import is_complete

MadeOf = tuple[tuple[Entry, ...], Api | None, bool]
"""What a device hangs on: its way, whether it answers for a cluster, whether it is only a source."""


class Fleet:
    """Devices with their transports, kept from one inventory and one revision of the documents to the next.

    ``writes``: they are not only looked at. ``ways``: ours from now on. Nothing is contacted before it is used.
    """

    def __init__(self, *, writes: bool, ways: Ways | None = None) -> None:
        self.devices: dict[str, Device] = {}
        self._ways = ways or Ways.new(writes=writes)
        self._made_of: dict[str, MadeOf] = {}

    async def renew(
        self, inventory: Inventory, repository: Repository, targeted: Callable[[str], bool] = lambda name: True
    ) -> frozenset[str]:
        """Have every targeted device, and those that must be asked about them, as sources.

        A device that is reached in the same way stays as it is, connected; the names of the others are returned.
        """
        made_of = _made_of(inventory, repository, targeted)
        changed = self.changing(inventory, repository, targeted)
        await self._close(changed)
        for name in sorted(changed & made_of.keys()):
            _, api, source = made_of[name]
            self.devices[name] = self._device(name, inventory, api, source=source)
        self._made_of = made_of
        return changed

    def changing(
        self, inventory: Inventory, repository: Repository, targeted: Callable[[str], bool] = lambda name: True
    ) -> frozenset[str]:
        """The devices that `renew` would make anew, or let go."""
        known, made_of = self._made_of, _made_of(inventory, repository, targeted)
        return frozenset(name for name in known.keys() | made_of.keys() if known.get(name) != made_of.get(name))

    def _device(self, name: str, inventory: Inventory, api: Api | None, *, source: bool) -> Device:
        entry = inventory.devices[name]
        transport = transport_for(name, inventory, self._ways, prologue_for(api))
        driver, audit, other = driver_of(entry, api), entry.mode == "audit", bool(entry.out_of_band)
        return Device(name, entry.platform, driver, transport, audit, source, entry.host, other)

    async def close(self) -> None:
        await self._close(list(self.devices))
        self._ways.close()

    async def _close(self, names: Iterable[str]) -> None:
        gone = [self.devices.pop(name) for name in names if name in self.devices]
        await asyncio.gather(*(device.transport.close() for device in gone))


@asynccontextmanager
async def fleet(
    inventory: Inventory, repository: Repository, targeted: Callable[[str], bool], *, writes: bool
) -> AsyncIterator[dict[str, Device]]:
    """A `Fleet` for one run; all is closed at the end."""
    made = Fleet(writes=writes)
    await made.renew(inventory, repository, targeted)
    try:
        yield made.devices
    finally:
        await made.close()


def _made_of(inventory: Inventory, repository: Repository, targeted: Callable[[str], bool]) -> dict[str, MadeOf]:
    api = api_nodes(repository)
    asked = {name for name, node in api.items() if node.ask_facts}
    wanted = {name: not targeted(name) for name in sorted(inventory.devices) if targeted(name) or name in asked}
    return {name: (_way(name, inventory), api.get(name), source) for name, source in wanted.items()}


NO_WAY = dict.fromkeys(("owns", "ignore", "limits", "tier", "after", "out_of_band"))
"""What is said of a device and has nothing to do with how it is reached: nobody is cut off because it changes."""


def _way(name: str, inventory: Inventory) -> tuple[Entry, ...]:
    """A device's settings, and those of the jump hosts on the way to it."""
    entries: list[Entry] = []
    hop: str | None = name
    while (entry := inventory.devices.get(hop or "")) is not None and entry not in entries:
        entries.append(entry)
        hop = entry.jump
    return tuple(entry.model_copy(update=NO_WAY) for entry in entries)


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
