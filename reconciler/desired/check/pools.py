"""Calico's own rules for IPPools (Calico api/pkg/apis/projectcalico/v3/ippool.go, libcalico-go clientv3/ippool.go)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from reconciler.desired.check.finding import Finding, Spot, World
from reconciler.desired.codes import Code
from reconciler.desired.documents import IPPool
from reconciler.desired.prefixes import Network, nested
from reconciler.desired.repository import Document

BLOCK_SIZES = {4: range(20, 33), 6: range(116, 129)}
LINK_LOCAL = {4: ip_network("169.254.0.0/16"), 6: ip_network("fe80::/10")}
OFF = ("Never", "")


def encapsulation(world: World) -> Iterator[Finding]:
    """One encapsulation at most, and IPIP for IPv4 only."""
    for pool in world.of(IPPool):
        spec, spot = pool.spec, Spot(pool, ("spec", "ipipMode"))
        if spec.ipip_mode not in OFF and spec.vxlan_mode not in OFF:
            yield spot.error(
                Code.TWO_ENCAPSULATIONS, "IPIP and VXLAN are both enabled", "set ipipMode or vxlanMode to Never"
            )
        if spec.ipip_mode not in OFF and ":" in spec.cidr:
            yield spot.error(Code.IPIP_IS_IPV4, "IPIP carries IPv4 only", "set ipipMode: Never")


def sizes(world: World) -> Iterator[Finding]:
    """Blocks have 20 to 32 bits (IPv6: 116 to 128), and fit into the pool unless that is disabled."""
    for pool in world.of(IPPool):
        network, length = ip_network(pool.spec.cidr), pool.spec.block_length
        allowed = BLOCK_SIZES[network.version]
        if length not in allowed:
            what = f"blockSize is {length} in an IPv{network.version} pool"
            yield Spot(pool, ("spec", "blockSize")).error(Code.BLOCK_SIZE, what, f"use {allowed[0]} to {allowed[-1]}")
        elif network.prefixlen > length and not pool.spec.disabled:
            what = f"{network} is smaller than one block (/{length})"
            yield Spot(pool, ("spec", "cidr")).error(
                Code.POOL_SMALLER_THAN_BLOCK, what, f"widen it to /{length}, or set blockSize: {network.prefixlen}"
            )


def range_(world: World) -> Iterator[Finding]:
    """Link-local addresses are no pod's."""
    for pool in world.of(IPPool):
        network = ip_network(pool.spec.cidr)
        if network.overlaps(local := LINK_LOCAL[network.version]):
            yield Spot(pool, ("spec", "cidr")).error(
                Code.POOL_LINK_LOCAL, f"{network} overlaps link-local {local}", "use another range"
            )


def uses(world: World) -> Iterator[Finding]:
    """Addresses of load balancers are routed by nobody's node."""
    for pool in world.of(IPPool):
        spec = pool.spec
        if "LoadBalancer" not in spec.allowed_uses:
            continue
        checks = (
            ("allowedUses", len(spec.allowed_uses) > 1, "keep LoadBalancer alone"),
            ("ipipMode", spec.ipip_mode not in OFF, "set ipipMode: Never"),
            ("vxlanMode", spec.vxlan_mode not in OFF, "set vxlanMode: Never"),
            ("nodeSelector", spec.node_selector != "all()", "set nodeSelector: all()"),
            ("disableBGPExport", spec.disable_bgp_export, "set disableBGPExport: false"),
        )
        for field, wrong, right in checks:
            if wrong:
                yield Spot(pool, ("spec", field)).error(
                    Code.LOAD_BALANCER_POOL, f"this {field} does not go with the use LoadBalancer", right
                )


def selectors(world: World) -> Iterator[Finding]:
    """``global()`` selects no node, and a tunnel address is in no namespace."""
    for pool in world.of(IPPool):
        for field, selector in (
            ("nodeSelector", pool.spec.node_selector),
            ("namespaceSelector", pool.spec.namespace_selector),
        ):
            if "global()" in selector:
                yield Spot(pool, ("spec", field)).error(
                    Code.GLOBAL_SELECTOR, "global() is for policies only", "use all()"
                )
        if pool.spec.namespace_selector and "Tunnel" in pool.spec.allowed_uses:
            spot = Spot(pool, ("spec", "namespaceSelector"))
            yield spot.error(
                Code.TUNNEL_NAMESPACE_SELECTOR,
                "a namespaceSelector does not go with the use Tunnel",
                "set allowedUses: [Workload]",
            )


def overlaps(world: World) -> Iterator[Finding]:
    """One address has one pool."""
    placed = networks(world)
    for (_, outer), (_, inner) in nested((network, index) for index, (_, network) in enumerate(placed)):
        (other, earlier), (pool, network) = placed[min(outer, inner)], placed[max(outer, inner)]
        first = Spot(other, ("spec", "cidr"))
        what = f"{network} overlaps {earlier} of IPPool {other.name} ({first})"
        yield Spot(pool, ("spec", "cidr")).error(Code.POOLS_OVERLAP, what, "give each pool a range of its own")


def carrying(world: World) -> list[tuple[Document[IPPool], Network]]:
    """Those that pods get addresses of: one that is disabled may only say where nothing is to be masqueraded."""
    return [(pool, network) for pool, network in networks(world) if not pool.spec.disabled]


def networks(world: World) -> list[tuple[Document[IPPool], Network]]:
    """Each pool that is to be, with its range: one that goes may make room for others."""
    return [(pool, ip_network(pool.spec.cidr)) for pool in world.of(IPPool) if not pool.is_absent]
