"""Nodes of a CNI that gives each node a pod CIDR (Flannel, Cilium): its subnet, its address, its end of the tunnels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_interface, ip_network

from reconciler.cluster.facts import NodeFacts
from reconciler.desired.documents import Cluster, Node
from reconciler.desired.prefixes import Network, Networks
from reconciler.desired.repository import Document, Repository
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.mtu import ETHERNET_MTU
from reconciler.intent.network import Family, Placed, placed
from reconciler.intent.underlay import declared_mtus, underlay


@dataclass(frozen=True, slots=True)
class Peer:
    """A node; ``None`` is a fact that nobody told.

    ``subnets`` are its shares of the network, ``address`` the one that others reach it by, on ``dev``, whose MTU is
    ``mtu`` (bytes). ``mac`` is its VTEP's, chosen at random by its flanneld; ``key`` WireGuard's public one; ``host``
    the address of cilium_host. ``connected``: which of its interfaces leads to an address without a gateway; ``None``
    where nobody tells a subnet of it (an annotation has no prefix length); it says nothing of how others see the node.
    """

    name: str
    subnets: tuple[Network, ...] = ()
    address: Placed | None = None
    dev: str | None = None
    mtu: int = ETHERNET_MTU
    mac: str | None = None
    key: str | None = None
    host: str | None = None
    connected: Networks[str] | None = field(default=None, compare=False)
    origin: str = ""
    subnet_origin: str = ""
    tunnel_origin: str = ""

    @property
    def subnet(self) -> Network | None:
        """The first of its subnets: Flannel has one a node and family."""
        return self.subnets[0] if self.subnets else None

    def lacks(self, *names: str) -> str:
        """The facts among ``names`` that are missing, in words; empty: none is."""
        words = {"subnet": "pod CIDR", "address": "underlay address", "dev": "underlay interface"}
        words |= {"connected": "underlay subnet", "mac": "VTEP MAC", "key": "WireGuard public key"}
        words |= {"host": "cilium_host address"}
        return ", ".join(f"{words[name]} of {self.name}" for name in names if getattr(self, name) is None)


def peers_of(
    repository: Repository, cluster: Document[Cluster], facts: ClusterFacts, family: Family
) -> dict[str, Peer]:
    """Every node of the cluster, also one that nobody has told anything about."""
    documents = {document.name: document for document in repository.of(Node)}
    here = f"cluster {cluster.name}"
    return {
        name: _peer(name, documents.get(name), facts.nodes.get(name, NodeFacts()), family.version, here)
        for name in cluster.spec.nodes
    }


def _peer(name: str, document: Document[Node] | None, told: NodeFacts, version: int, here: str) -> Peer:
    """One node as its document, or else the cluster's annotations, tell it (flannel pkg/subnet/kube)."""
    node = document.spec if document is not None else Node()
    six = "" if version == 4 else "6"
    dev, address = underlay(node, version, told.addresses.get(version))
    vtep, keys, cilium = getattr(node.tunnel, f"vxlan{six}"), node.tunnel.wireguard, node.tunnel.cilium
    cidrs = (ip_network(cidr) for cidr in node.pod_cidrs or told.pod_cidrs)
    interface = None if address is None else placed(address)
    subnets = tuple(_connected(node, dev, interface))
    return Peer(
        name=name,
        subnets=tuple(cidr for cidr in cidrs if cidr.version == version),
        address=interface,
        dev=dev,
        mtu=declared_mtus(node).get(dev or "") or ETHERNET_MTU,
        mac=(vtep and vtep.mac) or told.macs.get(f"vxlan{six}"),
        key=getattr(keys, f"public_key{six}", None) or told.keys.get(f"wireguard{six}"),
        host=None if six else (cilium and cilium.address) or told.tunnels.get("cilium"),
        connected=Networks(subnets) if subnets else None,
        origin=_origin(document, here, "underlay" if node.underlay is not None else "interfaces"),
        subnet_origin=_origin(document, here, "podCIDRs"),
        tunnel_origin=_origin(document, here, "tunnel"),
    )


def _origin(document: Document[Node] | None, here: str, section: str) -> str:
    return here if document is None else document.origin("spec", section)


def _connected(node: Node, dev: str | None, address: Placed | None) -> Iterator[tuple[Network, str]]:
    if dev is not None and address is not None and address.prefixlen < address.ip.max_prefixlen:
        yield address.network, dev
    for ifname, interface in node.interfaces.items():
        yield from ((ip_interface(given.address).network, ifname) for given in interface.addresses or ())


def tells_all(peers: Mapping[str, Peer], *names: str) -> bool:
    """Whether every node's facts of these names are there."""
    return not any(peer.lacks(*names) for peer in peers.values())


def dev_to(me: Peer, peer: Peer) -> str | None:
    """My interface that leads to ``peer`` without a gateway; ``None``: there is none, or nobody knows."""
    return None if me.connected is None or peer.address is None else me.connected.nearest(peer.address.ip)
