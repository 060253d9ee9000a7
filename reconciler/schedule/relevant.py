"""Which entries can ever matter to a packet: those that cover an address on its way, in any state before or after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from itertools import chain
from typing import TypeVar

from reconciler.core.resource import Key, Resource
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
from reconciler.walk.flow import Flow

POD_LINKS = ("cali*", "lxc*", "veth*")
"""One pod each: they matter to their own pods alone."""
K = TypeVar("K")
V = TypeVar("V")
Covers = Route | Address | StaticRoute
Relevant = Mapping[str, frozenset[Key] | None]
"""Device -> keys of its entries; None of a switch: all of it matters to everybody."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What of one device matters when an address is looked up there. ``hops``: whoever has one may get the packet next.

    ``outer``: where a tunnel may lead to: looked up on the same device, and the packet comes out at whoever has it.
    """

    keys: frozenset[Key]
    hops: frozenset[str] = frozenset()
    outer: frozenset[str] = frozenset()


class Atlas:
    """Of every device all entries that it has, or may come to have."""

    def __init__(self, variants: Mapping[str, Iterable[Resource]], switches: Iterable[str]) -> None:
        self._switches = tuple(switches)
        self._tables = {device: _Table([*resources]) for device, resources in variants.items()}
        self._owners: dict[str, list[str]] = {}
        for device, table in self._tables.items():
            for name in table.owned:
                self._owners.setdefault(name, []).append(device)

    def relevant(self, flow: Flow) -> Relevant:
        """Closed: wherever the packet may come to, all that may be looked up there matters."""
        found: dict[str, set[Key]] = {}
        done: set[tuple[str, str]] = set()
        todo = [(flow.source, flow.src), (flow.source, flow.dst), (flow.target, flow.dst)]
        while todo:
            place = todo.pop()
            if place not in done and place[0] in self._tables:
                done.add(place)
                todo += self._next(place, found)
        for name in (*self._switches, flow.source, flow.target):
            if name in self._tables:
                found.setdefault(name, set(self._tables[name].always))
        return {name: None if name in self._switches else frozenset(found[name]) for name in sorted(found)}

    def _next(self, place: tuple[str, str], found: dict[str, set[Key]]) -> Iterator[tuple[str, str]]:
        """Where the packet may come to after a look-up of an address on a device."""
        name, address = place
        table = self._tables[name]
        hit = table.about(address)
        found.setdefault(name, set(table.always)).update(hit.keys)
        yield from ((name, outer) for outer in hit.outer)
        yield from ((switch, address) for switch in self._switches)
        for hop in (address, *hit.hops, *hit.outer):
            for owner in self._owners.get(hop, ()):
                found.setdefault(owner, set(self._tables[owner].always)).update(self._tables[owner].own(hop))
                yield owner, address


@dataclass
class _Table:
    """One device, by what an address is looked up with."""

    resources: list[Resource]
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
    def owned(self) -> frozenset[str]:
        """Addresses that it has itself, a switch's on its interfaces; and MACs."""
        on_switch = (one.addresses or () for one in self.resources if isinstance(one, Interface | Svi))
        macs = (one.address for one in self.resources if isinstance(one, Link) and one.address is not None)
        return frozenset(
            (*self._addresses, *macs, *(text.partition("/")[0] for text in chain.from_iterable(on_switch)))
        )

    @cached_property
    def always(self) -> frozenset[Key]:
        """Rules, interfaces but for those of single pods, the addresses that tunnels come from, and macvlans' own."""
        links = [one for one in self.resources if isinstance(one, Link)]
        ends = {one.local for one in links}
        ears = {one.ifname for one in links if one.info_kind == "macvlan"}
        rules = (one for one in self.resources if isinstance(one, Rule))
        local = (one for one in self.resources if isinstance(one, Address) and (one.local in ends or one.dev in ears))
        shared = (one for one in links if not matches(one.ifname, POD_LINKS))
        return frozenset(one.key for one in (*shared, *rules, *local))

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
        peers = (peer for one in self.resources if isinstance(one, Link) for peer in one.peers or ())
        ends = ((peer.allowed_ips, peer.endpoint) for peer in peers if peer.endpoint)
        return [(network_of(text), end.rpartition(":")[0].strip("[]")) for ips, end in ends for text in ips]

    @cached_property
    def _has_ipip(self) -> bool:
        return any(isinstance(one, Link) and one.info_kind == "ipip" for one in self.resources)

    @cached_property
    def _addresses(self) -> dict[str, list[Address]]:
        return _by((one.local, one) for one in self.resources if isinstance(one, Address))

    @cached_property
    def _neighbours(self) -> dict[str, list[Neighbour]]:
        return _by((one.dst, one) for one in self.resources if isinstance(one, Neighbour))

    @cached_property
    def _behind(self) -> dict[tuple[str, str], list[FdbEntry]]:
        entries = (one for one in self.resources if isinstance(one, FdbEntry))
        return _by(((one.dev, one.mac), one) for one in entries)

    @cached_property
    def _flood(self) -> dict[str, list[FdbEntry]]:
        entries = (one for one in self.resources if isinstance(one, FdbEntry) and one.mac == FLOOD_MAC)
        return _by((one.dev, one) for one in entries)

    @cached_property
    def _prefixes(self) -> dict[tuple[int, int], dict[int, list[Covers]]]:
        """(Version, length) -> network -> routes, and addresses for the network that they are on."""
        found: dict[tuple[int, int], dict[int, list[Covers]]] = {}
        for one in self.resources:
            if isinstance(one, Covers):
                network = subnet(one) if isinstance(one, Address) else network_of(one.dst)
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
