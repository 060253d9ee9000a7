"""Which entries can ever matter to a packet: those that cover an address on its way, in any state before or after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from itertools import chain

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
Covers = Route | Address | StaticRoute
Relevant = Mapping[str, frozenset[Key] | None]
"""Device -> keys of its entries; None of a switch: all of it matters to everybody."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What of one device matters to one address: entries, and what matters next: addresses, and who has a MAC."""

    keys: frozenset[Key]
    addresses: frozenset[str]
    macs: frozenset[str]


class Atlas:
    """Of every device all entries that it has, or may come to have."""

    def __init__(self, variants: Mapping[str, Iterable[Resource]], switches: Iterable[str]) -> None:
        self._switches = tuple(switches)
        self._tables = {device: _Table([*resources]) for device, resources in variants.items()}
        self._owners: dict[str, set[str]] = {}
        for device, table in self._tables.items():
            for address in table.owned | table.macs:
                self._owners.setdefault(address, set()).add(device)

    def relevant(self, flow: Flow) -> Relevant:
        """Closed: what an entry that matters points to matters, too, on every device that has such an address."""
        found: dict[str, set[Key]] = {}
        addresses = dict.fromkeys((flow.src, flow.dst))
        macs: set[str] = set()
        done: set[tuple[str, str]] = set()
        names = dict.fromkeys((flow.source, flow.target, *self._switches))
        while todo := [(name, one) for name in names for one in addresses if (name, one) not in done]:
            for name, one in todo:
                done.add((name, one))
                table = self._tables.get(name)
                if table is None:
                    continue
                hit = table.about(one)
                found.setdefault(name, set(table.always)).update(hit.keys)
                addresses.update(dict.fromkeys(hit.addresses))
                macs |= hit.macs
            names.update(dict.fromkeys(chain.from_iterable(sorted(self._owners.get(one, ())) for one in addresses)))
        return {name: None if name in self._switches else frozenset(keys) for name, keys in found.items()}


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
        addresses: set[str] = set()
        macs: set[str] = set()
        for one in self._covering(address_of(address)):
            keys.add(one.key)
            if isinstance(one, Route):
                keys.update(Key(Link.kind, dev) for dev in devices(one))
            addresses.update(_hops(one))
        for there in self._at.get(address, ()):
            keys.add(there.key)
            if isinstance(there, Neighbour):
                macs.add(there.lladdr)
                behind = [
                    *self._behind.get((there.dev, there.lladdr), ()),
                    *self._behind.get((there.dev, FLOOD_MAC), ()),
                ]
                keys.update(entry.key for entry in behind)
                addresses.update(entry.dst for entry in behind)
        addresses.update(self._endpoints(address))
        return Hit(frozenset(keys), frozenset(addresses), frozenset(macs))

    @cached_property
    def owned(self) -> frozenset[str]:
        """Addresses that it has itself, a switch's on its interfaces."""
        of_node = (one.local for one in self.resources if isinstance(one, Address))
        on_switch = (one.addresses or () for one in self.resources if isinstance(one, Interface | Svi))
        return frozenset((*of_node, *(text.partition("/")[0] for text in chain.from_iterable(on_switch))))

    @cached_property
    def macs(self) -> frozenset[str]:
        return frozenset(one.address for one in self.resources if isinstance(one, Link) and one.address is not None)

    @cached_property
    def always(self) -> frozenset[Key]:
        """Rules, interfaces but for those of single pods, and the addresses that tunnels come from."""
        links = [one for one in self.resources if isinstance(one, Link)]
        ends = {one.local for one in links}
        rules = (one for one in self.resources if isinstance(one, Rule))
        local = (one for one in self.resources if isinstance(one, Address) and one.local in ends)
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
    def _at(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for one in self.resources:
            if isinstance(one, Address):
                found.setdefault(one.local, []).append(one)
            elif isinstance(one, Neighbour):
                found.setdefault(one.dst, []).append(one)
        return found

    @cached_property
    def _behind(self) -> dict[tuple[str, str], list[FdbEntry]]:
        found: dict[tuple[str, str], list[FdbEntry]] = {}
        for one in self.resources:
            if isinstance(one, FdbEntry):
                found.setdefault((one.dev, one.mac), []).append(one)
        return found

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


def _hops(one: Covers) -> Iterator[str]:
    if isinstance(one, StaticRoute):
        yield from (word for word in one.via.split() if is_address(word))
    elif isinstance(one, Route):
        yield from (hop for hop in (one.gateway, *(leg.gateway for leg in one.nexthops or ())) if hop is not None)
