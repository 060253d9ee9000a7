"""Pod CIDRs of CNIs that give each node one: a prefix has one node, and lies in the cluster's network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from reconciler.desired.check.finding import Finding, Spot, World
from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster, Node
from reconciler.desired.prefixes import Network, contains, nested
from reconciler.desired.repository import Document


def overlaps(world: World) -> Iterator[Finding]:
    """Two nodes of one cluster that share addresses would take each other's packets."""
    for cluster in world.of(Cluster):
        for (outer, first), (inner, second) in nested(_shares(world, cluster)):
            if first.document is not second.document:
                what = f"pod CIDR {inner} overlaps {outer} of {first.document.name} ({first})"
                yield second.error(Code.POD_CIDRS_OVERLAP, what, "give each node a range of its own")


def networks(world: World) -> Iterator[Finding]:
    """``network`` is IPv4, ``network6`` IPv6, and flanneld knows no subnet outside of them."""
    for cluster in world.of(Cluster):
        flannel = cluster.spec.flannel
        given = {"network": (4, flannel.network), "network6": (6, flannel.network6)}
        for name, (version, text) in given.items():
            if text is not None and ip_network(text).version != version:
                spot = Spot(cluster, ("spec", "flannel", name))
                yield spot.error(
                    Code.MIXED_IP_VERSIONS,
                    f"{text} is of the other IP version",
                    "give IPv4 as network, IPv6 as network6",
                )
        known = [ip_network(text) for _, text in given.values() if text is not None]
        for share, spot in _shares(world, cluster) if cluster.spec.cni == "flannel" else ():
            around = [network for network in known if network.version == share.version]
            if around and not any(contains(network, share) for network in around):
                yield spot.warning(
                    Code.POD_CIDR_OUTSIDE_NETWORK,
                    f"pod CIDR {share} is not in {around[0]}",
                    "use a range of the cluster's network",
                )


def _shares(world: World, cluster: Document[Cluster]) -> Iterator[tuple[Network, Spot]]:
    members = frozenset(cluster.spec.nodes)
    for node in world.of(Node):
        if node.name in members:
            for index, cidr in enumerate(node.spec.pod_cidrs):
                yield ip_network(cidr), Spot(node, ("spec", "podCIDRs", index))
