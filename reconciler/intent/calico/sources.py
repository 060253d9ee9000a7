"""Where each fact about a Calico cluster comes from: its document, else the cluster itself, else Calico's own rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from reconciler.cluster.facts import NodeFacts
from reconciler.desired.documents import (
    BGPConfiguration,
    BlockAffinity,
    Cluster,
    ClusterInformation,
    FelixConfiguration,
    IPAMBlock,
    IPPool,
    Node,
)
from reconciler.desired.repository import Document, Repository
from reconciler.intent.calico.configured import Configured
from reconciler.intent.calico.fabric import NO_END, Block, End, Layout, Loan, Peer, Pool
from reconciler.intent.calico.release import Kind, is_version
from reconciler.intent.calico.settings import Settings, vtep_mac
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.mtu import host_mtu
from reconciler.intent.network import IPV4, Family, placed
from reconciler.intent.underlay import declared_mtus, underlay, ways_out

PoolKind = Kind | Literal["loadbalancer"]


@dataclass(frozen=True)
class Sources:
    """One cluster's documents and what its API told; every property is the one answer that compilers use."""

    repository: Repository
    cluster: Document[Cluster]
    facts: ClusterFacts

    @property
    def here(self) -> str:
        """The origin of what no document says."""
        return f"cluster {self.cluster.name}"

    @cached_property
    def version(self) -> str | None:
        """Calico's release, ``None`` where neither a document nor the cluster tells it."""
        documents = (information.spec.calico_version for information in self.repository.of(ClusterInformation))
        told = (self.cluster.spec.calico.version, *documents, self.facts.version)
        return next(filter(is_version, told), None)

    @cached_property
    def settings(self) -> Settings:
        """What holds for every node that has no FelixConfiguration of its own."""
        return self._configured.settings()

    def settings_of(self, node: str) -> Settings:
        """Felix's configuration on one node: ``node.NAME`` overrules ``default``."""
        return self._configured.settings(node) if node in self._configured.special else self.settings

    @property
    def knows_wireguard(self) -> bool:
        return self._configured.knows_wireguard

    @cached_property
    def _configured(self) -> Configured:
        felix = {d.name: d.spec for d in self.repository.of(FelixConfiguration)}
        bgp = [d.spec for d in self.repository.of(BGPConfiguration) if d.name == "default"]
        return Configured(
            calico=self.cluster.spec.calico,
            version=self.version,
            felix=felix if "default" in felix else self._felix_told | felix,
            bgp=next(iter(bgp), self.facts.bgp),
            keyed=frozenset(v for node in self._nodes.values() for v in node.spec.tunnel.keyed),
            azure="aks" in (self._cluster_type or "").split(","),
        )

    @property
    def _felix_told(self) -> dict[str, FelixConfiguration]:
        """A cluster without a default configuration has one that says nothing."""
        return {} if self.facts.felix is None else {"default": FelixConfiguration(), **self.facts.felix}

    @property
    def _cluster_type(self) -> str | None:
        told = (information.spec.cluster_type for information in self.repository.of(ClusterInformation))
        return next(filter(None, told), self.facts.cluster_type)

    @cached_property
    def _nodes(self) -> dict[str, Document[Node]]:
        names = frozenset(self.cluster.spec.nodes)
        return {document.name: document for document in self.repository.of(Node) if document.name in names}

    def layout(self, family: Family) -> Layout:
        """Pools, blocks and loans of one family; with ``routeSource: WorkloadIPs`` every pod's address is a loan."""
        pools = [p for p in self._pools if p.network.version == family.version]
        loans = [x for x in self._loans if x.address.version == family.version]
        if self.settings.workload_routes:
            return Layout(pools, loans=loans, told=self.facts.blocks is not None or bool(self._ipam))
        blocks = [b for b in self._blocks if b.network.version == family.version]
        return Layout(pools, blocks, loans, told=not self.lacks_affinities)

    @cached_property
    def _pools(self) -> tuple[Pool, ...]:
        """Desired pools; a cluster that is only audited follows the live ones."""
        if self.cluster.spec.mode == "audit" and self.facts.pools is not None:
            return tuple(_pool(spec, f"{self.here}: {name}") for name, spec in self.facts.pools.items())
        return tuple(_pool(d.spec, d.origin("spec")) for d in self.repository.of(IPPool) if not d.is_absent)

    @cached_property
    def poolless(self) -> bool:
        """Whether no document says anything about pools: then it is not said either that there are to be none."""
        follows_live = self.cluster.spec.mode == "audit" and self.facts.pools is not None
        return not follows_live and not self.repository.of(IPPool)

    @cached_property
    def lacks_affinities(self) -> bool:
        """Whether neither documents nor the cluster tell which node has which block."""
        return not documented_affinities(self.repository, self.cluster) and self.facts.affinities is None

    @cached_property
    def _affinities(self) -> tuple[tuple[BlockAffinity, str], ...]:
        """Affinities of this cluster's nodes: the documents' where there are any, else the cluster's."""
        documents = [(d.spec, d.origin("spec")) for d in documented_affinities(self.repository, self.cluster)]
        nodes = frozenset(self.cluster.spec.nodes)
        told = [(spec, self.here) for spec in self.facts.affinities or () if spec.node in nodes]
        return tuple(sorted((p for p in documents or told if p[0].stands), key=lambda p: (p[0].node, p[1])))

    @cached_property
    def _ipam(self) -> tuple[tuple[IPAMBlock, str], ...]:
        documents = {d.spec.cidr: (d.spec, d.origin("spec")) for d in self.repository.of(IPAMBlock)}
        told = {spec.cidr: (spec, self.here) for spec in self.facts.blocks or ()}
        return tuple((told | documents).values())

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        """The block's own word on its owner counts before the affinity's; of two claims the first name's wins."""
        claimed: dict[str, Block] = {}
        for affinity, origin in self._affinities:
            claimed.setdefault(affinity.cidr, Block(ip_network(affinity.cidr), affinity.node, origin))
        nodes = frozenset(self.cluster.spec.nodes)
        for block, origin in self._ipam:
            owner = (block.affinity or "").removeprefix("host:")
            if owner in nodes:
                claimed[block.cidr] = Block(ip_network(block.cidr), owner, origin)
            elif not owner:
                claimed.setdefault(block.cidr, Block(ip_network(block.cidr), None, origin))
        return tuple(claimed.values())

    @cached_property
    def _loans(self) -> tuple[Loan, ...]:
        """Addresses in use off their block's node; of all nodes where blocks are not looked at."""
        owners = {} if self.settings.workload_routes else {block.network: block.owner for block in self._blocks}
        nodes = frozenset(self.cluster.spec.nodes)
        return tuple(
            Loan(address, node, origin)
            for spec, origin in self._ipam
            for address, node in _users(spec, pods_only=self.settings.workload_routes)
            if node in nodes and node != owners.get(ip_network(spec.cidr))
        )

    def peers(self, family: Family) -> dict[str, Peer]:
        """Every node of the cluster, also one that nobody has told anything about."""
        return {name: self._peer(name, self._nodes.get(name), family) for name in self.cluster.spec.nodes}

    def _peer(self, name: str, document: Document[Node] | None, family: Family) -> Peer:
        node = document.spec if document is not None else Node()
        told = self.facts.nodes.get(name, NodeFacts())
        six = "" if family is IPV4 else "6"
        vtep, keys = getattr(node.tunnel, f"vxlan{six}"), node.tunnel.wireguard
        dev, address = underlay(node, family.version, told.addresses.get(family.version))
        pattern = self.settings_of(name).mtu_pattern
        return Peer(
            name=name,
            mac=(vtep and vtep.mac) or told.macs.get(f"vxlan{six}") or vtep_mac(name, family),
            host_mtu=host_mtu(declared_mtus(node), pattern),
            address=None if address is None else placed(address),
            dev=dev,
            vxlan=self._end(document, f"vxlan{six}", getattr(vtep, "address", None), told),
            ipip=NO_END if six else self._end(document, "ipip", getattr(node.tunnel.ipip, "address", None), told),
            wireguard=self._end(document, "wireguard", getattr(keys, f"address{six}", None), told, six),
            key=getattr(keys, f"public_key{six}", None) or told.keys.get(f"wireguard{six}"),
            routes=ways_out(node, family.version),
            origin=self.here if document is None else document.origin("spec", *_underlay_path(node, dev)),
        )

    def _end(
        self, document: Document[Node] | None, kind: str, given: str | None, told: NodeFacts, six: str = ""
    ) -> End:
        """One tunnel end: the document's, else the cluster's."""
        address = given or told.tunnels.get(f"{kind}{six}")
        origin = self.here if document is None else document.origin("spec", "tunnel", kind)
        if address is None:
            return End(origin=origin)
        ip = ip_address(address)
        return End(ip, origin, str(ip))


def _underlay_path(node: Node, dev: str | None) -> tuple[str, ...]:
    return ("underlay",) if node.underlay is not None else ("interfaces", dev or "")


def documented_affinities(repository: Repository, cluster: Document[Cluster]) -> list[Document[BlockAffinity]]:
    """The affinity documents of one cluster's nodes."""
    nodes = frozenset(cluster.spec.nodes)
    return [document for document in repository.of(BlockAffinity) if document.spec.node in nodes]


def is_complete(repository: Repository, cluster: Document[Cluster]) -> bool:
    """Whether the documents hold all that is otherwise looked up (contract, section 2); a MAC can be derived."""
    pools = {(ip_network(pool.spec.cidr).version, pool_kind(pool.spec)) for pool in repository.of(IPPool)}
    names = frozenset(cluster.spec.nodes)
    nodes = [node.spec for node in repository.of(Node) if node.name in names]
    return (
        len(nodes) == len(cluster.spec.nodes)
        and all(_is_told(node, version, kind) for node in nodes for version, kind in pools)
        and (not cluster.spec.calico.wireguard or all(node.tunnel.keyed for node in nodes))
        and bool(documented_affinities(repository, cluster))
        and is_version(cluster.spec.calico.version)
    )


def _is_told(node: Node, version: int, kind: PoolKind) -> bool:
    """Whether a node's document tells its end of a pool's tunnels."""
    vtep = node.tunnel.vxlan if version == 4 else node.tunnel.vxlan6
    ends = {"vxlan": vtep and vtep.address, "ipip": node.tunnel.ipip and node.tunnel.ipip.address}
    return bool(ends.get(kind, True) and underlay(node, version)[1])


def _pool(spec: IPPool, origin: str) -> Pool:
    """A pool's type as ``poolTypeForPool`` of Felix finds it; disabled pools count."""
    crossing = "CrossSubnet" in (spec.vxlan_mode, spec.ipip_mode)
    exported, length = not spec.disable_bgp_export, spec.block_length
    return Pool(ip_network(spec.cidr), pool_kind(spec), crossing, exported, origin, length)


def pool_kind(spec: IPPool) -> PoolKind:
    """What carries the pool's packets between nodes."""
    if set(spec.allowed_uses) == {"LoadBalancer"}:
        return "loadbalancer"
    if spec.vxlan_mode not in ("", "Never"):
        return "vxlan"
    return "ipip" if spec.ipip_mode not in ("", "Never") else "none"


def _users(spec: IPAMBlock, *, pods_only: bool) -> Iterator[tuple[Any, str]]:
    """Each allocated address of a block with the node that uses it, where its attribute names one.

    ``pods_only``: without tunnel addresses, whose attribute has a ``type``.
    """
    network = ip_network(spec.cidr)
    for index, number in enumerate(spec.allocations[: network.num_addresses]):
        if number is not None and 0 <= number < len(spec.attributes):
            attribute = spec.attributes[number].secondary or {}
            if attribute.get("node") and not (pods_only and "type" in attribute):
                yield network.network_address + index, str(attribute["node"])
