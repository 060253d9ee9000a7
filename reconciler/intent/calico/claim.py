"""What on a node Felix and BIRD count as their own, and therefore we, where a Calico cluster is ours to enforce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from reconciler.core.resource import Resource
from reconciler.desired.prefixes import Network
from reconciler.intent.calico.settings import (
    BIRD_PROTOCOL,
    FELIX_PROTOCOL,
    IPIP_DEVICE,
    VXLAN_DEVICES,
    WIREGUARD,
)
from reconciler.linux.address import Address
from reconciler.linux.claim import IPV6_BOOTSTRAP, CniClaim, devices_of, inside
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import BOOT_PROTOCOL, MAIN_TABLE, Route
from reconciler.linux.rule import Rule

VXLAN = frozenset(VXLAN_DEVICES.values())
WIREGUARDS = frozenset(default.device for default in WIREGUARD)
TUNNELS = VXLAN | WIREGUARDS | {IPIP_DEVICE}


@dataclass(frozen=True, slots=True)
class CalicoClaim(CniClaim):
    """What Felix counts as its own (felix/routetable/ownershippol, felix/vxlanfdb), less what pods hang on.

    ``declared``: compiled rows. ``protocol``: 80, or ``deviceRouteProtocol`` where that is not 3. ``pools``: all of
    the cluster's, ``bird``: those whose routes BIRD programs, each with the length of its blocks; its protocol
    marks other people's BGP routes, too.
    ``felix_ipip``: Felix programs IPIP, and takes over BIRD's leftovers on tunl0. ``table``: WireGuard's, all of it
    Felix's; 0 where WireGuard is off, then only what Felix left behind there is. ``priority`` is that of WireGuard's
    rule. Felix reads no other table but main. ``knows_wireguard``: somebody says whether it is on; else what there is
    of it stays, since a device that is deleted takes its private key along.
    The kernel's tunl0 is never deleted; the other tunnel devices are, when nothing wants them.
    """

    protocol: int = FELIX_PROTOCOL
    pools: frozenset[Network] = frozenset()
    bird: Mapping[Network, int] = field(default_factory=dict)
    felix_ipip: bool = False
    table: int = 0
    priority: int = WIREGUARD[0].priority
    knows_wireguard: bool = True

    def otherwise(self, resource: Resource) -> str:
        """Felix's timers (felix/jitter; ``keepDeviceInSync``) and BIRD's ``scan time``."""
        if isinstance(resource, Route) and resource.protocol == BIRD_PROTOCOL:
            return "BIRD, within 2 s"
        if isinstance(resource, Link) or (isinstance(resource, Address) and resource.dev in TUNNELS):
            return "Felix, within 10 s"
        return "Felix, within 99 s"

    def _counts(self, resource: Resource) -> bool:
        if not self.knows_wireguard and _is_wireguards(resource):
            return False
        match resource:
            case Route():
                return self._counts_route(resource)
            case Link():
                return resource.ifname in VXLAN | WIREGUARDS
            case Neighbour() | FdbEntry():
                return resource.dev in VXLAN
            case Rule():
                return self._counts_rule(resource)
            case Address():
                return resource.dev in TUNNELS
            case _:
                return False

    def _counts_route(self, route: Route) -> bool:
        network, devices = ip_network(route.dst), frozenset(devices_of(route))
        if network.version == 6 and inside(network, IPV6_BOOTSTRAP):
            return False
        if route.table != MAIN_TABLE:
            return self._counts_wireguard(route, network)
        if route.protocol == BIRD_PROTOCOL:
            return self._counts_birds(network) or (IPIP_DEVICE in devices and self.felix_ipip) or bool(VXLAN & devices)
        return route.protocol == self.protocol or bool(VXLAN & devices)

    def _counts_birds(self, network: Network) -> bool:
        """A block, or an address of one; a shorter prefix is an aggregate that BIRD learned from a router."""
        return inside(network, frozenset(pool for pool, length in self.bird.items() if network.prefixlen >= length))

    def _counts_rule(self, rule: Rule) -> bool:
        """Felix's rule by its place, its mark and its table, as it stays behind when WireGuard is switched off."""
        mine = (self.priority, self.table or 1)
        return (rule.priority, rule.table) == mine and bool(rule.inverted) and rule.fwmark is not None

    def _counts_wireguard(self, route: Route, network: Network) -> bool:
        """Where WireGuard is off: what Felix wrote, as no administrator's route to a next hop looks."""
        if self.table:
            return route.table == self.table
        felixs = route.type == "throw" or not WIREGUARDS.isdisjoint(devices_of(route))
        return felixs and route.table == 1 and route.protocol == BOOT_PROTOCOL and inside(network, self.pools)


def _is_wireguards(resource: Resource) -> bool:
    if isinstance(resource, Rule) or (isinstance(resource, Route) and resource.table != MAIN_TABLE):
        return True
    return not WIREGUARDS.isdisjoint(devices_of(resource))
