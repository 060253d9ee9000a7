"""WireGuard: a device, a rule that asks a table of its own first, and in it who is reached encrypted.

Source: felix/wireguard/wireguard.go. Keys' private halves live in the kernel alone: nobody here knows or writes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network

from reconciler.core.resource import Unknown
from reconciler.intent.calico.fabric import Destination, Peer
from reconciler.intent.calico.settings import QUEUE_LENGTH, Settings
from reconciler.intent.network import Family, host, together
from reconciler.intent.wish import Row
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.route import BOOT_PROTOCOL, Route
from reconciler.linux.rule import Rule
from reconciler.linux.wireguard import WireguardPeer, endpoint

Offers = Mapping[str, Sequence[Destination]]


def rows(
    family: Family, settings: Settings, me: Peer, peers: Mapping[str, Peer], offers: Offers, lacks: str = ""
) -> Iterator[Row]:
    """All of WireGuard on one node. A node without a key of its own has no WireGuard that we could judge.

    ``lacks``: what nobody told of ``offers``; the device's peers then stay as they are, since each names its prefixes.
    """
    wireguard = settings.wireguard_of(family)
    if me.key is None:
        yield from _unknown(wireguard.device, wireguard.table, wireguard.priority, me.lacks("WireGuard public key"))
        return
    others = [peer for peer in peers.values() if peer is not me]
    keyed = list(_with_keys(me, others))
    behind = {peer.name: _prefixes(settings, peer, offers[peer.name]) for peer in (me, *others)}
    lost = [peer for peer in keyed if peer.address is None]
    missing = ", ".join(filter(None, (lacks, *(peer.lacks("underlay address") for peer in lost))))
    if missing:
        yield Unknown("link", wireguard.device, missing)
    ends = None if missing else [(peer, list(behind[peer.name])) for peer in keyed]
    yield from _device(family, settings, me, keyed, ends)
    yield _rule(family, settings, me)
    encrypted = frozenset(peer.name for peer in keyed)
    for peer in others:
        dev = wireguard.device if peer.name in encrypted else None
        yield from (_route(family, settings, dst, dev, why) for dst, why in behind[peer.name].items())
    for dst, why in _uncovered(behind[me.name], offers[me.name]):
        yield _route(family, settings, dst, None, why)


def _with_keys(me: Peer, others: Sequence[Peer]) -> Iterator[Peer]:
    """Nodes that share a key are treated as having none (``updateCacheFromNodeUpdates``)."""
    keys = Counter(peer.key for peer in (me, *others))
    return (peer for peer in others if peer.key is not None and keys[peer.key] == 1)


def _prefixes(settings: Settings, peer: Peer, offered: Sequence[Destination]) -> dict[str, str]:
    """Everything behind a node: blocks, borrowed addresses, ends of its tunnels; each with its origin."""
    found = {to.dst: to.origin for to in offered}
    found |= {host(address): origin for address, origin in peer.ends}
    if settings.host_encryption and peer.address is not None:
        found[host(peer.address.ip)] = peer.origin
    return found


def _uncovered(mine: Mapping[str, str], offered: Sequence[Destination]) -> Iterator[tuple[str, str]]:
    """My own prefixes; an address within a block of mine is not repeated."""
    blocks = [ip_network(to.dst) for to in offered if to.block]
    for dst, why in mine.items():
        network = ip_network(dst)
        if not any(network != block and network.subnet_of(block) for block in blocks):  # type: ignore[arg-type]
            yield dst, why


def _device(
    family: Family,
    settings: Settings,
    me: Peer,
    keyed: Sequence[Peer],
    ends: Sequence[tuple[Peer, Sequence[str]]] | None,
) -> Iterator[Row]:
    wireguard = settings.wireguard_of(family)
    yield Link(
        ifname=wireguard.device,
        info_kind="wireguard",
        mtu=settings.device_mtu("wireguard", family, me.host_mtu),
        txqlen=QUEUE_LENGTH,
        up=True,
        listen_port=wireguard.port,
        fwmark=settings.profile.fwmark,
        peers=None if ends is None else tuple(_peer(peer, wireguard.port, prefixes) for peer, prefixes in ends),
        origin=together(me.wireguard.origin, *(peer.wireguard.origin for peer in keyed)),
    )
    local = me.wireguard.address or (me.address and me.address.ip)
    if local is None:
        yield Unknown("address", f"* dev {wireguard.device}", me.lacks("WireGuard address"))
    else:
        yield Address(dev=wireguard.device, local=str(local), prefixlen=family.bits, origin=me.wireguard.origin)


def _peer(peer: Peer, port: int, prefixes: Sequence[str]) -> WireguardPeer:
    assert peer.key is not None, "the caller has looked"
    assert peer.address is not None, "the caller has looked"
    end = endpoint(peer.address.ip, port)
    return WireguardPeer(public_key=peer.key, endpoint=end, allowed_ips=tuple(prefixes))


def _rule(family: Family, settings: Settings, me: Peer) -> Rule:
    """``99: not from all fwmark M/M lookup T``: what the device itself sends carries the mark, and goes on."""
    wireguard, mark = settings.wireguard_of(family), settings.profile.fwmark
    return Rule(
        priority=wireguard.priority,
        family=family.version,
        inverted=True,
        fwmark=mark,
        fwmask=mark,
        table=wireguard.table,
        origin=me.wireguard.origin,
    )


def _route(family: Family, settings: Settings, dst: str, dev: str | None, origin: str) -> Route:
    """To the device, or, with ``throw``, on to the main table."""
    scope = "link" if dev is not None and family.version == 4 else "global"
    return Route(
        table=settings.wireguard_of(family).table,
        type="throw" if dev is None else "unicast",
        dst=dst,
        dev=family.blackhole_dev if dev is None else dev,
        protocol=BOOT_PROTOCOL,
        scope=scope,
        metric=family.metric,
        origin=origin,
    )


def _unknown(device: str, table: int, priority: int, missing: str) -> Iterator[Unknown]:
    yield Unknown("link", device, missing)
    yield Unknown("address", f"* dev {device}", missing)
    yield Unknown("route", f"* table {table} metric *", missing)
    yield Unknown("rule", f"*{priority}: not from all fwmark *", missing)
