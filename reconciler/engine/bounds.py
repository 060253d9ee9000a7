"""Whose limits hold for which device: the inventory's before the settings', and these before the built-in ones."""

from __future__ import annotations

from reconciler.core.limits import EACH, TOTAL, FleetLimits
from reconciler.desired.inventory import Inventory
from reconciler.settings.limits import LimitSettings


def limits_of(inventory: Inventory, settings: LimitSettings = LimitSettings()) -> FleetLimits:  # noqa: B008 - frozen
    """Limits by device, of the others, and in total."""
    default = settings.device.over(EACH)
    own = {name: device.limits.over(default) for name, device in inventory.devices.items() if device.limits}
    return FleetLimits(default, settings.total.over(TOTAL), own)
