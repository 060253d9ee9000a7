"""Where each fact about a Calico cluster comes from: its document, else the cluster itself, else Calico's own rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from reconciler.desired.documents import (
    BlockAffinity,
    Cluster,
    ClusterInformation,
    FelixConfiguration,
    IPAMBlock,
    IPPool,
    Node,
)
from reconciler.desired.repository import Document, Repository
from reconciler.intent.facts import ClusterFacts, NodeFacts
from reconciler.intent.felix import (
    BOOT_PROTOCOL,
    DEFAULT_MTU_PATTERN,
    Family,
    Settings,
    host_mtu,
    is_version,
    profile_of,
    vtep_mac,
)
from reconciler.intent.overlay import Block, Encapsulation, Loan, Peer, Plan, Pool
from reconciler.intent.pools import is_absent


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
        """The Cluster document's own fields, then FelixConfiguration, then Felix's defaults for the version."""
        calico = self.cluster.spec.calico
        vxlan = calico.vxlan
        source = calico.route_source or self._felix("route_source")
        return Settings(
            profile=profile_of(self.version),
            vni=_first(vxlan.vni, self._felix("vxlan_vni"), 4096),
            port=_first(vxlan.port, self._felix("vxlan_port"), 4789),
            mtus={4: vxlan.mtu or self._felix("vxlan_mtu"), 6: self._felix("vxlan_mtu_v6")},
            mtu_pattern=self._felix("mtu_iface_pattern") or DEFAULT_MTU_PATTERN,
            enabled=self._felix("vxlan_enabled"),
            route_protocol=_first(self._felix("device_route_protocol"), BOOT_PROTOCOL),
            sources={
                4: self._felix("device_route_source_address"),
                6: self._felix("device_route_source_address_ipv6"),
            },
            workload_routes=source == "WorkloadIPs",
        )

    @property
    def wireguard(self) -> bool:
        told = self.cluster.spec.calico.wireguard
        return bool(self._felix("wireguard_enabled") or self._felix("wireguard_enabled_v6")) if told is None else told

    def _felix(self, name: str) -> Any:
        """One setting of the default FelixConfiguration, as documents or else the cluster have it."""
        given = (d.spec for d in self.repository.of(FelixConfiguration) if d.name == "default")
        return _first(*(getattr(spec, name) for spec in (*given, self.facts.felix) if spec is not None))

    def plan(self, family: Family) -> Plan:
        """Pools, blocks and loans of one family."""
        pools = [p for p in self._pools if p.network.version == family.version]
        if self.settings.workload_routes:
            return Plan(pools)
        blocks = {b.network: b for b in self._blocks if b.network.version == family.version}
        return Plan(pools, list(blocks.values()), [x for x in self._loans if x.address.version == family.version])

    @cached_property
    def _pools(self) -> tuple[Pool, ...]:
        """Desired pools; a cluster that is only audited follows the live ones."""
        if self.cluster.spec.mode == "audit" and self.facts.pools is not None:
            return tuple(_pool(spec, f"{self.here}: {name}") for name, spec in self.facts.pools.items())
        return tuple(_pool(d.spec, d.origin("spec")) for d in self.repository.of(IPPool) if not is_absent(d))

    @property
    def poolless(self) -> bool:
        """Whether no document says anything about pools: then it is not said either that there are to be none."""
        follows_live = self.cluster.spec.mode == "audit" and self.facts.pools is not None
        return not follows_live and not self.repository.of(IPPool)

    @property
    def lacks_affinities(self) -> bool:
        """Whether neither documents nor the cluster tell which node has which block."""
        return not documented_affinities(self.repository, self.cluster) and self.facts.affinities is None

    @cached_property
    def _affinities(self) -> tuple[tuple[BlockAffinity, str], ...]:
        """Affinities of this cluster's nodes: the documents' where there are any, else the cluster's."""
        documents = [(d.spec, d.origin("spec")) for d in documented_affinities(self.repository, self.cluster)]
        told = [(spec, self.here) for spec in self.facts.affinities or () if spec.node in self.cluster.spec.nodes]
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
        owners = {block.network: block.owner for block in self._blocks}
        nodes = frozenset(self.cluster.spec.nodes)
        return tuple(
            Loan(address, node, origin)
            for spec, origin in self._ipam
            for address, node in _users(spec)
            if node in nodes and node != owners.get(ip_network(spec.cidr))
        )

    def peers(self, family: Family) -> dict[str, Peer]:
        """Every node of the cluster, also one that nobody has told anything about."""
        documents = {document.name: document for document in self.repository.of(Node)}
        return {name: self._peer(name, documents.get(name), family) for name in self.cluster.spec.nodes}

    def _peer(self, name: str, document: Document[Node] | None, family: Family) -> Peer:
        node = document.spec if document is not None else Node()
        told = self.facts.nodes.get(name, NodeFacts())
        key = "vxlan" if family.version == 4 else "vxlan6"
        vtep = getattr(node.tunnel, key)
        tunnel = (vtep and vtep.address) or told.tunnels.get(family.version)
        dev, address = underlay(node, family.version, told.addresses.get(family.version))
        mtus = {ifname: interface.mtu for ifname, interface in node.interfaces.items()}
        return Peer(
            name=name,
            mac=(vtep and vtep.mac) or told.macs.get(family.version) or vtep_mac(name, family),
            mtu=self.settings.device_mtu(family, host_mtu(mtus, self.settings.mtu_pattern)),
            address=None if address is None else ip_interface(address),
            dev=dev,
            tunnel=None if tunnel is None else ip_address(tunnel),
            origin=self.here if document is None else document.origin("spec", "tunnel", key),
        )


def documented_affinities(repository: Repository, cluster: Document[Cluster]) -> list[Document[BlockAffinity]]:
    """The affinity documents of one cluster's nodes."""
    nodes = frozenset(cluster.spec.nodes)
    return [document for document in repository.of(BlockAffinity) if document.spec.node in nodes]


def is_complete(repository: Repository, cluster: Document[Cluster]) -> bool:
    """Whether the documents hold all that is otherwise looked up (contract, section 2); a MAC can be derived."""
    versions = {ip_network(pool.spec.cidr).version for pool in repository.of(IPPool)}
    nodes = [node.spec for node in repository.of(Node) if node.name in cluster.spec.nodes]
    return (
        len(nodes) == len(cluster.spec.nodes)
        and all(_is_told(node, version) for node in nodes for version in versions)
        and bool(documented_affinities(repository, cluster))
        and is_version(cluster.spec.calico.version)
    )


def _is_told(node: Node, version: int) -> bool:
    vtep = node.tunnel.vxlan if version == 4 else node.tunnel.vxlan6
    return bool(vtep and vtep.address and underlay(node, version)[1])


def underlay(node: Node, version: int, told: str | None = None) -> tuple[str | None, str | None]:
    """Interface and address (with its length) that the overlay leaves a node by, each ``None`` where nobody says.

    The document's ``underlay``, else its first interface with an address, else ``told`` by the cluster.
    """
    given = node.underlay
    carriers = list(_carriers(node, version))
    named = given.dev if given is not None else None
    address = None if given is None else (given.address if version == 4 else given.address6)
    if address is None:
        mine = [pair for pair in carriers if named in (None, pair[0])]
        address = mine[0][1] if mine else told
    if address is None:
        return named, None
    holders = (ifname for ifname, text in carriers if ip_interface(text).ip == ip_interface(address).ip)
    return named or next(holders, None), address


def _carriers(node: Node, version: int) -> Iterator[tuple[str, str]]:
    for ifname, interface in node.interfaces.items():
        for given in interface.addresses or ():
            if ip_interface(given.address).version == version:
                yield ifname, given.address


def _pool(spec: IPPool, origin: str) -> Pool:
    """A pool's type as ``poolTypeForPool`` of Felix finds it; disabled pools count."""
    crossing = "CrossSubnet" in (spec.vxlan_mode, spec.ipip_mode)
    return Pool(ip_network(spec.cidr), encapsulation(spec), crossing, origin)


def encapsulation(spec: IPPool) -> Encapsulation:
    """What carries the pool's packets between nodes."""
    if set(spec.allowed_uses) == {"LoadBalancer"}:
        return "loadbalancer"
    if spec.vxlan_mode not in ("", "Never"):
        return "vxlan"
    return "ipip" if spec.ipip_mode not in ("", "Never") else "none"


def _users(spec: IPAMBlock) -> Iterator[tuple[Any, str]]:
    """Each allocated address of a block with the node that uses it, where its attribute names one."""
    first = ip_network(spec.cidr).network_address
    for index, number in enumerate(spec.allocations):
        if number is not None and number < len(spec.attributes):
            node = (spec.attributes[number].secondary or {}).get("node")
            if node:
                yield first + index, str(node)


def _first(*values: Any) -> Any:
    """The first value that is there; ``None``: none is."""
    return next(_present(values), None)


def _present(values: Iterable[Any]) -> Iterator[Any]:
    return (value for value in values if value is not None)
