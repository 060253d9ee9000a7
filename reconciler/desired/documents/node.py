"""A Linux node: its addresses, the facts that an overlay needs of it, and rows written by hand."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, ClassVar

from pydantic import Field

from reconciler.desired.documents.ignore import NodeIgnoreRule
from reconciler.desired.documents.interface import NodeInterface
from reconciler.desired.documents.route import Route
from reconciler.desired.documents.rule import Rule
from reconciler.desired.documents.spec import Many, Part, Spec
from reconciler.desired.documents.values import (
    Address,
    HostAddress,
    Ifname,
    Interface,
    Mac,
    Prefix,
    PublicKey,
    StationMac,
)
from reconciler.desired.prefixes import Networks
from reconciler.linux.route import MAIN_TABLE


class Underlay(Part):
    """Where the overlay leaves the node: a fact, configures nothing. Default: the first interface with an address."""

    example: ClassVar[str] = "{dev: eth1}"
    dev: Ifname | None = None
    address: Interface | None = None
    address6: Interface | None = None
    gateway: Address | None = None
    gateway6: Address | None = None


class Vtep(Part):
    """A node's end of the VXLAN tunnels: the address and the MAC of its device."""

    example: ClassVar[str] = "{address: 192.168.81.64}"
    address: HostAddress | None = None
    mac: StationMac | None = None


class TunnelEnd(Part):
    """A node's end of the tunnels of one kind."""

    example: ClassVar[str] = "{address: 10.2.1.0}"
    address: HostAddress | None = None


class WireguardEnd(Part):
    """A node's WireGuard identity; ``address6`` and ``publicKey6`` are those of ``wg-v6.cali``."""

    example: ClassVar[str] = "{address: 10.65.0.1}"
    address: HostAddress | None = None
    public_key: PublicKey | None = None
    address6: HostAddress | None = None
    public_key6: PublicKey | None = None


class Tunnel(Part):
    """Tunnel ends by kind; every part may be left out and is then looked up in the cluster."""

    example: ClassVar[str] = "{vxlan: {address: 192.168.81.64}}"
    vxlan: Vtep | None = None
    vxlan6: Vtep | None = None
    ipip: TunnelEnd | None = None
    wireguard: WireguardEnd | None = None
    cilium: TunnelEnd | None = None

    @property
    def keyed(self) -> frozenset[int]:
        """The IP versions of which it has a WireGuard key."""
        keys = {} if self.wireguard is None else {4: self.wireguard.public_key, 6: self.wireguard.public_key6}
        return frozenset(version for version, key in keys.items() if key)


class Neighbor(Part):
    """A permanent neighbour entry."""

    example: ClassVar[str] = '{dst: 10.10.10.99, dev: eth1, mac: "02:00:00:00:00:99"}'
    dst: Address
    dev: Ifname
    mac: StationMac


class FdbEntry(Part):
    """A permanent forwarding entry of a VXLAN device; the all-zero MAC floods."""

    example: ClassVar[str] = '{mac: "02:00:00:00:00:99", dev: vxlan.calico, dst: 10.10.20.99}'
    mac: Mac
    dev: Ifname
    dst: Address
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    vni: Annotated[int, Field(ge=0, le=16777215)] | None = None
    via: Ifname | None = None


class Node(Spec):
    """``interfaces`` by name; ``podCIDRs`` for CNIs that give each node a CIDR (Flannel, Cilium)."""

    interfaces: dict[Ifname, NodeInterface] = Field(default_factory=dict)
    underlay: Underlay | None = None
    tunnel: Tunnel = Tunnel()
    pod_cidrs: Many[Prefix] = Field(default=(), alias="podCIDRs")
    routes: Many[Route] = ()
    rules: Many[Rule] = ()
    neighbors: Many[Neighbor] = ()
    fdb: Many[FdbEntry] = ()
    ignore: Many[NodeIgnoreRule] = ()

    @cached_property
    def _links(self) -> Networks[tuple[int, str]]:
        """What needs no gateway, as table and interface: subnets, and routes to a device."""
        subnets = ((one.subnet, name) for name, given in self.interfaces.items() for one in given.addresses or ())
        rows = ((row.table, row.network, row.dev) for row in self.routes if row.type == "unicast" and row.via is None)
        links = [(network, (MAIN_TABLE, name)) for network, name in subnets]
        return Networks(links + [(network, (table, dev)) for table, network, dev in rows if dev is not None])

    def link_to(self, gateway: IPv4Address | IPv6Address, table: int, dev: str | None = None) -> str | None:
        """The interface (``dev`` or any) that leads to the gateway of a route in ``table``: the longest prefix wins."""
        around = self._links.around(gateway)
        return next((name for of, name in around if of in (MAIN_TABLE, table) and dev in (None, name)), None)
