"""What on a node is flanneld's: it never cleans up behind itself, so what it left we do (overlay reference, 8.6)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from reconciler.core.resource import Resource
from reconciler.desired.prefixes import Network
from reconciler.linux.address import Address
from reconciler.linux.claim import CniClaim, devices_of, inside, matches
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import BOOT_PROTOCOL, MAIN_TABLE, Route

DEVICES = ("flannel.*", "flannel-v6.*", "flannel-wg", "flannel-wg-v6")


@dataclass(frozen=True, slots=True)
class FlannelClaim(CniClaim):
    """Everything on flannel's devices, and the routes without a mark that lead into its ``networks``.

    ``addresses``: the nodes' public ones. An FDB entry that leads to one of them is kept, be its MAC an old one, as
    flanneld keeps it (table V32); one that leads to no node is stale. ``host_gw``: that is the backend.
    """

    networks: frozenset[Network] = frozenset()
    addresses: frozenset[str] = frozenset()
    host_gw: bool = False

    def otherwise(self, resource: Resource) -> str:
        """``routeCheck`` of host-gw looks after missing routes; nothing looks after other rows, nor cleans up."""
        if resource.key not in self.declared:
            return ""
        if self.host_gw and isinstance(resource, Route):
            return "flanneld, within 10 s if it is missing"
        return "flanneld, at its next start or change of a lease"

    def _counts(self, resource: Resource) -> bool:
        match resource:
            case Route():
                return self._counts_route(resource)
            case Link():
                return matches(resource.ifname, DEVICES)
            case FdbEntry():
                return matches(resource.dev, DEVICES) and resource.dst not in self.addresses
            case Neighbour() | Address():
                return matches(resource.dev, DEVICES)
            case _:
                return False

    def _counts_route(self, route: Route) -> bool:
        """With a gateway and protocol boot, as flanneld writes each subnet's; WireGuard's one route has none."""
        if route.table != MAIN_TABLE or route.protocol != BOOT_PROTOCOL or route.type != "unicast":
            return False
        if any(matches(dev, DEVICES) for dev in devices_of(route)):
            return True
        network = ip_network(route.dst)
        return route.gateway is not None and inside(network, self.networks) and network not in self.networks
