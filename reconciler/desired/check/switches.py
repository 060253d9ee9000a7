"""What does not fit together on one switch."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network

from reconciler.desired.check.finding import Finding, IpInterface, Spot, World, twice
from reconciler.desired.codes import Code
from reconciler.desired.documents import Switch
from reconciler.desired.documents.switch import StaticRoute, SwitchPort
from reconciler.desired.prefixes import Network, Networks, nested
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import alike_or
from reconciler.switch.addresses import is_address
from reconciler.switch.kinds import DEFAULT_VRF

DEFAULT_VLAN = 1
FIRST_INTERNAL_VLAN = 1006
BEHIND = "use a next hop in the subnet of an SVI or routed port"


def svis_have_vlans(world: World) -> Iterator[Finding]:
    """EOS: an SVI without its VLAN stays down, and so do all routes over it."""
    for switch in world.of(Switch):
        for vlan in switch.spec.svis:
            if vlan != DEFAULT_VLAN and vlan not in switch.spec.vlans:
                spot = Spot(switch, ("spec", "svis", vlan))
                yield spot.error(
                    Code.SVI_WITHOUT_VLAN,
                    f"the SVI is in VLAN {vlan}, which is not declared",
                    _right(switch, vlan),
                )


def ports_have_vlans(world: World) -> Iterator[Finding]:
    """A VLAN may be somebody else's; whether it is ours, only the inventory's ``owns`` can tell."""
    for switch in world.of(Switch):
        for spot, vlan in untagged(switch):
            if vlan != DEFAULT_VLAN and vlan not in switch.spec.vlans:
                yield spot.warning(
                    Code.PORT_VLAN_UNDECLARED,
                    f"the port is in VLAN {vlan}, which is not declared",
                    _right(switch, vlan),
                )


def _right(switch: Document[Switch], vlan: int) -> str:
    return alike_or(str(vlan), map(str, switch.spec.vlans), f"add {vlan} under vlans")


def untagged(switch: Document[Switch]) -> Iterator[tuple[Spot, int]]:
    """The VLAN of each port's untagged frames: access, or a trunk's native one."""
    for name, port in switch.spec.interfaces.items():
        path = ("spec", "interfaces", name)
        if port.access is not None:
            yield Spot(switch, (*path, "access")), port.access
        if port.trunk is not None:
            yield Spot(switch, (*path, "trunk", "native")), port.trunk.native


def vlans_in_use(world: World) -> Iterator[Finding]:
    """EOS gives routed ports VLANs of their own, from 1006 up by default, and refuses those to others (eos.md 8)."""
    for switch in world.of(Switch):
        for vlan in switch.spec.vlans:
            if vlan >= FIRST_INTERNAL_VLAN:
                what = f"EOS takes VLANs from {FIRST_INTERNAL_VLAN} up for routed ports, it may refuse VLAN {vlan}"
                yield Spot(switch, ("spec", "vlans", vlan)).warning(
                    Code.INTERNAL_VLAN, what, f"use one below {FIRST_INTERNAL_VLAN}"
                )


def vlan_one(world: World) -> Iterator[Finding]:
    """EOS always has VLAN 1; nothing here ever changes it (contract, 1)."""
    for switch in world.of(Switch):
        if DEFAULT_VLAN in switch.spec.vlans:
            spot = Spot(switch, ("spec", "vlans", DEFAULT_VLAN))
            yield spot.error(Code.VLAN_ONE, "VLAN 1 is the switch's own and never changed", "remove it")


def subnets(world: World) -> Iterator[Finding]:
    """EOS refuses an address whose subnet overlaps another interface's in the same VRF."""
    for switch in world.of(Switch):
        placed = list(addresses(switch))
        for vrf in sorted({vrf for _, vrf, _ in placed}):
            yield from _clashes([(interface, spot) for spot, of, interface in placed if of == vrf])


def _clashes(placed: list[tuple[IpInterface, Spot]]) -> Iterator[Finding]:
    numbered = ((interface.network, index) for index, (interface, _) in enumerate(placed))
    for (_, outer), (_, inner) in nested(numbered):
        (first, other), (second, spot) = placed[min(outer, inner)], placed[max(outer, inner)]
        if spot.path[:3] != other.path[:3]:
            yield spot.error(
                Code.SUBNETS_OVERLAP, f"{second} overlaps {first} ({other})", "give each interface a subnet of its own"
            )


def addresses(switch: Document[Switch]) -> Iterator[tuple[Spot, str, IpInterface]]:
    """Every address of the switch, with its VRF."""
    for vlan, svi in switch.spec.svis.items():
        for field, listed in (("addresses", svi.addresses), ("virtual", svi.virtual or ())):
            for index, address in enumerate(listed):
                yield Spot(switch, ("spec", "svis", vlan, field, index)), svi.vrf, ip_interface(address)
    for name, port in switch.spec.interfaces.items():
        yield from _port_addresses(switch, name, port)


def _port_addresses(switch: Document[Switch], name: str, port: SwitchPort) -> Iterator[tuple[Spot, str, IpInterface]]:
    for index, address in enumerate(port.addresses or ()):
        path = ("spec", "interfaces", name, "addresses", index)
        yield Spot(switch, path), port.vrf or DEFAULT_VRF, ip_interface(address)


def routes(world: World) -> Iterator[Finding]:
    """Static routes: one row per next hop, and a next hop that can be reached."""
    for switch in world.of(Switch):
        rows = [(Spot(switch, ("spec", "routes", index)), row) for index, row in enumerate(switch.spec.routes)]
        yield from twice(
            (((row.vrf, row.dst, row.via), spot) for spot, row in rows),
            Code.ROUTE_TWICE,
            lambda _, other: f"duplicate static route (same vrf, dst and via) of {other}",
        )
        known = {(vrf, one.network) for _, vrf, one in addresses(switch)}
        known |= {(row.vrf, network) for _, row in rows if (network := ip_network(row.dst)).prefixlen}
        near = Networks((network, (vrf, network)) for vrf, network in known)
        for spot, row in rows:
            yield from _next_hop(row, spot._replace(path=(*spot.path, "via")), near)


def _next_hop(row: StaticRoute, via: Spot, near: Networks[tuple[str, Network]]) -> Iterator[Finding]:
    """An address of the route's IP version, which a subnet or another route leads to; an interface needs neither."""
    last = row.via.split()[-1]
    if not is_address(last):
        return
    hop = ip_address(last)
    if (":" in row.dst) != (hop.version == 6):
        what = f"the route to {row.dst} via {row.via} mixes IPv4 and IPv6"
        yield via.error(Code.MIXED_IP_VERSIONS, what, "use a next hop of the route's IP version")
    elif last == row.via and not any(vrf == row.vrf and to != ip_network(row.dst) for vrf, to in near.around(hop)):
        yield via.warning(Code.NEXT_HOP_UNREACHABLE, f"{row.via} is in no subnet of the switch", BEHIND)
