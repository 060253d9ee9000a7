"""Calico VXLAN (Always and CrossSubnet): the device, routes, neighbours and FDB entries that Felix writes on a node."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.resource import Resource, Unknown
from reconciler.intent.overlay import Destination, Overlay, Peer, together
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import MAIN_TABLE, Route

Row = Resource | Unknown
QUEUE_LENGTH = 1000


def node_rows(overlay: Overlay, node: str) -> Iterator[Row]:
    """All that Felix wants on ``node`` for one family. Costs O(that node's rows).

    Rules R1 to R8 are those of felix/dataplane/linux/vxlan_mgr.go and route_mgr.go.
    A row that needs a missing fact is an ``Unknown``.
    """
    if not overlay.enabled:
        return
    me = overlay.peers[node]
    yield from _device(overlay, me)
    for peer in overlay.peers.values():
        if peer is not me:
            yield from () if me.missing else _forwarding(overlay, peer)
            yield from _end_route(overlay, peer)
    for destination in overlay.destinations:
        yield from _routes(overlay, me, destination)


def _device(overlay: Overlay, me: Peer) -> Iterator[Row]:
    dev, settings = overlay.family.device, overlay.settings
    if me.missing or me.address is None:
        yield Unknown("link", dev, me.missing)
        for kind in ("address", "neighbour", "fdb"):
            yield Unknown(kind, f"* dev {dev}*", me.missing)
        return
    yield Link(
        ifname=dev,
        info_kind="vxlan",
        address=me.mac,
        mtu=me.mtu,
        txqlen=QUEUE_LENGTH,
        up=True,
        id=settings.vni,
        port=settings.port,
        local=str(me.address.ip),
        lower=me.dev,
        learning=False,
        origin=me.origin,
    )
    yield Address(dev=dev, local=str(me.tunnel), prefixlen=overlay.family.bits, origin=me.origin)


def _forwarding(overlay: Overlay, peer: Peer) -> Iterator[Row]:
    """R1 and R2: everyone holds the same two entries of a peer, whether or not a route leads over it."""
    dev = overlay.family.device
    if peer.address is not None and peer.tunnel is not None:
        yield Neighbour(dev=dev, dst=str(peer.tunnel), lladdr=peer.mac, origin=peer.origin)
        yield FdbEntry(dev=dev, mac=peer.mac, dst=str(peer.address.ip), origin=peer.origin)
        return
    missing = _missing_vtep(peer)
    yield Unknown("neighbour", f"{peer.tunnel or '*'} dev {dev}", missing)
    yield Unknown("fdb", f"{peer.mac if peer.tunnel else '*'} dev {dev}", missing)  # who tells no end tells no MAC


def _end_route(overlay: Overlay, peer: Peer) -> Iterator[Unknown]:
    """The end of a peer's tunnel may have a route of its own (R6, R8); where it is not known, any may be that route."""
    if peer.tunnel is None:
        name = f"*/{overlay.family.bits} table {MAIN_TABLE} metric {overlay.family.metric}"
        yield Unknown("route", name, f"VXLAN tunnel address of {peer.name}")


def _missing_vtep(peer: Peer) -> str:
    what = "underlay address" if peer.address is None else "VXLAN tunnel address"
    return f"{what} of {peer.name}"


def _routes(overlay: Overlay, me: Peer, to: Destination) -> Iterator[Row]:
    if to.owner == me.name:
        if to.blackholed:
            yield _blackhole(overlay, to)
        return
    peer = overlay.peers[to.owner]
    if peer.address is None:
        yield _unknown(overlay, to, _missing_vtep(peer))
    elif to.cross_subnet and _in_my_subnet(me, peer):
        yield _direct(overlay, me, peer, to)
    elif me.missing:
        yield _unknown(overlay, to, me.missing)
    elif peer.tunnel is None:
        yield _unknown(overlay, to, _missing_vtep(peer))
    else:
        yield _tunnelled(overlay, me, peer, to)


def _in_my_subnet(me: Peer, peer: Peer) -> bool:
    """Only the local prefix counts, as Felix judges; with no local interface known, nobody is a neighbour."""
    if me.address is None or me.dev is None or peer.address is None:
        return False
    return peer.address.ip in me.address.network


def _blackhole(overlay: Overlay, to: Destination) -> Route:
    """R3: what is in my block and on no pod of mine goes nowhere."""
    return Route(
        type="blackhole",
        dst=to.dst,
        dev=overlay.family.blackhole_dev,
        protocol=overlay.settings.own_protocol,
        metric=overlay.family.metric,
        prefsrc=overlay.settings.source(overlay.family),
        origin=to.origin,
    )


def _direct(overlay: Overlay, me: Peer, peer: Peer, to: Destination) -> Route:
    """R4 and R7: a peer in my subnet needs no tunnel (CrossSubnet)."""
    assert peer.address is not None, "the caller has looked"
    return Route(
        dst=to.dst,
        gateway=str(peer.address.ip),
        dev=me.dev,
        protocol=overlay.settings.own_protocol,
        metric=overlay.family.metric,
        prefsrc=overlay.settings.source(overlay.family),
        onlink=True,
        origin=together(to.origin, peer.origin),
    )


def _tunnelled(overlay: Overlay, me: Peer, peer: Peer, to: Destination) -> Route:
    """R5: via the peer's tunnel address; R6 and R8: the tunnel address itself is on the link."""
    settings, ipv4 = overlay.settings, overlay.family.version == 4
    return Route(
        dst=to.dst,
        gateway=None if to.tunnel_end else str(peer.tunnel),
        dev=overlay.family.device,
        protocol=settings.route_protocol,
        scope="link" if to.tunnel_end and ipv4 else "global",
        metric=overlay.family.metric,
        prefsrc=settings.source(overlay.family),
        mtu=me.mtu if settings.profile.route_mtu else None,
        onlink=None if to.tunnel_end else True,
        origin=together(to.origin, peer.origin),
    )


def _unknown(overlay: Overlay, to: Destination, missing: str) -> Unknown:
    return Unknown("route", f"{to.dst} table {MAIN_TABLE} metric {overlay.family.metric}", missing)
