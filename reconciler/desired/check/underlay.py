"""What an overlay has to know of each node before it can tunnel: an address, and which others are in its subnet."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface, ip_network

from reconciler.desired.check.finding import Finding, IpInterface, Spot, World
from reconciler.desired.check.nodes import addresses
from reconciler.desired.check.tunnels import members
from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster, IPPool, Node
from reconciler.desired.repository import Document

CROSS_SUBNET = "CrossSubnet"


def told(world: World) -> Iterator[Finding]:
    """Where no ``apiNode`` can be asked, a node's address stands in its document, or its rows stay unknown."""
    nodes = {node.name: node for node in world.of(Node)}
    for cluster in world.of(Cluster):
        for name in cluster.spec.nodes if cluster.spec.cni != "none" and cluster.spec.api_node is None else ():
            if name in nodes and not list(_given(nodes[name])):
                what = f"nobody tells the address of {name}: rows towards it are not planned"
                right = "add underlay: {dev: eth1, address: 10.10.10.11/24}, or apiNode to the Cluster"
                yield Spot(nodes[name], ("metadata", "name")).warning(Code.NO_UNDERLAY_ADDRESS, what, right)


def _given(node: Document[Node]) -> Iterator[tuple[Spot, IpInterface]]:
    """The addresses that the overlay may leave by, the one that counts first."""
    facts = node.spec.underlay
    for field in ("address", "address6"):
        if text := getattr(facts, field, None):
            yield Spot(node, ("spec", "underlay", field)), ip_interface(text)
    yield from ((spot, one) for spot, one in addresses(node) if spot.path[2] != "lo" and not one.is_link_local)


def masks(world: World) -> Iterator[Finding]:
    """A node registered with a /32 is in nobody's subnet: CrossSubnet tunnels to its neighbours, too (calico 4254)."""
    crossing = {
        ip_network(pool.spec.cidr).version
        for pool in world.of(IPPool)
        if CROSS_SUBNET in (pool.spec.vxlan_mode, pool.spec.ipip_mode)
    }
    for node in members(world, "calico"):
        seen: set[int] = set()
        for spot, one in _given(node):
            first = one.version not in seen
            seen.add(one.version)
            if first and one.version in crossing and one.network.prefixlen == one.max_prefixlen:
                what = f"{one} is in no other node's subnet: CrossSubnet tunnels to all of them"
                yield spot.warning(Code.HOST_PREFIX, what, "use the prefix length of the subnet")
