"""What the inventory lets us prune, in the compiler's words."""

from __future__ import annotations

from ipaddress import ip_network

from reconciler.desired.inventory import Inventory
from reconciler.intent.wish import Owns
from reconciler.linux.claim import Except


def owns_of(inventory: Inventory) -> dict[str, Owns]:
    """By device."""
    return {
        name: Owns(
            device.owns.vlans,
            device.owns.routes,
            device.owns.vrfs,
            device.owns.bgp,
            device.owns.loopbacks,
            Except(
                frozenset(device.owns.excepted.devices),
                frozenset(device.owns.excepted.tables),
                frozenset(map(ip_network, device.owns.excepted.prefixes)),
            ),
            tuple(rule.rule(inventory.origins.get(name, "")) for rule in device.ignore),
        )
        for name, device in inventory.devices.items()
    }
