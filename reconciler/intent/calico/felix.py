"""Routes as Felix writes them (felix/dataplane/linux/route_mgr.go, vxlan_mgr.go, ipip_mgr.go, noencap_mgr.go)."""

from __future__ import annotations

from reconciler.intent.calico.fabric import Destination, Peer
from reconciler.intent.calico.settings import IPIP_DEVICE, VXLAN_DEVICES, Settings
from reconciler.intent.network import IPV4, Family, together
from reconciler.linux.route import Route


def blackhole(family: Family, settings: Settings, to: Destination) -> Route:
    """R3: what is in my block and on no pod of mine goes nowhere."""
    return Route(
        type="blackhole",
        dst=to.dst,
        dev=family.blackhole_dev,
        protocol=settings.own_protocol,
        metric=family.metric,
        prefsrc=settings.source(family),
        origin=to.origin,
    )


def direct(
    family: Family, settings: Settings, dev: str | None, peer: Peer, to: Destination, mtu: int | None = None
) -> Route:
    """R4 and R7: straight to a peer in my subnet (CrossSubnet), and to every peer where nothing encapsulates."""
    assert peer.address is not None, "the caller has looked"
    return Route(
        dst=to.dst,
        gateway=peer.address.text,
        dev=dev,
        protocol=settings.own_protocol,
        metric=family.metric,
        prefsrc=settings.source(family),
        mtu=mtu,
        onlink=True,
        origin=together(to.origin, peer.origin),
    )


def vxlan(family: Family, settings: Settings, mtu: int, peer: Peer, to: Destination) -> Route:
    """R5: via the peer's tunnel address; R6 and R8: an end of the tunnel itself is on the link."""
    return Route(
        dst=to.dst,
        gateway=None if to.tunnel_end else peer.vxlan.text,
        dev=VXLAN_DEVICES[family.version],
        protocol=settings.route_protocol,
        scope="link" if to.tunnel_end and family is IPV4 else "global",
        metric=family.metric,
        prefsrc=settings.source(family),
        mtu=mtu if settings.profile.route_mtu else None,
        onlink=None if to.tunnel_end else True,
        origin=together(to.origin, peer.vxlan.origin),
    )


def ipip(settings: Settings, mtu: int, peer: Peer, to: Destination) -> Route:
    """The peer's own address is the outer destination: the gateway needs no neighbour."""
    return direct(IPV4, settings, IPIP_DEVICE, peer, to, mtu)
