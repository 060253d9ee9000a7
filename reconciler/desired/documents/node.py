"""A Linux node: its addresses, the facts that an overlay needs of it, and rows written by hand."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reconciler.desired.documents.spec import Many, Part, Spec
from reconciler.desired.documents.values import (
    Address,
    Destination,
    Ifname,
    Interface,
    Mac,
    Mtu,
    Prefix,
    PublicKey,
    StationMac,
    wrong,
)

OUR_PROTOCOL = 142
RouteType = Literal["unicast", "blackhole", "unreachable", "prohibit", "throw", "local"]
Byte = Annotated[int, Field(ge=0, le=255)]
U32 = Annotated[int, Field(ge=0, le=4294967295)]


class NodeInterface(Part):
    """``addresses`` absent: not ours; empty: none; given: exactly these (link-local ones are the kernel's)."""

    example: ClassVar[str] = "{addresses: [10.10.10.1/24]}"
    addresses: Many[Interface] | None = None
    mtu: Mtu | None = None


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
    address: Address | None = None
    mac: StationMac | None = None


class TunnelEnd(Part):
    """A node's end of the tunnels of one kind."""

    example: ClassVar[str] = "{address: 10.2.1.0}"
    address: Address | None = None


class WireguardEnd(Part):
    """A node's WireGuard identity; ``address6`` and ``publicKey6`` are those of ``wg-v6.cali``."""

    example: ClassVar[str] = "{address: 10.65.0.1}"
    address: Address | None = None
    public_key: PublicKey | None = None
    address6: Address | None = None
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
    def wireguard_key(self) -> str | None:
        """Its WireGuard key of any family."""
        return self.wireguard and (self.wireguard.public_key or self.wireguard.public_key6)


class NextHop(Part):
    """One leg of a multipath route."""

    example: ClassVar[str] = "{via: 10.10.10.1}"
    via: Address | None = None
    dev: Ifname | None = None
    weight: int = Field(default=1, ge=1, le=256)
    onlink: bool = False


class Route(Part):
    """One route written by hand; ``metric`` 0 of an IPv6 route is 1024 in the kernel; ``protocol`` marks the owner."""

    example: ClassVar[str] = "{dst: 10.10.20.0/24, via: 10.10.10.1}"
    dst: Destination
    via: Address | None = None
    dev: Ifname | None = None
    table: int = Field(default=254, ge=1, le=4294967295)
    metric: U32 = 0
    type: RouteType = "unicast"
    src: Address | None = None
    scope: Literal["global", "site", "link", "host", "nowhere"] | None = None
    onlink: bool = False
    mtu: Mtu | None = None
    nexthops: Many[NextHop] | None = None
    protocol: Byte = OUR_PROTOCOL

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Route:
        legs = [name for name in ("via", "dev") if getattr(self, name) is not None]
        if self.type == "unicast" and not legs and not self.nexthops:
            wrong("the route leads nowhere", "add via, dev or nexthops, or a type such as blackhole")
        if self.nexthops and legs:
            wrong("a route with both nexthops and a via or dev", "move via and dev into nexthops")
        return self


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


class Node(Spec):
    """``interfaces`` by name; ``podCIDRs`` for CNIs that give each node a CIDR (Flannel, Cilium)."""

    interfaces: dict[Ifname, NodeInterface] = Field(default_factory=dict)
    underlay: Underlay | None = None
    tunnel: Tunnel = Tunnel()
    pod_cidrs: Many[Prefix] = Field(default=(), alias="podCIDRs")
    routes: Many[Route] = ()
    neighbors: Many[Neighbor] = ()
    fdb: Many[FdbEntry] = ()
