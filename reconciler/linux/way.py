"""How a node's packets find back to us, and which new route, address or neighbour would lead them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, ip_address, ip_network
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Resource
from reconciler.core.way import Hop, IpAddress, Network, Path
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import IPV6_DEFAULT_METRIC, LOCAL_TABLE, MAIN_TABLE, NextHop, Route
from reconciler.linux.rule import ACTIONS, Rule
from reconciler.linux.rules import applies, shortest

AHEAD = -1
"""The cost of a connected route: of two with one prefix the order of their making decides, which nobody can foresee."""


class Offer(NamedTuple):
    """A path that an entry would put into a table."""

    table: int
    path: Path


@dataclass(frozen=True, slots=True)
class WayBack:
    """The route in ``table`` that packets from ``server`` (the node) to ``client`` (us) take now.

    ``earlier``: tables that the rules have looked up before it, each with the shortest prefix that counts there.
    ``led_by``: the rules that lead to ``table``, the one that looks it up last. ``macs``: the MACs that its next hops
    have now. ``addresses`` and ``routes``: those of the node.
    """

    client: IpAddress
    server: IpAddress
    present: Path
    table: int
    earlier: Mapping[int, int]
    macs: Mapping[Hop, str]
    led_by: Sequence[Rule] = ()
    addresses: Sequence[Address] = ()
    routes: Sequence[Route] = ()

    def cut_by(self, change: Change, plan: Sequence[Change]) -> str | None:
        """A change that restates what is there already cuts nothing: packets find back to us all the same."""
        after = change.after
        if isinstance(after, Rule):
            return self._turned_by(after, plan) if change.before is None else None
        if isinstance(after, Neighbour):
            return self._misled(after)
        if isinstance(after, Address) and any(after.local == hop.via != str(self.client) for hop in self.present.hops):
            return f"{self._packets} go to {after.local} next, which would be the node itself"
        had = set(self._offers(change.before))
        taken = [offer for offer in self._offers(after) if offer not in had and self._is_taken(offer)]
        if any(not offer.path.hops for offer in taken):
            return f"{self._packets} would end there instead of taking {self}"
        return f"{self._packets} would take it instead of {self}" if taken else None

    def __str__(self) -> str:
        """``172.20.20.0/24 dev eth0``, as the words of `ip route` are."""
        legs = sorted(self.present.hops)
        ways = [f"{'' if via == str(self.client) else f'via {via} '}dev {dev}" for via, dev in legs]
        return f"{self.present.network} {' and '.join(ways)}".strip()

    @property
    def _packets(self) -> str:
        return f"packets back to us ({self.client})"

    def _turned_by(self, rule: Rule, plan: Sequence[Change]) -> str | None:
        """A new rule ahead of ours, by what its table has now or will have after ``plan``."""
        behind = bool(self.led_by) and rule.priority >= self.led_by[-1].priority
        if behind or not applies(rule, self.client, self.server):
            return None
        if rule.action in ACTIONS.values():
            return f"{self._packets} would end there instead of taking {self}"
        if rule.action == "goto":
            return f"{self._packets} may take it past what leads them to {self}"
        if rule.table is None or rule.table == self.table:
            return None
        ahead = replace(self, earlier={rule.table: shortest(rule)})
        coming = [change.after for change in plan if isinstance(change.after, Route)]
        routes = [route for route in (*self.routes, *coming) if route.table == rule.table]
        taken = next((route for route in routes if any(map(ahead._is_taken, ahead._offers(route)))), None)
        return f"{self._packets} would take {taken.key} instead of {self}" if taken else None

    def _misled(self, entry: Neighbour) -> str | None:
        hop = Hop(str(ip_address(entry.dst)), entry.dev)
        mac = self.macs.get(hop)
        if hop not in self.present.hops or entry.lladdr == mac:
            return None
        return f"{self._packets} would go to {entry.lladdr} instead of {mac or 'a MAC that we do not know'}"

    def _is_taken(self, offer: Offer) -> bool:
        path = offer.path
        if path.network.prefixlen >= self.earlier.get(offer.table, path.network.max_prefixlen + 1):
            return path.covers(self.client) and not path.leads_like(self.present)
        return offer.table == self.table and path.takes(self.client, self.present)

    def _offers(self, resource: Resource | None) -> Iterator[Offer]:
        match resource:
            case Route() if resource.type != "throw" or resource.table not in self.earlier:
                yield Offer(resource.table, self._path(resource))
            case Address():
                yield from self._connected(resource)
            case Link(up=True):
                for address in self.addresses:
                    if address.dev == resource.ifname:
                        yield from self._connected(address)

    def _path(self, route: Route) -> Path:
        network = ip_network(route.dst)
        cost = route.metric or (IPV6_DEFAULT_METRIC if network.version == 6 else 0)
        legs: Iterable[Route | NextHop] = route.nexthops or (route,)
        hops = [self._hop(leg.gateway, leg.dev) for leg in legs] if route.type == "unicast" else []
        return Path(network, cost, frozenset(hops))

    def _hop(self, gateway: str | None, dev: str | None) -> Hop:
        via = str(ip_address(gateway)) if gateway else str(self.client)
        known = [hop.dev for hop in self.present.hops if hop.via == via]
        return Hop(via, dev or next(iter(known), ""))

    def _connected(self, address: Address) -> Iterator[Offer]:
        """The kernel puts the address itself, its network and its network's broadcast address into tables."""
        network = network_of(address)
        yield Offer(LOCAL_TABLE, Path(ip_network(address.local)))
        if isinstance(network, IPv4Network) and network.prefixlen < network.max_prefixlen - 1:
            yield Offer(LOCAL_TABLE, Path(ip_network(network.broadcast_address)))
        yield Offer(MAIN_TABLE, Path(network, AHEAD, frozenset({Hop(str(self.client), address.dev)})))


def network_of(address: Address) -> Network:
    """The network that an address connects its interface to: for a point-to-point address that of its far end."""
    return ip_network(f"{address.peer or address.local}/{address.prefixlen}", strict=False)
