"""BGP of a switch as its document has it: the router, its peer groups, neighbours and listen ranges."""

from __future__ import annotations

from typing import Any

from reconciler.core.resource import State
from reconciler.switch.kinds import FAMILIES, Bgp, BgpListen, BgpNeighbor


def bgp_spec(found: State) -> dict[str, Any]:
    """``bgp`` of a Switch; empty where the switch has no router. What is at EOS's default is left open."""
    router = next((one for one in found.values() if isinstance(one, Bgp)), None)
    if router is None:
        return {}
    peers = sorted((one for one in found.values() if isinstance(one, BgpNeighbor)), key=lambda one: one.rank)
    ranges = sorted((one for one in found.values() if isinstance(one, BgpListen)), key=lambda one: one.rank)
    spec = {
        "asn": router.asn,
        "routerId": router.router_id,
        "ecmp": router.ecmp,
        "networks": _listed(router.networks),
        "redistribute": _listed(router.redistribute),
        "peerGroups": {one.neighbor: _peer(one) for one in peers if one.is_group},
        "listenRanges": [_listen(one) for one in ranges],
        "neighbors": {one.neighbor: _peer(one) for one in peers if not one.is_group},
    }
    return {name: value for name, value in spec.items() if value not in (None, [], {})}


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return list(values) if values else None


def _peer(peer: BgpNeighbor) -> dict[str, Any]:
    said = {
        "remoteAs": peer.remote_as,
        "description": peer.description,
        "shutdown": peer.shutdown or None,
        "activate": _families(peer.activate),
        "peerGroup": peer.peer_group,
    }
    return {name: value for name, value in said.items() if value is not None}


def _families(activate: tuple[str, ...] | None) -> list[str] | None:
    """``no ipv4`` alone is none at all; where nothing is said of IPv4, nothing can be said of IPv6 alone."""
    if not activate or not {"ipv4", "no ipv4"} & set(activate):
        return None
    return [family for family in FAMILIES if family in activate]


def _listen(one: BgpListen) -> dict[str, Any]:
    said = {"prefix": one.prefix, "peerGroup": one.peer_group, "remoteAs": one.remote_as}
    return {name: value for name, value in said.items() if value is not None}
