"""How one node sees another, and the route that it therefore has to each prefix behind it."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.core.resource import Unknown
from reconciler.intent.calico import bird, felix
from reconciler.intent.calico.fabric import Destination, Peer
from reconciler.intent.calico.settings import Settings
from reconciler.intent.network import Family
from reconciler.linux.route import MAIN_TABLE, Route


class View(NamedTuple):
    """All that decides which rows a node has towards a peer: nodes that see it alike have the same rows.

    ``near``: the peer's address is in my prefix; ``None``: my own address is not known. ``dev`` is my underlay
    interface, ``router`` my next hop to a peer that is not near, and its interface. MTUs in bytes, of my devices.
    ``vxlan_lacks`` and ``dev_lacks`` name the facts without which I have no such device; empty: none is missing.
    ``encrypts``: my own packets to peers with a key take WireGuard.
    """

    family: Family
    settings: Settings
    near: bool | None
    dev: str | None = None
    router: tuple[str, str | None] | None = None
    vxlan: bool = False
    vxlan_mtu: int = 0
    ipip: bool = False
    ipip_mtu: int = 0
    vxlan_lacks: str = ""
    dev_lacks: str = ""
    encrypts: bool = False

    def route(self, peer: Peer, to: Destination) -> Route | Unknown | None:
        """My route to a prefix that is behind ``peer``; ``None``: there is none."""
        kind, settings = to.pool.kind, self.settings
        if kind == "vxlan":
            return self._vxlan(peer, to) if self.vxlan else None
        if kind in settings.felix:
            return self._ipip(peer, to) if kind == "ipip" else self._plain(peer, to)
        if kind in settings.bird and to.pool.exported and not to.covered:
            return self._bird(peer, to)
        return None

    def _vxlan(self, peer: Peer, to: Destination) -> Route | Unknown:
        """R4 to R8: over the tunnel, unless the pool is CrossSubnet and the peer is near."""
        lacks = self._verdict_lacks(peer, to)
        if lacks:
            return self._unknown(to, lacks)
        if self._is_direct(to):
            return felix.direct(self.family, self.settings, self.dev, peer, to)
        if self.vxlan_lacks or peer.vxlan.address is None:
            return self._unknown(to, self.vxlan_lacks or peer.lacks("VXLAN tunnel address"))
        return felix.vxlan(self.family, self.settings, self.vxlan_mtu, peer, to)

    def _ipip(self, peer: Peer, to: Destination) -> Route | Unknown | None:
        if not self.ipip:
            return None
        lacks = self._verdict_lacks(peer, to)
        if lacks:
            return self._unknown(to, lacks)
        if self._is_direct(to):
            return felix.direct(self.family, self.settings, self.dev, peer, to)
        return felix.ipip(self.settings, self.ipip_mtu, peer, to)

    def _plain(self, peer: Peer, to: Destination) -> Route | Unknown:
        """No subnet test at all: the route is on the link even where the peer is not (noencap_mgr.go)."""
        lacks = self.dev_lacks or self._address_lacks(peer)
        return self._unknown(to, lacks) if lacks else felix.direct(self.family, self.settings, self.dev, peer, to)

    def _bird(self, peer: Peer, to: Destination) -> Route | Unknown | None:
        if self.encrypts and peer.key is not None:
            return None
        lacks = self._verdict_lacks(peer, to)
        if lacks:
            return self._unknown(to, lacks)
        assert peer.address is not None, "its lack is told above"
        family, settings = self.family, self.settings
        if to.pool.kind == "ipip" and not self._is_direct(to):
            return bird.tunnelled(settings, peer.address.ip, to, peer.origin)
        if self.dev_lacks:
            return self._unknown(to, self.dev_lacks)
        hop = (peer.address.text, None) if self.near else self.router
        if hop is None:
            return self._unknown(to, f"next hop to {peer.address.ip} (underlay.gateway, or a route)")
        return bird.routed(family, settings, hop[0], hop[1] or self.dev, to, peer.origin)

    def _is_direct(self, to: Destination) -> bool:
        return to.pool.cross_subnet and bool(self.near)

    def _verdict_lacks(self, peer: Peer, to: Destination) -> str:
        """What is missing to tell whether the peer is in my subnet, where that matters, or where it is at all."""
        matters = to.pool.cross_subnet or to.pool.kind == "none"
        return self._address_lacks(peer) or (self.dev_lacks if matters and self.near is not False else "")

    @staticmethod
    def _address_lacks(peer: Peer) -> str:
        return peer.lacks("underlay address") if peer.address is None else ""

    def _unknown(self, to: Destination, missing: str) -> Unknown:
        """BIRD's routes may carry a metric of their own."""
        metric = self.family.metric if to.pool.kind == "vxlan" or to.pool.kind in self.settings.felix else "*"
        return Unknown("route", f"{to.dst} table {MAIN_TABLE} metric {metric}", missing)
