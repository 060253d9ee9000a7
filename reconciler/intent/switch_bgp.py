"""BGP of a switch with nodes, as its document wants it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.documents import Switch
from reconciler.desired.documents.bgp import PeerGroup
from reconciler.desired.repository import Document
from reconciler.intent.wish import Row
from reconciler.switch.kinds import Bgp, BgpListen, BgpNeighbor, active_in

PATH = ("spec", "bgp")


def bgp_rows(document: Document[Switch]) -> Iterator[Row]:
    bgp = document.spec.bgp
    if bgp is None:
        return
    yield Bgp(
        asn=bgp.asn,
        router_id=bgp.router_id,
        ecmp=bgp.ecmp,
        networks=bgp.networks,
        redistribute=bgp.redistribute,
        origin=document.origin(*PATH),
    )
    for name, group in bgp.peer_groups.items():
        yield BgpNeighbor(
            neighbor=name,
            remote_as=group.remote_as,
            description=group.description,
            shutdown=group.shutdown,
            activate=_activate(group),
            origin=document.origin(*PATH, "peerGroups", name),
        )
    for address, peer in bgp.neighbors.items():
        yield BgpNeighbor(
            neighbor=address,
            peer_group=peer.peer_group,
            remote_as=peer.remote_as,
            description=peer.description,
            shutdown=peer.shutdown,
            activate=_activate(peer),
            origin=document.origin(*PATH, "neighbors", address),
        )
    for number, one in enumerate(bgp.listen_ranges):
        origin = document.origin(*PATH, "listenRanges", number)
        yield BgpListen(prefix=one.prefix, peer_group=one.peer_group, remote_as=one.remote_as, origin=origin)


def _activate(peer: PeerGroup) -> tuple[str, ...] | None:
    return None if peer.activate is None else active_in(peer.activate)
