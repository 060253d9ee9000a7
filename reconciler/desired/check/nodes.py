"""What does not fit together on one node."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface
from typing import NamedTuple

from reconciler.desired.check.finding import Finding, IpInterface, Path, Spot, World, twice
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node
from reconciler.desired.documents.node import Underlay
from reconciler.desired.documents.route import Route
from reconciler.desired.repository import Document
from reconciler.linux.fdb import FLOOD_MAC
from reconciler.linux.route import IPV6_DEFAULT_METRIC

ON_LINK = "use a next hop in one of its subnets, or add onlink: true"


def routes(world: World) -> Iterator[Finding]:
    """One row per key of the kernel's FIB; IPv4 may lead via an IPv6 next hop, not the other way round."""
    for node in world.of(Node):
        rows = [(Spot(node, ("spec", "routes", index)), row) for index, row in enumerate(node.spec.routes)]
        yield from twice(
            ((_key(row), spot) for spot, row in rows),
            Code.ROUTE_TWICE,
            lambda _, other: f"duplicate route (same table, prefix and metric) of {other}",
        )
        for spot, row in rows:
            for path, hop in hops(row):
                if row.is_ipv6 and hop.version == 4:
                    what = f"the IPv6 route to {row.dst} has an IPv4 next hop, {hop.address}"
                    yield Spot(node, (*spot.path, *path)).error(Code.MIXED_IP_VERSIONS, what, "use an IPv6 next hop")


def _key(row: Route) -> Hashable:
    """Table, prefix, metric, TOS, source: what the kernel keys a route on; IPv6 keeps metric 0 as 1024."""
    dst = ("::/0" if row.is_ipv6 else "0.0.0.0/0") if row.dst == "default" else row.dst
    return row.table, dst, row.metric or (IPV6_DEFAULT_METRIC if row.is_ipv6 else 0), row.tos, row.source


class Hop(NamedTuple):
    """A gateway, the interface that is told to lead to it, and whether the kernel is not to ask if it does."""

    address: IPv4Address | IPv6Address
    dev: str | None
    onlink: bool

    @property
    def version(self) -> int:
        return self.address.version


def hops(row: Route) -> Iterator[tuple[Path, Hop]]:
    """Every next hop of a route, with its path in the row."""
    if row.via is not None:
        yield ("via",), Hop(ip_address(row.via), row.dev, row.onlink)
    for index, leg in enumerate(row.nexthops or ()):
        if leg.via is not None:
            yield ("nexthops", index, "via"), Hop(ip_address(leg.via), leg.dev, leg.onlink or row.onlink)


def rows(world: World) -> Iterator[Finding]:
    """Neighbours are keyed on device and address, forwarding entries on device and MAC (kernel)."""
    for node in world.of(Node):
        neighbors = (
            ((row.dev, row.dst), Spot(node, ("spec", "neighbors", index)))
            for index, row in enumerate(node.spec.neighbors)
        )
        yield from twice(
            neighbors, Code.NEIGHBOR_TWICE, lambda _, other: f"duplicate neighbor (same dev and dst) of {other}"
        )
        fdb = (
            ((row.dev, row.mac, row.dst if row.mac == FLOOD_MAC else ""), Spot(node, ("spec", "fdb", index)))
            for index, row in enumerate(node.spec.fdb)
        )
        yield from twice(fdb, Code.FDB_TWICE, lambda _, other: f"duplicate fdb entry (same dev and mac) of {other}")


def next_hops(world: World) -> Iterator[Finding]:
    """The kernel refuses a next hop that no address or route of the node reaches, unless it is told ``onlink``.

    Only interfaces whose addresses of that IP version are ours can tell.
    """
    for node in world.of(Node):
        interfaces = node.spec.interfaces.items()
        told: set[tuple[str | None, int]] = {
            (name, given.subnet.version) for name, one in interfaces for given in one.addresses or ()
        }
        told |= {(None, version) for _, version in told}
        for index, row in enumerate(node.spec.routes):
            for path, hop in hops(row):
                is_told = (hop.dev, hop.version) in told and not hop.onlink and not hop.address.is_link_local
                if is_told and node.spec.link_to(hop.address, row.table, hop.dev) is None:
                    spot = Spot(node, ("spec", "routes", index, *path))
                    what = f"{hop.address} is in no subnet of {hop.dev or 'the node'}"
                    yield spot.warning(Code.NEXT_HOP_UNREACHABLE, what, ON_LINK)


def addresses(node: Document[Node]) -> Iterator[tuple[Spot, IpInterface]]:
    """Every address that the document gives the node's interfaces; one whose peer is elsewhere is in no subnet."""
    for name, interface in node.spec.interfaces.items():
        for index, address in enumerate(interface.addresses or ()):
            own = ip_interface(address.address)
            spot = Spot(node, ("spec", "interfaces", name, "addresses", index))
            yield spot, own if own.ip in address.subnet else ip_interface(own.ip)


def underlay(world: World) -> Iterator[Finding]:
    """The facts for the overlay agree with what the node is given."""
    for node in world.of(Node):
        facts = node.spec.underlay
        if facts is None:
            continue
        for six, address, gateway in (("", facts.address, facts.gateway), ("6", facts.address6, facts.gateway6)):
            if address:
                yield from _underlay_address(node, facts, f"address{six}", address)
            if six and gateway and ":" not in gateway:
                spot = Spot(node, ("spec", "underlay", "gateway6"))
                yield spot.error(Code.MIXED_IP_VERSIONS, f"{gateway} is an IPv4 address", "give it as gateway")
            elif gateway and address and not _is_on_link(gateway, address):
                spot = Spot(node, ("spec", "underlay", f"gateway{six}"))
                yield spot.warning(
                    Code.GATEWAY_OFF_SUBNET,
                    f"{gateway} is not in the subnet of {address}",
                    "use a gateway in that subnet",
                )


def _is_on_link(gateway: str, address: str) -> bool:
    """A link-local gateway is on any link."""
    return ip_address(gateway).is_link_local or ip_address(gateway) in ip_interface(address).network


def _underlay_address(node: Document[Node], facts: Underlay, field: str, address: str) -> Iterator[Finding]:
    """Only interfaces whose addresses are ours can tell."""
    spot = Spot(node, ("spec", "underlay", field))
    if (field == "address") != (ip_interface(address).version == 4):
        what = f"{address} is of the other IP version"
        yield spot.error(Code.MIXED_IP_VERSIONS, what, "give IPv4 as address, IPv6 as address6")
        return
    interface = node.spec.interfaces.get(facts.dev or "")
    if interface is None or interface.addresses is None:
        return
    given = [one.address for one in interface.addresses]
    if address not in given:
        right = f"use one of {', '.join(given)}" if given else f"{facts.dev} has none"
        what = f"{address} is not an address of {facts.dev}"
        yield spot.warning(Code.UNDERLAY_NOT_ON_INTERFACE, what, right)
