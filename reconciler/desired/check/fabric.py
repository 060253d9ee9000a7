"""What clashes between devices: addresses, MACs and tunnel ends that two of them claim, subnets that do not meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reconciler.desired.check import switches
from reconciler.desired.check.blocks import node_addresses
from reconciler.desired.check.finding import Finding, IpInterface, Spot, World
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node, Switch
from reconciler.desired.documents.node import Tunnel
from reconciler.desired.prefixes import Network, Networks
from reconciler.desired.repository import Document
from reconciler.linux.claim import matches

Claim = tuple[str, Spot]
NAME = ("metadata", "name")
WITHIN = ("lo", "dummy*", "docker0", "virbr*", "cni0", "kube-*", "nodelocaldns")
"""Interfaces by which no packet leaves a node: each node may have the same addresses there."""


def addresses(world: World) -> Iterator[Finding]:
    """One address has one device; loopback interfaces may share one (anycast), and SVIs of several switches."""
    claims = [(str(interface.ip), spot) for spot, interface in _underlay_addresses(world)]
    yield from _claimed(claims, Code.ADDRESS_TWICE, lambda address: address, "an address belongs to one device")


def _underlay_addresses(world: World) -> Iterator[tuple[Spot, IpInterface]]:
    """Those that others see, each at one place: what stays within its device, or is everywhere, is left out."""
    for switch in world.of(Switch):
        for spot, vrf, interface in switches.addresses(switch):
            if vrf == "default" and not str(spot.path[2]).startswith("Loopback"):
                yield spot, interface
    for spot, interface in node_addresses(world):
        within = spot.path[1] == "interfaces" and matches(str(spot.path[2]), WITHIN)
        if not (interface.is_link_local or interface.is_loopback or within):
            yield spot, interface


def _called(document: Document[Any]) -> str:
    return f"{document.kind} {document.name}"


def _claimed(claims: list[Claim], code: Code, what: Callable[[str], str], right: str) -> Iterator[Finding]:
    """An error for each claim that another device made before."""
    first: dict[str, Spot] = {}
    for value, spot in claims:
        other = first.setdefault(value, spot)
        if other.document is not spot.document and not (_is_virtual(other) and _is_virtual(spot)):
            yield spot.error(code, f"{what(value)} is already used by {_called(other.document)} ({other})", right)


def _is_virtual(spot: Spot) -> bool:
    """``ip address virtual`` of an SVI."""
    return spot.path[3:4] == ("virtual",)


def macs(world: World) -> Iterator[Finding]:
    """Two nodes with one VTEP MAC take each other's packets (calico 9450, 9576)."""
    claims = [
        (end.mac, Spot(node, ("spec", "tunnel", name, "mac")))
        for node in world.of(Node)
        for name, end in (("vxlan", node.spec.tunnel.vxlan), ("vxlan6", node.spec.tunnel.vxlan6))
        if end is not None and end.mac is not None
    ]
    yield from _claimed(claims, Code.MAC_TWICE, lambda mac: f"MAC {mac}", "each node needs a MAC of its own")


def tunnel_ends(world: World) -> Iterator[Finding]:
    """One tunnel address has one node."""
    claims = [claim for node in world.of(Node) for claim in _ends(node)]
    yield from _claimed(
        claims, Code.TUNNEL_ADDRESS_TWICE, lambda address: f"tunnel address {address}", "each node needs one of its own"
    )


def _ends(node: Document[Node]) -> Iterator[Claim]:
    for name in Tunnel.model_fields:
        end = getattr(node.spec.tunnel, name)
        for field in ("address", "address6"):
            if address := getattr(end, field, None):
                yield address, Spot(node, ("spec", "tunnel", name, field))


def subnets(world: World) -> Iterator[Finding]:
    """Where switches have SVIs, a node's address belongs into the subnet of one of them, with the same mask."""
    given = [(spot, one) for switch in world.of(Switch) for spot, _, one in switches.addresses(switch)]
    svis = Networks((n, str(n)) for n in {one.network for spot, one in given if spot.path[1] == "svis"})
    routed = {one.network for spot, one in given if spot.path[1] != "svis"}
    placed = [(spot, one) for spot, one in _underlay_addresses(world) if spot.document.kind == Node.__name__]
    beside = _beside(placed, Networks((one.network, None) for _, one in given))
    for spot, interface in placed:
        around = sorted(svis.around(interface.ip))
        if not svis.has(interface.version) or str(interface.network) in around or interface.network in routed:
            continue
        if around:
            what = f"{interface} has another prefix length than its SVI's subnet {around[0]}"
            yield spot.warning(Code.MASK_DIFFERS, what, f"use /{around[0].partition('/')[2]}")
        elif interface.network not in beside and interface.network.prefixlen < interface.max_prefixlen:
            yield spot.warning(
                Code.OUTSIDE_SVI_SUBNET,
                f"{interface} is in no SVI's subnet",
                "use an address in an SVI's subnet, or add the SVI",
            )


def _beside(placed: list[tuple[Spot, IpInterface]], switched: Networks[None]) -> set[Network]:
    """Subnets of several nodes, all of which have a switch's subnet, too: for storage, for management."""
    inside = {spot.document.name for spot, one in placed if switched.contain(one.ip)}
    nodes: dict[Network, set[str]] = {}
    for spot, one in placed:
        nodes.setdefault(one.network, set()).add(spot.document.name)
    return {network for network, names in nodes.items() if len(names) > 1 and names <= inside}


def names(world: World) -> Iterator[Finding]:
    """A device is a switch or a node."""
    nodes = {node.name: Spot(node, NAME) for node in world.of(Node)}
    for switch in world.of(Switch):
        if switch.name in nodes:
            what = f"{switch.name} is a Node already ({nodes[switch.name]})"
            yield Spot(switch, NAME).error(Code.DUPLICATE_DOCUMENT, what, "remove or rename one")
