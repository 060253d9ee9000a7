"""Cilium, looked at and never written: the rows of its that live in the kernel's tables (overlay reference, part 6).

What decides where a packet goes lives in eBPF maps (ipcache, endpoints, services): the tables tell that a prefix is
remote, not where, and no row here vouches for the maps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address

from reconciler.core.driver import Claim
from reconciler.core.resource import State, Unknown
from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.mtu import OVERHEAD
from reconciler.intent.network import IPV4, together
from reconciler.intent.podcidr import Peer, dev_to, peers_of, tells_all
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.linux.address import Address
from reconciler.linux.claim import LinuxClaim
from reconciler.linux.route import KERNEL_PROTOCOL, MAIN_TABLE, Route

HOST = "cilium_host"
ROUTES = KERNEL_PROTOCOL
"""Every route of Cilium's is the kernel's by its number: systemd-networkd prunes others (``RTProto``)."""


@dataclass(frozen=True)
class CiliumPart(Part):
    """One cluster, IPv4: the routes of pkg/datapath/linux/node.go and the address that they leave by."""

    repository: Repository
    cluster: Document[Cluster]
    facts: ClusterFacts

    @property
    def audit(self) -> bool:
        """Always: nobody but Cilium can write the maps, and rows without them lead nowhere."""
        return True

    @property
    def devices(self) -> Sequence[str]:
        return self.cluster.spec.nodes

    @cached_property
    def peers(self) -> Mapping[str, Peer]:
        return peers_of(self.repository, self.cluster, self.facts, IPV4)

    def rows(self, device: str) -> Iterator[Row]:
        me = self.peers[device]
        yield from _own(me)
        for peer in self.peers.values():
            if peer is not me:
                yield from self._towards(me, peer)

    def _towards(self, me: Peer, peer: Peer) -> Iterator[Row]:
        if not peer.subnets:
            yield _unknown("*", peer.lacks("subnet"))
        elif self.cluster.spec.cilium.routing == "tunnel":
            yield from _tunnelled(me, peer)
        elif self.cluster.spec.cilium.auto_direct_node_routes:
            yield from _direct(me, peer)

    def claim(self, device: str, declared: State, owns: Owns) -> Claim:
        return LinuxClaim(declared, excepted=owns.excepted)

    @property
    def warnings(self) -> Iterator[Problem]:
        spec = self.cluster.spec
        what = "Cilium's eBPF maps (ipcache, endpoints, services, policies) are not covered, only its kernel routes are"
        yield problem(
            self.cluster,
            Code.CILIUM_EBPF,
            what,
            "cilium-dbg status and cilium-dbg bpf ipcache list",
            "cni",
            severity="warning",
        )
        if spec.mode == "enforce" and "mode" in spec.model_fields_set:
            what = "Cilium's rows are never written, the cluster is only watched"
            yield problem(self.cluster, Code.CILIUM_NOT_WRITTEN, what, "mode: audit", "mode", severity="warning")


def _own(me: Peer) -> Iterator[Row]:
    if me.host is None:
        yield Unknown("address", f"* dev {HOST}", me.lacks("host"))
        yield _unknown("*", me.lacks("host"))
        return
    yield Address(dev=HOST, local=me.host, prefixlen=32, origin=me.tunnel_origin)
    yield Route(dst=f"{ip_address(me.host)}/32", dev=HOST, protocol=ROUTES, scope="link", origin=me.tunnel_origin)
    for subnet in me.subnets:
        yield _via_host(me, str(subnet), None, together(me.subnet_origin, me.tunnel_origin))


def _tunnelled(me: Peer, peer: Peer) -> Iterator[Row]:
    """The gateway is always my own address: the tunnel's far end comes from the ipcache."""
    for subnet in peer.subnets:
        if me.host is None:
            yield _unknown(str(subnet), me.lacks("host"))
        else:
            yield _via_host(me, str(subnet), me.mtu - OVERHEAD["vxlan", 4], peer.subnet_origin)


def _via_host(me: Peer, dst: str, mtu: int | None, origin: str) -> Route:
    return Route(dst=dst, gateway=me.host, dev=HOST, protocol=ROUTES, prefsrc=me.host, mtu=mtu, origin=origin)


def _direct(me: Peer, peer: Peer) -> Iterator[Row]:
    """autoDirectNodeRoutes: to peers without a gateway between; a router would have to know the pods."""
    if peer.address is None or me.connected is None:
        yield from (_unknown(str(subnet), peer.lacks("address") or me.lacks("connected")) for subnet in peer.subnets)
        return
    dev = dev_to(me, peer)
    if dev is not None:
        for subnet in peer.subnets:
            gateway, why = peer.address.text, together(peer.subnet_origin, peer.origin)
            yield Route(dst=str(subnet), gateway=gateway, dev=dev, protocol=ROUTES, origin=why)


def _unknown(dst: str, missing: str) -> Unknown:
    return Unknown("route", f"{dst} table {MAIN_TABLE} metric {IPV4.metric}", missing)


def parts(repository: Repository, cluster: Document[Cluster], facts: ClusterFacts) -> Iterator[Part]:
    yield CiliumPart(repository, cluster, facts)


def is_complete(repository: Repository, cluster: Document[Cluster]) -> bool:
    """Whether the documents hold all that is otherwise read from the cluster."""
    peers = peers_of(repository, cluster, ClusterFacts(), IPV4)
    return tells_all(peers, "subnet", "address", "host")
