"""Subnets that several devices share, or should not: masks, overlaps, MTUs, pools in the middle of the network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from reconciler.desired.check import switches
from reconciler.desired.check.finding import Finding, IpInterface, Spot, World
from reconciler.desired.check.nodes import addresses
from reconciler.desired.check.pools import carrying
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node, Switch
from reconciler.desired.prefixes import Network, nested, overlapping
from reconciler.switch.kinds import DEFAULT_MTU, DEFAULT_VRF

Placed = list[tuple[Network, tuple[Spot, IpInterface]]]


def of_one_node(world: World) -> Iterator[Finding]:
    """Two interfaces into one subnet: the kernel sends by one of them and answers ARP on both."""
    for node in world.of(Node):
        placed: Placed = [(one.network, (spot, one)) for spot, one in addresses(node) if _is_shared(one)]
        for (_, (first, outer)), (_, (spot, inner)) in nested(placed):
            if spot.path[2] != first.path[2]:
                what = f"{inner} overlaps {outer} of {first.path[2]} ({first})"
                yield spot.warning(Code.NODE_SUBNETS_OVERLAP, what, "give each interface a subnet of its own")


def _is_shared(interface: IpInterface) -> bool:
    """Whether others may be in its subnet."""
    return interface.network.prefixlen < interface.max_prefixlen and not interface.is_link_local


def masks(world: World) -> Iterator[Finding]:
    """Nodes that see one another's subnet otherwise: one of them sends directly, the other one by its gateway."""
    given = [(spot, one) for node in world.of(Node) for spot, one in addresses(node) if _is_shared(one)]
    placed: Placed = [(one.network, (spot, one)) for spot, one in given if spot.path[2] != "lo"]
    for (outer, (first, other)), (inner, (spot, one)) in nested(placed):
        if inner.prefixlen != outer.prefixlen and first.document is not spot.document:
            what = f"{one} has another prefix length than {other} of {first.document.name} ({first})"
            yield spot.warning(Code.MASK_DIFFERS, what, f"use /{outer.prefixlen}")


def between_switches(world: World) -> Iterator[Finding]:
    """Switches may share a subnet; one that is only a part of another's is a slip, or a hole in it."""
    placed: Placed = [
        (one.network, (spot, one))
        for switch in world.of(Switch)
        for spot, vrf, one in switches.addresses(switch)
        if vrf == DEFAULT_VRF and _is_shared(one)
    ]
    for (outer, (first, other)), (inner, (spot, one)) in nested(placed):
        if outer != inner and first.document is not spot.document:
            what = f"{one} overlaps {other} of {first.document.name} ({first})"
            yield spot.warning(Code.SVI_SUBNETS_DIFFER, what, f"use /{outer.prefixlen}, or a subnet of its own")


def pools_between(world: World) -> Iterator[Finding]:
    """What is a pod's to the nodes must not be a neighbour's to the switch."""
    taken = [(one.network, (spot, one)) for switch in world.of(Switch) for spot, _, one in switches.addresses(switch)]
    for (pool, cidr), (spot, one) in overlapping([(cidr, (pool, cidr)) for pool, cidr in carrying(world)], taken):
        what = f"{cidr} overlaps {one} of {spot.document.name} ({spot})"
        yield Spot(pool, ("spec", "cidr")).warning(Code.POOL_OVERLAPS_SUBNET, what, "use another range for pods")


def hosts(world: World) -> Iterator[Finding]:
    """EOS refuses a /32 where neighbours are to be (``% Prefix length must be less than``)."""
    for switch in world.of(Switch):
        for spot, _, one in switches.addresses(switch):
            if one.version == 4 and one.network.prefixlen == 32 and not str(spot.path[2]).startswith("Loopback"):
                right = f"use a shorter one, such as {one.ip}/31, or a Loopback"
                yield spot.error(Code.SVI_PREFIX_TOO_LONG, f"{one} leaves no room for a neighbour", right)


def virtual_routers(world: World) -> Iterator[Finding]:
    """A virtual router answers for an address in a subnet of its SVI."""
    for switch in world.of(Switch):
        subnets: dict[str | int, list[Network]] = {}
        for spot, _, one in switches.addresses(switch):
            subnets.setdefault(spot.path[2], []).append(one.network)
        for vlan, svi in switch.spec.svis.items():
            own = subnets.get(vlan, [])
            for index, text in enumerate(svi.virtual_router or ()):
                if own and not any(ip_address(text.partition("/")[0]) in network for network in own):
                    spot = Spot(switch, ("spec", "svis", vlan, "virtualRouter", index))
                    what = f"{text} is in no subnet of SVI {vlan}"
                    right = f"use an address in {own[0]}"
                    yield spot.warning(Code.VIRTUAL_ROUTER_OFF_SUBNET, what, right)


def mtus(world: World) -> Iterator[Finding]:
    """A switch drops what is larger than its SVI takes on the way to another subnet."""
    routed = {
        one.network: (svi.mtu or DEFAULT_MTU, spot)
        for switch in world.of(Switch)
        for spot, _, one in switches.addresses(switch)
        if spot.path[1] == "svis" and (svi := switch.spec.svis[int(spot.path[2])])
    }
    for node in world.of(Node):
        for spot, one in addresses(node):
            name, (least, svi_spot) = str(spot.path[2]), routed.get(one.network, (None, spot))
            mtu = node.spec.interfaces[name].mtu
            if mtu is not None and least is not None and mtu > least:
                what = f"{name} sends up to {mtu} bytes, its SVI takes {least} ({svi_spot})"
                right = f"use {least} here, or mtu: {mtu} there"
                yield Spot(node, ("spec", "interfaces", name, "mtu")).warning(Code.SVI_MTU_TOO_SMALL, what, right)
