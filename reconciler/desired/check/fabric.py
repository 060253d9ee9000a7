"""What clashes between devices: addresses, MACs and tunnel ends that two of them claim, subnets that do not meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reconciler.desired.check import switches
from reconciler.desired.check.blocks import node_addresses
from reconciler.desired.check.finding import Finding, IpInterface, Spot, World
from reconciler.desired.check.within import Networks
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node, Switch
from reconciler.desired.documents.node import Tunnel
from reconciler.desired.repository import Document

Claim = tuple[str, Spot]


def addresses(world: World) -> Iterator[Finding]:
    """One address has one device; loopback interfaces may share one (anycast)."""
    claims = [(str(interface.ip), spot) for spot, interface in _underlay_addresses(world)]
    yield from _claimed(claims, Code.ADDRESS_TWICE, lambda address: address, "an address belongs to one device")


def _underlay_addresses(world: World) -> Iterator[tuple[Spot, IpInterface]]:
    for switch in world.of(Switch):
        for spot, vrf, interface in switches.addresses(switch):
            if vrf == "default":
                yield spot, interface
    for spot, interface in node_addresses(world):
        shared = interface.is_link_local or interface.is_loopback or spot.path[:3] == ("spec", "interfaces", "lo")
        if not shared:
            yield spot, interface


def _called(document: Document[Any]) -> str:
    return f"{document.kind} {document.name}"


def _claimed(claims: list[Claim], code: Code, what: Callable[[str], str], right: str) -> Iterator[Finding]:
    """An error for each claim that another device made before."""
    first: dict[str, Spot] = {}
    for value, spot in claims:
        other = first.setdefault(value, spot)
        if other.document is not spot.document:
            yield spot.error(code, f"{what(value)} is already used by {_called(other.document)} ({other})", right)


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
    """Where switches have SVIs, a node's address belongs into a subnet of one of them, with the same mask.

    Or into that of a routed port.
    """
    placed = [(spot, one) for switch in world.of(Switch) for spot, _, one in switches.addresses(switch)]
    routed = {one.network for _, one in placed}
    svis = Networks(
        (network, str(network)) for network in {one.network for spot, one in placed if spot.path[1] == "svis"}
    )
    for spot, interface in _underlay_addresses(world):
        if interface.network in routed or not svis.has(interface.version):
            continue
        around = sorted(svis.around(interface.ip))
        if around:
            what = f"{interface} has another prefix length than its SVI's subnet {around[0]}"
            yield spot.warning(Code.MASK_DIFFERS, what, f"use /{around[0].partition('/')[2]}")
        else:
            yield spot.warning(
                Code.OUTSIDE_SVI_SUBNET,
                f"{interface} is in no SVI's subnet",
                "use an address in an SVI's subnet, or add the SVI",
            )
