"""Felix's tunnel devices on one node, and the entries that all peers have on them."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.resource import Unknown
from reconciler.intent.calico.fabric import Peer
from reconciler.intent.calico.settings import IPIP_DEVICE, QUEUE_LENGTH, VXLAN_DEVICES, Settings
from reconciler.intent.network import Family
from reconciler.intent.wish import Row
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import MAIN_TABLE


def dev_lacks(me: Peer) -> str:
    """What keeps us from naming the interface that the overlay leaves by; empty: nothing."""
    lacks = (("underlay address", me.address), ("underlay interface", me.dev))
    return ", ".join(me.lacks(what) for what, value in lacks if value is None)


def vxlan_lacks(me: Peer) -> str:
    """What keeps the VXLAN device from being made; empty: nothing."""
    end = "" if me.vxlan.address is not None else me.lacks("VXLAN tunnel address")
    return ", ".join(filter(None, (dev_lacks(me), end)))


def vxlan(family: Family, settings: Settings, me: Peer) -> Iterator[Row]:
    """The device and its one address (felix/dataplane/linux/vxlan_mgr.go ``device``)."""
    dev, missing = VXLAN_DEVICES[family.version], vxlan_lacks(me)
    if missing or me.address is None:
        yield Unknown("link", dev, missing)
        for kind in ("address", "neighbour", "fdb"):
            yield Unknown(kind, f"* dev {dev}*", missing)
        return
    yield Link(
        ifname=dev,
        info_kind="vxlan",
        address=me.mac,
        mtu=settings.device_mtu("vxlan", family, me.host_mtu),
        txqlen=QUEUE_LENGTH,
        up=True,
        id=settings.vni,
        port=settings.port,
        local=me.address.text,
        lower=me.dev,
        learning=False,
        origin=me.vxlan.origin,
    )
    yield Address(dev=dev, local=me.vxlan.text, prefixlen=family.bits, origin=me.vxlan.origin)


def vxlan_towards(family: Family, peer: Peer) -> Iterator[Row]:
    """R1 and R2: everyone holds the same two entries of a peer, whether or not a route leads over it."""
    dev, end, origin = VXLAN_DEVICES[family.version], peer.vxlan.address, peer.vxlan.origin
    if peer.address is not None and end is not None:
        yield Neighbour(dev=dev, dst=peer.vxlan.text, lladdr=peer.mac, origin=origin)
        yield FdbEntry(dev=dev, mac=peer.mac, dst=peer.address.text, origin=origin)
        return
    missing = peer.lacks("underlay address" if peer.address is None else "VXLAN tunnel address")
    yield Unknown("neighbour", f"{end or '*'} dev {dev}", missing)
    yield Unknown("fdb", f"{peer.mac if end else '*'} dev {dev}", missing)  # who tells no end tells no MAC


def any_end(family: Family, missing: str) -> Unknown:
    """Routes to single addresses, BIRD's too: which there are depends on facts that nobody told."""
    return Unknown("route", f"*/{family.bits} table {MAIN_TABLE} metric *", missing)


def ipip(family: Family, settings: Settings, me: Peer) -> Iterator[Row]:
    """The kernel's own fallback device, which Felix only dresses (felix/dataplane/linux/ipip_mgr.go)."""
    mtu = settings.device_mtu("ipip", family, me.host_mtu)
    yield Link(ifname=IPIP_DEVICE, info_kind="ipip", mtu=mtu, txqlen=QUEUE_LENGTH, up=True, origin=me.ipip.origin)
    if me.ipip.address is None:
        yield Unknown("address", f"* dev {IPIP_DEVICE}", me.lacks("IPIP tunnel address"))
        return
    yield Address(dev=IPIP_DEVICE, local=me.ipip.text, prefixlen=family.bits, origin=me.ipip.origin)
