"""Which driver speaks to a device: by its platform, and with the cluster's part where kubectl answers."""

from __future__ import annotations

from reconciler.cluster.ippool import IPPool
from reconciler.core.resource import Resource
from reconciler.linux.driver import LinuxDriver
from reconciler.switch.eos.driver import EosDriver

KINDS: tuple[type[Resource], ...] = (*EosDriver.kinds, *LinuxDriver.kinds, IPPool)
"""Every kind of resource that any driver knows."""
