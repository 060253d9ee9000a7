"""Tunnels as the kernel works them: what a packet is wrapped into, and who unwraps it at the far end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.resource import Key
from reconciler.linux.fdb import FLOOD_MAC, FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.wireguard import WireguardPeer
from reconciler.walk.node import Node
from reconciler.walk.packet import ANYONE, LOCAL, Load, Outcome, Packet, dropped, unknown
from reconciler.walk.prefixes import number_of, spelled, version_of

TUNNELS = ("vxlan", "ipip", "wireguard")
EXTERNAL = "external"
"""A tunnel device that a program (eBPF) tells the far end of every single packet."""


class Wrapped(NamedTuple):
    """One outer packet and what is in it. ``used``: the entries that chose it."""

    packet: Packet
    load: Load
    used: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """A packet that leaves ``node`` by the tunnel device ``link``, with its next hop."""

    name: str
    node: Node
    link: Link
    packet: Packet
    inner: Load | None
    hop: str

    def wrapped(self) -> list[Wrapped] | Outcome:
        """The outer packets; several where a frame is flooded: one of them has to arrive."""
        if _is_external(self.link):
            return unknown(f"{self.name}: what {self.link.ifname} does with packets is not in any table")
        match self.link.info_kind:
            case "vxlan":
                return self._vxlan()
            case "ipip":
                return self._ipip()
            case _:
                return self._wireguard()

    def _vxlan(self) -> list[Wrapped] | Outcome:
        """PERMANENT neighbour -> MAC -> forwarding entry; without one, where the device floods to (``vxlan_xmit``)."""
        dev = self.link.ifname
        entry = self.node.neighbours.get((dev, self.hop))
        flood = self.node.fdb.get((dev, FLOOD_MAC), [])
        rows = flood if entry is None else self.node.fdb.get((dev, entry.lladdr)) or flood
        ends: list[tuple[FdbEntry | None, str]] = [(row, row.dst) for row in rows]
        if not ends and self.link.group is not None:
            ends = [(None, self.link.group)]
        if not ends and entry is None:
            return dropped(f"{self.name}: no neighbour entry for {self.hop} on {dev}")
        if not ends and entry is not None:
            return dropped(f"{self.name}: no forwarding entry for {entry.lladdr} on {dev}")
        if any(number_of(dst) >> (28 if version_of(dst) == 4 else 120) in (0xE, 0xFF) for _, dst in ends):
            return unknown(f"{self.name}: {dev} floods to a multicast group")
        mac = None if entry is None else entry.lladdr
        known = () if entry is None else (entry.key,)
        return [self._framed(row, dst, mac, known) for row, dst in ends]

    def _framed(self, row: FdbEntry | None, dst: str, mac: str | None, known: tuple[Key, ...]) -> Wrapped:
        said = dict(text.split(" ", 1) for text in (row.extra or () if row else ()))
        load = Load(
            "vxlan",
            self.name,
            self.packet,
            self.inner,
            vni=int(said.get("vni", self.link.id or 0)),
            port=int(said.get("port", self.link.port or 0)),
            mac=mac,
            hop=self.hop,
        )
        used = (*known, *(() if row is None else (row.key,)))
        return Wrapped(self._outer(dst, said.get("via") or self.link.lower), load, used)

    def _ipip(self) -> list[Wrapped] | Outcome:
        """Without a far end of its own it sends to the next hop (``ip_tunnel_xmit``)."""
        remote = next((text.split()[1] for text in self.link.extra or () if text.startswith("remote ")), self.hop)
        load = Load("ipip", self.name, self.packet, self.inner)
        return [Wrapped(self._outer(remote, self.link.lower), load, ())]

    def _wireguard(self) -> list[Wrapped] | Outcome:
        dev, dst = self.link.ifname, self.packet.dst
        if self.link.peers is None:
            return unknown(f"{self.name}: nobody tells the peers of {dev}")
        peer = _peer(self.node, self.link, dst)
        if peer is None:
            return dropped(f"{self.name}: no peer of {dev} takes packets to {dst}")
        if peer.endpoint is None:
            return dropped(f"{self.name}: the peer of {dev} for {dst} has no endpoint")
        host, port = _endpoint(peer.endpoint)
        mark = int(self.link.fwmark, 0) if self.link.fwmark not in (None, "off") else 0
        load = Load("wireguard", self.name, self.packet, self.inner, port=port)
        return [Wrapped(self._outer(host, None)._replace(mark=mark), load, ())]

    def _outer(self, dst: str, oif: str | None) -> Packet:
        return Packet(self.link.local or ANYONE[version_of(dst)], spelled(dst), iif=LOCAL, oif=oif)


@dataclass(frozen=True, slots=True)
class Arriving:
    """An outer packet at ``node``, which has its destination address. ``sender``: the node that wrapped it."""

    name: str
    node: Node
    sender: Node | None
    outer: Packet
    load: Load

    def unwrapped(self) -> Link | Outcome:
        """The tunnel device that takes the load."""
        found = [link for link in self.node.of_kind(self.load.kind) if self._is_for(link)]
        if not found:
            return dropped(f"{self.name} has no {self._sort}")
        up = [link for link in found if link.up is not False]
        if not up:
            return dropped(f"{self.name}: {found[0].ifname} is down")
        if _is_external(up[0]):
            return unknown(f"{self.name}: what {up[0].ifname} does with packets is not in any table")
        return self._refused(up[0]) or self._taker(up[0]) or up[0]

    @property
    def _sort(self) -> str:
        match self.load.kind:
            case "vxlan":
                return f"VXLAN device with VNI {self.load.vni} on UDP port {self.load.port}"
            case "ipip":
                return f"IPIP device for packets from {self.outer.src} to {self.outer.dst}"
            case _:
                return f"WireGuard device on UDP port {self.load.port}"

    def _is_for(self, link: Link) -> bool:
        match self.load.kind:
            case "vxlan":
                return (link.id, link.port) == (self.load.vni, self.load.port)
            case "ipip":
                ends = [text.split()[1] for text in link.extra or () if text.startswith("remote ")]
                return link.local in (None, self.outer.dst) and (not ends or self.outer.src in ends)
            case _:
                return link.listen_port in (None, self.load.port)

    def _refused(self, link: Link) -> Outcome | None:
        match self.load.kind:
            case "vxlan":
                return self._misframed(link)
            case "wireguard":
                return self._stranger(link)
            case _:
                return None

    def _misframed(self, link: Link) -> Outcome | None:
        """A frame for another MAC is for somebody else (``eth_type_trans``: PACKET_OTHERHOST)."""
        mac = self.load.mac
        if mac is None and not self.node.has(self.load.hop):
            return dropped(f"{self.name}: {link.ifname} does not have {self.load.hop}, which the frame asks for")
        if mac is not None and self._taker(link) is None:
            return dropped(f"{self.name}: the frame is for {mac}, {link.ifname} has {link.address}")
        return None

    def _taker(self, link: Link) -> Link | None:
        """The interface that the load comes in by: ``link``, or one on it that has the frame's MAC."""
        if self.load.mac is None:
            return link
        return self.node.takes(link, self.load.mac, version_of(self.load.packet.dst))

    def _stranger(self, link: Link) -> Outcome | None:
        """WireGuard takes from a peer only what it may send; whose key that is, its endpoint tells."""
        if link.peers is None:
            return unknown(f"{self.name}: nobody tells the peers of {link.ifname}")
        peer = _peer(self.node, link, self.load.packet.src)
        if peer is None:
            return dropped(f"{self.name}: no peer of {link.ifname} may send from {self.load.packet.src}")
        if peer.endpoint is not None and self.sender is not None:
            host, _ = _endpoint(peer.endpoint)
            if not self.sender.has(spelled(host)):
                return dropped(f"{self.name}: {self.load.packet.src} may only come from the peer at {peer.endpoint}")
        return None


def _is_external(link: Link) -> bool:
    return any(text.startswith(EXTERNAL) for text in link.extra or ())


def _peer(node: Node, link: Link, address: str) -> WireguardPeer | None:
    found: Iterator[Sequence[int]] = node.peers(link, version_of(address)).matches(address)
    return next(((link.peers or ())[places[0]] for places in found), None)


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
