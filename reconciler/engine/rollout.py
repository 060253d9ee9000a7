"""In which order the inventory's devices get a new state: by tier, by ``after``, a few at first, some at a time."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.waves import AT_ONCE, Rolling, waves
from reconciler.desired.check.order import after_of
from reconciler.desired.inventory import Inventory


def rollout_of(names: Iterable[str], inventory: Inventory, rolling: Rolling = AT_ONCE) -> list[list[str]]:
    """Devices ``names``, which have something to do, in waves; each wave begins once all before it have converged.

    ``inventory``: without problems, so nobody waits for each other.
    """
    tiers = {name: device.tier for name, device in inventory.devices.items()}
    return waves(names, tiers, after_of(inventory.devices), rolling)
