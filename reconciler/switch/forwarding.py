"""How a switch forwards packets to an address, by its configuration: the longest match, then the lowest distance.

What a routing protocol or DHCP brings is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_interface, ip_network
from typing import NamedTuple

from reconciler.core.resource import Resource
from reconciler.core.way import Hop, IpAddress, Path
from reconciler.switch.addresses import DYNAMIC
from reconciler.switch.kinds import DEFAULT_VRF, Interface, StaticRoute, Svi


class Offer(NamedTuple):
    """A path that an entry puts into a VRF."""

    vrf: str
    path: Path


class Stage(NamedTuple):
    """Where packets to ``target`` go now: to us, or to the next hop on the way. No ``present``: nothing tells.

    Then it is taken for a default route that a routing protocol or DHCP brought, or somebody translates our address.
    """

    vrf: str
    target: IpAddress
    present: Path | None

    def is_taken_by(self, offer: Offer) -> bool:
        """An equal static route counts, too: EOS would send every other session over it."""
        path = offer.path
        if offer.vrf != self.vrf or not path.covers(self.target):
            return False
        if self.present is None:
            return path.network.prefixlen > 0
        return path.rank <= self.present.rank and not path.leads_like(self.present)

    def __str__(self) -> str:
        if self.present is None:
            return "a way that its configuration does not show"
        hops = sorted(f"via {hop.via}" if hop.via else f"on {hop.dev}" for hop in self.present.hops)
        return " ".join([str(self.present.network), " and ".join(hops)])


def stages(vrf: str, target: IpAddress, every: Iterable[Offer]) -> Iterator[Stage]:
    """The way to ``target``, then that to its next hop, which EOS looks up like any other address."""
    every, todo, seen = list(every), [target], {target}
    while todo:
        stage = Stage(vrf, todo[0], best([offer.path for offer in every if offer.vrf == vrf], todo.pop(0)))
        yield stage
        for hop in sorted(stage.present.hops) if stage.present else ():
            if hop.via and not hop.dev and ip_address(hop.via) not in seen:
                seen.add(ip_address(hop.via))
                todo.append(ip_address(hop.via))


def best(paths: Iterable[Path], target: IpAddress) -> Path | None:
    """The path that is taken; equal ones share the packets."""
    covering = [path for path in paths if path.covers(target)]
    if not covering:
        return None
    best = min(covering, key=lambda path: path.rank)
    equal = [path.hops for path in covering if path.rank == best.rank]
    return Path(best.network, best.cost, frozenset().union(*equal))


def offers(resource: Resource | None) -> Iterator[Offer]:
    """What a resource puts into the tables of its VRF: a route, or its addresses and their networks."""
    if isinstance(resource, StaticRoute):
        yield Offer(resource.vrf, Path(ip_network(resource.dst), resource.distance, _hops(resource.via)))
    elif isinstance(resource, (Interface, Svi)) and _routes(resource):
        vrf, shared = vrf_of(resource), (resource.virtual or ()) if isinstance(resource, Svi) else ()
        for address in (*(resource.addresses or ()), *shared):
            if address != DYNAMIC:
                own = ip_interface(address)
                yield Offer(vrf, Path(own.network, 0, frozenset({Hop("", resource.name)})))
                yield Offer(vrf, Path(ip_network(own.ip)))


def _routes(one: Interface | Svi) -> bool:
    return not one.shutdown and (isinstance(one, Svi) or one.mode == "routed")


def _hops(via: str) -> frozenset[Hop]:
    """A next hop is an address, an interface, or both; what goes to Null0 ends there."""
    words = via.split()
    if words[0].startswith("Null"):
        return frozenset()
    dev = "" if words[0][0].isdigit() or ":" in words[0] else words[0]
    return frozenset({Hop("" if words[-1] == dev else words[-1], dev)})


def vrf_of(end: Interface | Svi) -> str:
    return end.vrf or DEFAULT_VRF
