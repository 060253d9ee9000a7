"""What flanneld writes, by backend (flannel pkg/backend; overlay reference, part 5). Everything is of protocol boot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from reconciler.core.resource import Unknown
from reconciler.desired.documents.cluster import FlannelBackend
from reconciler.intent.mtu import OVERHEAD
from reconciler.intent.network import Family, together
from reconciler.intent.podcidr import Peer
from reconciler.intent.wish import Row
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import BOOT_PROTOCOL, MAIN_TABLE, Route
from reconciler.linux.wireguard import WireguardPeer, endpoint

WIREGUARD_OVERHEAD = 80
"""For both families (flannel pkg/backend/wireguard)."""
WIREGUARD_PORTS = {4: 51820, 6: 51821}


@dataclass(frozen=True)
class Backend(ABC):
    """One backend in one family. ``network`` is the whole pod network, where it is known, ``origin`` its line."""

    versions: ClassVar[frozenset[int]] = frozenset({4, 6})
    family: Family
    config: FlannelBackend
    network: str | None = None
    origin: str = ""

    def own(self, me: Peer, peers: Mapping[str, Peer]) -> Iterator[Row]:
        """The device on a node, and what else is there once."""
        yield from ()

    @abstractmethod
    def towards(self, dev: str | None, peer: Peer) -> Iterator[Row]:
        """A node's rows of ``peer``; ``dev``: my interface that leads to it without a gateway, if there is one."""

    def doubt(self, peer: Peer, missing: str) -> Iterator[Unknown]:
        """What may lead to ``peer`` where nobody tells whether it is near."""
        yield self._unknown_route(peer, missing)

    @property
    def may_be_direct(self) -> bool:
        """Whether it matters who is near."""
        return self.config.direct_routing

    def _mtu(self, me: Peer) -> int:
        return self.config.mtu or me.mtu

    def _address(self, dev: str, me: Peer) -> Row:
        """The subnet's network address, with a host's length."""
        if me.subnet is None:
            return Unknown("address", f"* dev {dev}", me.lacks("subnet"))
        local = str(me.subnet.network_address)
        return Address(dev=dev, local=local, prefixlen=self.family.bits, origin=me.subnet_origin)

    def _route(self, dev: str, gateway: str | None, peer: Peer, *, onlink: bool | None = None) -> Route:
        return Route(
            dst=str(peer.subnet),
            gateway=gateway,
            dev=dev,
            protocol=BOOT_PROTOCOL,
            metric=self.family.metric,
            onlink=onlink,
            origin=together(peer.subnet_origin, peer.origin),
        )

    def _unknown_route(self, peer: Peer, missing: str) -> Unknown:
        return Unknown("route", f"{peer.subnet or '*'} table {MAIN_TABLE} metric {self.family.metric}", missing)


class Vxlan(Backend):
    """Everyone has a neighbour, an FDB entry and a route of everyone, but of those that are directly routed."""

    @property
    def dev(self) -> str:
        return f"flannel{'' if self.family.version == 4 else '-v6'}.{self.config.vni}"

    def own(self, me: Peer, peers: Mapping[str, Peer]) -> Iterator[Row]:
        missing = me.lacks("address", "dev", "mac")
        if missing or me.address is None:
            yield Unknown("link", self.dev, missing)
        else:
            yield self._link(me, me.address.text)
        yield self._address(self.dev, me)

    def _link(self, me: Peer, local: str) -> Link:
        """50 bytes less for both families; the kernel clamps IPv6's to what fits, 70 less."""
        fits = me.mtu - OVERHEAD["vxlan", self.family.version]
        return Link(
            ifname=self.dev,
            info_kind="vxlan",
            address=me.mac,
            mtu=min(self._mtu(me) - OVERHEAD["vxlan", 4], fits),
            txqlen=0,
            up=True,
            id=self.config.vni,
            port=self.config.port,
            local=local,
            lower=me.dev,
            learning=False,
            origin=together(me.tunnel_origin, me.origin),
        )

    def towards(self, dev: str | None, peer: Peer) -> Iterator[Row]:
        if peer.subnet is None:
            missing = peer.lacks("subnet")
            yield self._unknown_route(peer, missing)
            yield Unknown("neighbour", f"* dev {self.dev}", missing)
            yield Unknown("fdb", f"* dev {self.dev}", missing)
        elif self.config.direct_routing and dev is not None and peer.address is not None:
            yield self._route(dev, peer.address.text, peer)
        elif self.config.direct_routing and peer.address is None:
            yield from self.doubt(peer, peer.lacks("address"))
        else:
            yield from self._tunnelled(str(peer.subnet.network_address), peer)

    def doubt(self, peer: Peer, missing: str) -> Iterator[Unknown]:
        end = "*" if peer.subnet is None else peer.subnet.network_address
        yield self._unknown_route(peer, missing)
        yield Unknown("neighbour", f"{end} dev {self.dev}", missing)
        yield Unknown("fdb", f"{peer.mac or '*'} dev {self.dev}", missing)

    def _tunnelled(self, end: str, peer: Peer) -> Iterator[Row]:
        missing, why = peer.lacks("address", "mac"), together(peer.tunnel_origin, peer.subnet_origin)
        if peer.mac is None:
            yield Unknown("neighbour", f"{end} dev {self.dev}", missing)
        else:
            yield Neighbour(dev=self.dev, dst=end, lladdr=peer.mac, origin=why)
        if peer.mac is None or peer.address is None:
            yield Unknown("fdb", f"{peer.mac or '*'} dev {self.dev}", missing)
        else:
            dst = peer.address.text
            yield FdbEntry(dev=self.dev, mac=peer.mac, dst=dst, origin=together(peer.tunnel_origin, peer.origin))
        yield self._route(self.dev, end, peer, onlink=True)


class HostGw(Backend):
    """A gateway route to each neighbour; a peer behind a router the kernel refuses, so there is none to it."""

    @property
    def may_be_direct(self) -> bool:
        return True

    def towards(self, dev: str | None, peer: Peer) -> Iterator[Row]:
        missing = peer.lacks("subnet", "address")
        if missing or peer.address is None:
            yield self._unknown_route(peer, missing)
        elif dev is not None:
            yield self._route(dev, peer.address.text, peer)


class Ipip(Backend):
    """A device of flannel's own, not the kernel's tunl0; the gateway itself is the outer destination."""

    versions = frozenset({4})
    device = "flannel.ipip"

    def own(self, me: Peer, peers: Mapping[str, Peer]) -> Iterator[Row]:
        if me.address is None:
            yield Unknown("link", self.device, me.lacks("address"))
        else:
            yield Link(
                ifname=self.device,
                info_kind="ipip",
                mtu=self._mtu(me) - OVERHEAD["ipip", 4],
                txqlen=0,
                up=True,
                local=me.address.text,
                origin=me.origin,
            )
        yield self._address(self.device, me)

    def towards(self, dev: str | None, peer: Peer) -> Iterator[Row]:
        missing = peer.lacks("subnet", "address")
        if missing or peer.address is None:
            yield self._unknown_route(peer, missing)
        else:
            near = self.config.direct_routing and dev is not None
            yield self._route(dev if near and dev else self.device, peer.address.text, peer, onlink=True)


class WireGuard(Backend):
    """One route for the whole network; which peer gets a packet is told by the device's allowed addresses."""

    @property
    def may_be_direct(self) -> bool:
        return False

    @property
    def dev(self) -> str:
        return "flannel-wg" if self.family.version == 4 else "flannel-wg-v6"

    def own(self, me: Peer, peers: Mapping[str, Peer]) -> Iterator[Row]:
        others = [peer for peer in peers.values() if peer is not me]
        missing = ", ".join(filter(None, (peer.lacks("subnet", "address", "key") for peer in others)))
        if missing:
            yield Unknown("link", self.dev, missing)
        else:
            yield self._link(me, others)
        yield self._address(self.dev, me)
        if self.network is None:
            yield Unknown(
                "route", f"* table {MAIN_TABLE} metric {self.family.metric}", "flannel.network of the Cluster"
            )
        else:
            yield self._network_route(self.network)

    def _link(self, me: Peer, others: Sequence[Peer]) -> Link:
        port = WIREGUARD_PORTS[self.family.version]
        return Link(
            ifname=self.dev,
            info_kind="wireguard",
            mtu=self._mtu(me) - WIREGUARD_OVERHEAD,
            up=True,
            listen_port=port,
            peers=tuple(_wireguard_peer(peer, port) for peer in others),
            origin=together(me.tunnel_origin, me.origin),
        )

    def _network_route(self, network: str) -> Route:
        return Route(
            dst=network,
            dev=self.dev,
            protocol=BOOT_PROTOCOL,
            scope="link" if self.family.version == 4 else "global",
            metric=self.family.metric,
            origin=self.origin,
        )

    def towards(self, dev: str | None, peer: Peer) -> Iterator[Row]:
        yield from ()


def _wireguard_peer(peer: Peer, port: int) -> WireguardPeer:
    assert peer.key is not None, "the caller has looked"
    assert peer.address is not None, "the caller has looked"
    end = endpoint(peer.address.ip, port)
    return WireguardPeer(public_key=peer.key, endpoint=end, allowed_ips=(str(peer.subnet),))


BACKENDS: Mapping[str, type[Backend]] = {"vxlan": Vxlan, "host-gw": HostGw, "ipip": Ipip, "wireguard": WireGuard}
"""Those that are compiled; udp, alloc, extension and the clouds' are not."""
