"""What a device has or may come to have, by what an address is looked up with there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from itertools import chain
from typing import TypeVar, cast

from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.claim import matches
from reconciler.linux.fdb import FLOOD_MAC, FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.schedule.kernel import Network, devices, network_of, subnet
from reconciler.schedule.needs import address_of
from reconciler.switch.addresses import is_address
from reconciler.switch.kinds import Interface, StaticRoute, Svi
from reconciler.walk.kept import Kept
from reconciler.walk.prefixes import Prefix, prefix_of

POD_LINKS = ("cali*", "lxc*", "veth*")
"""One pod each: they matter to their own pods alone."""
K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", bound=Resource)
Covers = Route | Address | StaticRoute


@dataclass(frozen=True, slots=True)
class Hit:
    """What of one device matters when an address is looked up there. ``hops``: whoever has one may get the packet next.

    ``outer``: where a tunnel may lead to: looked up on the same device, and the packet comes out at whoever has it.
    """

    keys: frozenset[Key]
    hops: frozenset[str] = frozenset()
    outer: frozenset[str] = frozenset()


def table_of(state: State, more: Sequence[Resource]) -> Table:
    """Made once for a state that nothing comes to."""
    return Table((*state.values(), *more)) if more else TABLES.of([state], lambda: Table((*state.values(),)))


TABLES: Kept[Table] = Kept(1024)


@dataclass
class Table:
    """One device, by what an address is looked up with."""

    resources: Sequence[Resource]
    _hits: dict[str, Hit] = field(default_factory=dict)

    def about(self, address: str) -> Hit:
        if address not in self._hits:
            self._hits[address] = self._about(address)
        return self._hits[address]

    def _about(self, address: str) -> Hit:
        keys: set[Key] = set()
        hops = {address}
        for one in self._covering(address_of(address)):
            keys.add(one.key)
            if isinstance(one, Route):
                keys.update(Key(Link.kind, dev) for dev in devices(one))
            hops.update(_hops(one))
        outer = {*self._endpoints(address), *(hops if self._has_ipip else ())}
        for neighbour in (one for hop in tuple(hops) for one in self._neighbours.get(hop, ())):
            behind = [*self._behind.get((neighbour.dev, neighbour.lladdr), ()), *self._flood.get(neighbour.dev, ())]
            keys.update((neighbour.key, *(entry.key for entry in behind)))
            hops.add(neighbour.lladdr)
            outer.update(entry.dst for entry in behind)
        return Hit(frozenset(keys), frozenset(hops), frozenset(outer))

    def own(self, hop: str) -> Iterable[Key]:
        """The entries that make it the owner of an address."""
        return [one.key for one in self._addresses.get(hop, ())]

    @cached_property
    def _kinds(self) -> dict[type[Resource], list[Resource]]:
        return _by((type(one), one) for one in self.resources)

    def _all(self, kind: type[R]) -> list[R]:
        return cast("list[R]", self._kinds.get(kind, []))

    def elsewhere(self, gateways: Iterable[str], homes: Sequence[Prefix]) -> bool:
        """Whether it sends to one of ``gateways`` what is in none of the ``homes`` behind it."""
        networks = (network for gateway in gateways for network in self._via.get(gateway, ()))
        return any(not any(home.covers(prefix_of(network)) for home in homes) for network in networks)

    @cached_property
    def _via(self) -> dict[str, list[str]]:
        """Gateway -> the networks behind it."""
        return _by((hop, route.dst) for route in self._routes for hop in _hops(route))

    @property
    def _routes(self) -> list[Route | StaticRoute]:
        return [*self._all(Route), *self._all(StaticRoute)]

    @cached_property
    def owned(self) -> frozenset[str]:
        """Addresses that it has itself, a switch's on its interfaces; and MACs."""
        ports: list[Interface | Svi] = [*self._all(Interface), *self._all(Svi)]
        on_switch = (one.addresses or () for one in ports)
        macs = (one.address for one in self._all(Link) if one.address is not None)
        return frozenset(
            (*self._addresses, *macs, *(text.partition("/")[0] for text in chain.from_iterable(on_switch)))
        )

    @cached_property
    def always(self) -> frozenset[Key]:
        """Rules, interfaces but for those of single pods, the addresses that tunnels come from, and macvlans' own."""
        ends = {one.local for one in self._all(Link)}
        ears = {one.ifname for one in self._all(Link) if one.info_kind == "macvlan"}
        local = (one for one in self._all(Address) if one.local in ends or one.dev in ears)
        shared = (one for one in self._all(Link) if not matches(one.ifname, POD_LINKS))
        return frozenset(one.key for one in (*shared, *self._all(Rule), *local))

    def _covering(self, address: IPv4Address | IPv6Address) -> Iterator[Covers]:
        number, longest = int(address), address.max_prefixlen
        for (version, length), networks in self._prefixes.items():
            if version == address.version:
                shift = longest - length
                yield from networks.get(number >> shift << shift, ())

    def _endpoints(self, address: str) -> Iterator[str]:
        """Where WireGuard sends what is for ``address``."""
        for network, endpoint in self._peers:
            if network.version == address_of(address).version and address_of(address) in network:
                yield endpoint

    @cached_property
    def _peers(self) -> list[tuple[Network, str]]:
        peers = (peer for one in self._all(Link) for peer in one.peers or ())
        ends = ((peer.allowed_ips, peer.endpoint) for peer in peers if peer.endpoint)
        return [(network_of(text), end.rpartition(":")[0].strip("[]")) for ips, end in ends for text in ips]

    @cached_property
    def _has_ipip(self) -> bool:
        return any(one.info_kind == "ipip" for one in self._all(Link))

    @cached_property
    def _addresses(self) -> dict[str, list[Address]]:
        return _by((one.local, one) for one in self._all(Address))

    @cached_property
    def _neighbours(self) -> dict[str, list[Neighbour]]:
        return _by((one.dst, one) for one in self._all(Neighbour))

    @cached_property
    def _behind(self) -> dict[tuple[str, str], list[FdbEntry]]:
        return _by(((one.dev, one.mac), one) for one in self._all(FdbEntry))

    @cached_property
    def _flood(self) -> dict[str, list[FdbEntry]]:
        return _by((one.dev, one) for one in self._all(FdbEntry) if one.mac == FLOOD_MAC)

    @cached_property
    def _prefixes(self) -> dict[tuple[int, int], dict[int, list[Covers]]]:
        """(Version, length) -> network -> routes, and addresses for the network that they are on."""
        found: dict[tuple[int, int], dict[int, list[Covers]]] = {}
        placed: list[tuple[Network, Covers]] = [(subnet(one), one) for one in self._all(Address)]
        placed += [(network_of(one.dst), one) for one in self._routes]
        for network, one in placed:
            by_number = found.setdefault((network.version, network.prefixlen), {})
            by_number.setdefault(int(network.network_address), []).append(one)
        return found


def _by(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _hops(one: Covers) -> Iterator[str]:
    if isinstance(one, StaticRoute):
        yield from (word for word in one.via.split() if is_address(word))
    elif isinstance(one, Route):
        yield from (hop for hop in (one.gateway, *(leg.gateway for leg in one.nexthops or ())) if hop is not None)
