"""A flannel cluster: what it wants of each of its nodes, and what of their tables is its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_network

from reconciler.core.driver import Claim
from reconciler.core.resource import State
from reconciler.desired.documents import Cluster
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.flannel.backends import BACKENDS, Backend
from reconciler.intent.flannel.claim import FlannelClaim
from reconciler.intent.flannel.warnings import warnings
from reconciler.intent.network import FAMILIES, IPV4, IPV6, Family
from reconciler.intent.podcidr import Peer, dev_to, peers_of, tells_all
from reconciler.intent.wish import Owns, Part, Row
from reconciler.linux.claim import LinuxClaim


@dataclass(frozen=True)
class Tables:
    """One family: every node's subnet, and the rows that nodes share since they see a peer alike."""

    backend: Backend
    peers: Mapping[str, Peer]
    _shared: dict[str | None, dict[str, tuple[Row, ...]]] = field(default_factory=dict)

    def rows(self, node: str) -> Iterator[Row]:
        me = self.peers[node]
        yield from self.backend.own(me, self.peers)
        for name, peer in self.peers.items():
            if name != node and self.backend.may_be_direct and me.connected is None:
                yield from self.backend.doubt(peer, me.lacks("connected"))
            elif name != node:
                dev = dev_to(me, peer) if self.backend.may_be_direct else None
                yield from self._towards(dev, peer)

    def take_over(self, before: Tables) -> None:
        """Keep the rows towards each peer of which nothing has changed."""
        if self.backend != before.backend:
            return
        same = [name for name, peer in self.peers.items() if peer == before.peers.get(name)]
        for dev, shelf in before._shared.items():
            self._shared[dev] = {name: shelf[name] for name in same if name in shelf}

    def _towards(self, dev: str | None, peer: Peer) -> tuple[Row, ...]:
        shelf = self._shared.setdefault(dev, {})
        if peer.name not in shelf:
            shelf[peer.name] = tuple(self.backend.towards(dev, peer))
        return shelf[peer.name]


@dataclass(frozen=True)
class FlannelPart(Part):
    """One cluster. flanneld's subnets are Kubernetes' pod CIDRs; there is no other address plan."""

    repository: Repository
    cluster: Document[Cluster]
    facts: ClusterFacts

    @property
    def name(self) -> str:
        return f"flannel {self.cluster.name}"

    @property
    def audit(self) -> bool:
        return self.cluster.spec.mode == "audit"

    @property
    def devices(self) -> Sequence[str]:
        return self.cluster.spec.nodes

    @cached_property
    def tables(self) -> tuple[Tables, ...]:
        flannel = self.cluster.spec.flannel
        backend = BACKENDS.get(flannel.backend.type)
        if backend is None:
            return ()
        origin = self.cluster.origin("spec", "flannel")
        found = [
            Tables(backend(family, flannel.backend, network, origin), self._peers(family))
            for family, network in self._networks()
            if family.version in backend.versions
        ]
        return tuple(tables for tables in found if tables.backend.network or any_subnet(tables.peers))

    def _peers(self, family: Family) -> dict[str, Peer]:
        return peers_of(self.repository, self.cluster, self.facts, family)

    def _networks(self) -> Iterator[tuple[Family, str | None]]:
        """The families in use: those with a network; where none is told, those of the nodes' pod CIDRs."""
        told = {IPV4: self.cluster.spec.flannel.network, IPV6: self.cluster.spec.flannel.network6}
        for family in FAMILIES:
            if told[family] is not None or not any(told.values()):
                yield family, told[family]

    def rows(self, device: str) -> Iterator[Row]:
        for tables in self.tables:
            yield from tables.rows(device)

    def claim(self, device: str, declared: State, owns: Owns) -> Claim:
        if self.facts.failed or not self.tables:
            return LinuxClaim(declared, excepted=owns.excepted)
        addresses = (peer.address for tables in self.tables for peer in tables.peers.values())
        networks = (tables.backend.network for tables in self.tables)
        return FlannelClaim(
            declared,
            networks=frozenset(ip_network(network) for network in networks if network is not None),
            addresses=frozenset(address.text for address in addresses if address is not None),
            host_gw=self.cluster.spec.flannel.backend.type == "host-gw",
            excepted=owns.excepted,
        )

    @property
    def holds(self) -> Sequence[str]:
        silence = self.facts.silence(self.cluster.name)
        return (silence,) if silence else ()

    @property
    def warnings(self) -> Iterator[Problem]:
        peers = [(tables.backend.family, tables.peers) for tables in self.tables]
        return warnings(self.repository, self.cluster, peers)


def any_subnet(peers: Mapping[str, Peer]) -> bool:
    """Whether some node has a subnet in this family."""
    return any(peer.subnet is not None for peer in peers.values())


def parts(repository: Repository, cluster: Document[Cluster], facts: ClusterFacts) -> Iterator[Part]:
    yield FlannelPart(repository, cluster, facts)


def is_complete(repository: Repository, cluster: Document[Cluster]) -> bool:
    """Whether the documents hold all that is otherwise read from flannel's annotations."""
    part = FlannelPart(repository, cluster, ClusterFacts())
    needed = {"vxlan": ("mac",), "wireguard": ("key",)}.get(cluster.spec.flannel.backend.type, ())
    return bool(part.tables) and all(tells_all(t.peers, "subnet", "address", *needed) for t in part.tables)
