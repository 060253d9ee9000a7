"""A node's routing tables, and the kernel's lookup in them: the longest prefix, then the lowest metric."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from reconciler.core.resource import Key
from reconciler.linux.address import Address
from reconciler.linux.attributes import SELECTORS
from reconciler.linux.link import Link
from reconciler.linux.route import ENDS, KERNEL_PROTOCOL, LOCAL_TABLE, MAIN_TABLE, Route
from reconciler.linux.rule import Rule
from reconciler.walk.packet import ANYONE, Packet
from reconciler.walk.prefixes import BITS, Prefix, Prefixes, number_of, prefix_of, spelled, version_of
from reconciler.walk.rules import Rules

CONNECTED_METRIC = {4: 0, 6: 256}
"""Of the route that the kernel makes for an address (``IP6_RT_PRIO_ADDRCONF``)."""
BROADCAST = "broadcast"


class Leg(NamedTuple):
    """One way out. ``dev`` is empty where nobody says it: then the gateway's own route does."""

    gateway: str | None
    dev: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A route, or what the kernel makes of an address. ``key``: the route's, or the address's."""

    key: Key
    type: str
    prefix: Prefix
    metric: int
    legs: tuple[Leg, ...]
    words: str
    prefsrc: str | None = None
    selectors: str = ""


class Found(NamedTuple):
    """What a lookup ended with. ``entry`` None: nothing, or a rule's ``action``. ``legs``: those that are alive."""

    entry: Entry | None
    legs: tuple[Leg, ...] = ()
    used: tuple[Key, ...] = ()
    action: str = ""


class Fib:
    """All tables of a node. ``is_up``: whether an interface is there and up; ``sources``: its addresses, if known."""

    def __init__(
        self,
        routes: Sequence[Route],
        addresses: Sequence[Address],
        is_up: Callable[[str], bool],
        sources: Collection[str] | None,
    ) -> None:
        self._is_up, self._sources = is_up, sources
        self._tables: dict[tuple[int, int], Prefixes[Entry]] = {}
        made = {(route.dst, route.dev) for route in routes if route.protocol == KERNEL_PROTOCOL}
        for route in routes:
            self._add(route.table, _entry(route))
        for address in addresses:
            for table, entry in _of_address(address, is_up(address.dev)):
                if table == LOCAL_TABLE or (entry.words.partition(" ")[0], address.dev) not in made:
                    self._add(table, entry)

    def _add(self, table: int, entry: Entry) -> None:
        version = entry.prefix.version
        where = self._tables.get((version, table))
        if where is None:
            where = self._tables[version, table] = Prefixes(version)
        where.add(entry.prefix, entry)

    def lookup(self, packet: Packet, rules: Rules) -> Found:
        """What becomes of ``packet``.

        An IPv4 packet that is bound to one interface never fails there: without a way its destination is taken for a
        neighbour on that interface (``ip_route_output_key_hash_rcu``), which has to be up.
        """
        bound = packet.oif is not None and ":" not in packet.dst
        if bound and not self._is_up(packet.oif or ""):
            return Found(None)
        found = self._by_rules(packet, rules)
        if packet.oif is None or not bound or _leads(found):
            return found
        leg, dev = Leg(None, packet.oif), Key(Link.kind, packet.oif)
        host = prefix_of(packet.dst)
        return Found(Entry(dev, "unicast", host, 0, (leg,), f"{packet.dst} dev {packet.oif}"), (leg,), (dev,))

    def _by_rules(self, packet: Packet, rules: Rules) -> Found:
        """The first entry that a rule leads to; `throw` and a suppressed one lead on to the next rule."""
        for rule in rules.applying(packet):
            if rule.table is None:
                return Found(None, used=(rule.key,), action=rule.action or "")
            found = self._in_table(rule.table, packet)
            if found is not None and _counts(found, rule):
                return found._replace(used=(*found.used, rule.key))
        return Found(None)

    def _in_table(self, table: int, packet: Packet) -> Found | None:
        """Packets bound to one interface only see routes over it; IPv6 ones with a source address see all.

        (``fib_lookup_good_nhc``; ``ip6_route_output_flags``: RT6_LOOKUP_F_IFACE.)
        """
        where = self._tables.get((version_of(packet.dst), table))
        bound = packet.oif if ":" not in packet.dst or packet.src == ANYONE[6] else None
        for entries in where.matches(packet.dst) if where is not None else ():
            alive = [found for entry in entries if (found := self._alive(entry, packet, bound)) is not None]
            if alive:
                return min(alive, key=_metric)
        return None

    def _alive(self, entry: Entry, packet: Packet, oif: str | None) -> Found | None:
        """``entry``, if it is for ``packet``. Its source address has to be there (``fib_sync_down_addr``)."""
        if not _is_for(entry, packet) or not self._has_source(entry):
            return None
        if entry.type in ENDS:  # an IPv6 one stands on lo
            return None if oif is not None and entry.prefix.version == 6 else Found(entry, (), (entry.key,))
        legs = tuple(leg for leg in map(self._located, entry.legs) if oif in (None, leg.dev))
        if entry.type == "unicast":
            legs = tuple(leg for leg in legs if self._is_up(leg.dev))
        return Found(entry, legs, (entry.key,)) if legs else None

    def _has_source(self, entry: Entry) -> bool:
        return entry.prefsrc is None or self._sources is None or entry.prefsrc in self._sources

    def _located(self, leg: Leg) -> Leg:
        """A gateway without an interface is behind that of the subnet it is in."""
        main = self._tables.get((version_of(leg.gateway or ""), MAIN_TABLE))
        if leg.dev or leg.gateway is None or main is None:
            return leg
        near = (entry.legs[0].dev for found in main.matches(leg.gateway) for entry in found if entry.legs)
        return Leg(leg.gateway, next((dev for dev in near if dev), ""))


def _metric(found: Found) -> int:
    assert found.entry is not None, "only entries are compared"
    return found.entry.metric


def _leads(found: Found) -> bool:
    return found.entry is not None and found.entry.type not in ENDS


def _counts(found: Found, rule: Rule) -> bool:
    """`suppress_prefixlength` does not concern what ends a packet's way: blackholes and the like always count.

    (``fib_rules_lookup`` asks ``suppress`` only where the lookup was no error.)
    """
    assert found.entry is not None, "only entries are asked about"
    if found.entry.type in ENDS:
        return found.entry.type != "throw"
    return rule.suppress_prefixlength is None or found.entry.prefix.length > rule.suppress_prefixlength


def _is_for(entry: Entry, packet: Packet) -> bool:
    """A route for one TOS is for none of our packets; an IPv6 route may be for some sources only."""
    word, _, value = entry.selectors.partition(" ")
    return not word or (word == "from" and prefix_of(value).contains(packet.src))


def _entry(route: Route) -> Entry:
    selectors = next((text for text in route.extra or () if text.startswith(SELECTORS)), "")
    ways = route.nexthops or (route,)
    legs = tuple(Leg(None if way.gateway is None else spelled(way.gateway), way.dev or "") for way in ways)
    prefix = prefix_of(route.dst)
    prefsrc = None if route.prefsrc is None or prefix.version == 6 else route.prefsrc
    return Entry(route.key, route.type, prefix, route.metric, legs, _words(route), prefsrc, selectors)


def _words(route: Route) -> str:
    kind = "" if route.type == "unicast" else f"{route.type} "
    legs = " and".join(_way(leg.gateway, leg.dev) for leg in route.nexthops or (route,))
    table = "" if route.table == MAIN_TABLE else f" table {route.table}"
    return f"{kind}{route.dst}{legs}{table}"


def _way(gateway: str | None, dev: str | None) -> str:
    return f"{f' via {gateway}' if gateway else ''}{f' dev {dev}' if dev else ''}"


def _of_address(address: Address, is_up: bool) -> Iterator[tuple[int, Entry]]:
    """What the kernel puts into its tables for an address (``fib_add_ifaddr``, ``addrconf_prefix_route``).

    An address that is there answers, also while its interface is down (going down takes IPv6 ones away). IPv6
    link-local ones lead nowhere.
    """
    version = version_of(address.local)
    if version == 6 and address.scope == "link":
        return
    here = (Leg(None, address.dev),)
    host = f"{address.local}/{BITS[version]}"
    yield LOCAL_TABLE, Entry(address.key, "local", prefix_of(host), 0, here, f"local {host} dev {address.dev}")
    network = prefix_of(f"{address.peer or address.local}/{address.prefixlen}")
    if is_up and (version == 6 or "secondary" not in (address.flags or ())):
        yield from _of_network(address, network, here)


def _of_network(address: Address, network: Prefix, here: tuple[Leg, ...]) -> Iterator[tuple[int, Entry]]:
    four = network.version == 4
    if four and network.length == BITS[4] and network.number == number_of(address.local):
        return
    text = str(IPv4Network(network[1:]) if four else IPv6Network(network[1:]))
    if address.dev == "lo":
        yield LOCAL_TABLE, Entry(address.key, "local", network, 0, here, f"local {text} dev lo")
        return
    metric = CONNECTED_METRIC[network.version]
    yield MAIN_TABLE, Entry(address.key, "unicast", network, metric, here, f"{text} dev {address.dev}")
    for shared in _broadcasts(address, network) if four else ():
        yield LOCAL_TABLE, Entry(address.key, BROADCAST, shared, 0, here, f"broadcast dev {address.dev}")


def _broadcasts(address: Address, network: Prefix) -> Iterable[Prefix]:
    found = {prefix_of(address.broadcast)} if address.broadcast else set()
    if network.length < BITS[4] - 1:
        found.add(Prefix(4, network.number | (1 << (BITS[4] - network.length)) - 1, BITS[4]))
    return found
