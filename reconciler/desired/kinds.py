"""Every kind of resource that there is: on switches, on nodes, in clusters."""

from __future__ import annotations

from reconciler.cluster.ippool import IPPool
from reconciler.core.resource import Resource
from reconciler.linux.driver import LinuxDriver
from reconciler.switch.eos.driver import EosDriver

ON_SWITCHES: tuple[type[Resource], ...] = tuple(EosDriver.kinds)
ON_NODES: tuple[type[Resource], ...] = (*LinuxDriver.kinds, IPPool)
"""A cluster's pools are those of the node that answers kubectl."""
KINDS: tuple[type[Resource], ...] = (*ON_SWITCHES, *ON_NODES)
BY_NAME = {kind.kind: kind for kind in KINDS}
