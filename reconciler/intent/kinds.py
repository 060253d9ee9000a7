"""Every kind of resource that there is: on switches, on nodes, in clusters."""

from __future__ import annotations

from reconciler.cluster.ippool import IPPool
from reconciler.core.resource import Resource
from reconciler.linux.driver import LinuxDriver
from reconciler.switch.eos.driver import EosDriver

KINDS: tuple[type[Resource], ...] = (*EosDriver.kinds, *LinuxDriver.kinds, IPPool)
NAMES: tuple[str, ...] = tuple(sorted(kind.kind for kind in KINDS))
