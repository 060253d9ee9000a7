"""What a node's tables are after one operation: what is written, and what the kernel adds and takes away with it.

Sources: ``net/ipv4/devinet.c`` (``__inet_del_ifa``), ``net/ipv4/fib_frontend.c`` (``fib_add_ifaddr``,
``fib_disable_ip``), ``net/ipv6/addrconf.c``, ``net/core/neighbour.c``; docs/KERNEL.md, facts 10, 11, 20, 30, 41.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network, ip_interface, ip_network
from typing import Any

from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.operation import Operation
from reconciler.linux.route import KERNEL_PROTOCOL, NextHop, Route
from reconciler.linux.rule import Rule

Delta = dict[Key, Resource | None]
"""What differs afterwards: key -> the entry, or None where there is none any more."""
Network = IPv4Network | IPv6Network
SECONDARY = "secondary"
GO_ALONG = ("vxlan", "macvlan")
"""Kinds of interfaces that are deleted with their lower device."""
IPV6_CONNECTED_METRIC = 256


def effect(found: State, operation: Operation) -> Delta:
    """What ``operation`` changes on a node that has ``found``."""
    match operation.subject, operation.after:
        case Link(), Link() as after:
            return dict(_link_set(found, after))
        case Link() as link, None:
            return dict(_link_gone(found, link.ifname))
        case Address(), Address() as after:
            return dict(_address_set(found, after))
        case Address() as address, None:
            return dict(_address_gone(found, address))
        case Rule() as rule, None:
            return dict(_rule_gone(found, rule))
    return {operation.subject.key: operation.after}


def is_up(found: State, name: str) -> bool:
    """Whether an interface is there and up, as far as it is known (`walk.topology.World`)."""
    link = found.get(Key(Link.kind, name))
    return link.up is not False if isinstance(link, Link) else Key(Link.kind, "lo") not in found


@lru_cache(1 << 14)
def interface_of(local: str, prefixlen: int) -> IPv4Interface | IPv6Interface:
    return ip_interface(f"{local}/{prefixlen}")


@lru_cache(1 << 14)
def network_of(text: str) -> Network:
    return ip_network(text)


def subnet(address: Address) -> Network:
    """The network that the address says is on its link; a far end's where it has one."""
    return interface_of(address.peer or address.local, address.prefixlen).network


def connected(address: Address) -> Route | None:
    """The route that comes and goes with a primary address, or None where there is none."""
    network = subnet(address)
    six = network.version == 6
    if not six and network.prefixlen == network.max_prefixlen and address.peer is None:
        return None
    legs: dict[str, Any] = {"metric": IPV6_CONNECTED_METRIC} if six else {"scope": "link", "prefsrc": address.local}
    return Route(dst=str(network), dev=address.dev, protocol=KERNEL_PROTOCOL, **legs)


def _link_set(found: State, after: Link) -> Iterator[tuple[Key, Resource | None]]:
    before = found.get(after.key)
    if not isinstance(before, Link):
        yield after.key, dataclasses.replace(after, up=bool(after.up))  # what is made is down
        return
    now = filled(after, before)
    yield after.key, now
    if before.up and now.up is False:
        yield from _link_down(found, now.ifname)
    elif before.address != now.address:  # NETDEV_CHANGEADDR (neigh_changeaddr)
        yield from ((key, None) for key in _on(found, now.ifname, (Neighbour,)))
    if before.up is False and now.up:
        for address in _addresses(found, now.ifname):
            yield from _its_route({**found, now.key: now}, address)


def filled(wish: Link, live: Link) -> Link:
    """What an interface is once ``wish`` has come true: what that leaves open stays as it is."""
    names = [f.name for f in dataclasses.fields(wish) if f.compare and getattr(wish, f.name) is not None]
    changed: dict[str, Any] = {
        name: getattr(wish, name) for name in names if getattr(wish, name) != getattr(live, name)
    }
    if wish.alias is not None and wish.master is None and live.master is not None:
        changed["master"] = None
    return dataclasses.replace(live, **changed) if changed else live


def _link_down(found: State, name: str) -> Iterator[tuple[Key, Resource | None]]:
    """Routes and neighbours go, IPv6 addresses too (``addrconf_ifdown``); IPv4 addresses and FDB entries stay."""
    for key, resource in found.items():
        if isinstance(resource, Route) and name in devices(resource):
            yield from _route_without(found, resource, name)
        elif resource.link == name and (isinstance(resource, Neighbour) or _is_six(resource)):
            yield key, None


def _link_gone(found: State, name: str) -> Iterator[tuple[Key, Resource | None]]:
    """With it goes what stands on it, a tunnel over it too; a bridge lets go of its ports (fact 30)."""
    yield Key(Link.kind, name), None
    for key, resource in found.items():
        if isinstance(resource, Link):
            if resource.lower == name and resource.info_kind in GO_ALONG:
                yield from _link_gone(found, resource.ifname)
            elif resource.master == name:
                yield key, dataclasses.replace(resource, master=None)
        elif isinstance(resource, Route) and name in devices(resource):
            yield from _route_without(found, resource, name, whole=True)
        elif resource.link == name:
            yield key, None
    for address in _addresses(found, name):
        yield from _sources_gone(found, address, {address.key})


def _route_without(
    found: State, route: Route, name: str, *, whole: bool = False
) -> Iterator[tuple[Key, Resource | None]]:
    """An IPv4 route of several legs goes with the last one that is alive, and with an interface that is no more."""
    legs: tuple[NextHop, ...] = tuple(leg for leg in route.nexthops or () if leg.dev != name)
    if ":" not in route.dst:
        if whole or all(_is_dead(found, leg.dev) for leg in legs):
            yield route.key, None
        return
    only = legs[0] if len(legs) == 1 else None
    way: dict[str, Any] = {"nexthops": legs}
    if only is not None:
        way = {"nexthops": None, "gateway": only.gateway, "dev": only.dev, "onlink": only.onlink}
    yield route.key, dataclasses.replace(route, **way) if legs else None


def _is_dead(found: State, name: str | None) -> bool:
    """An interface that is down or has lost all of its IPv4 addresses."""
    return name is not None and not (is_up(found, name) and any(not _is_six(one) for one in _addresses(found, name)))


def _address_set(found: State, address: Address) -> Iterator[tuple[Key, Resource | None]]:
    """A second address in a subnet is secondary, IPv4 only; what is there already keeps what the kernel made of it."""
    there = found.get(address.key)
    if isinstance(there, Address):
        yield address.key, dataclasses.replace(there, origin=address.origin)
        return
    mates = [] if _is_six(address) else [one for one in _addresses(found, address.dev) if _same_subnet(one, address)]
    second = any(SECONDARY not in (mate.flags or ()) for mate in mates)
    now = dataclasses.replace(address, flags=(SECONDARY,) if second else None)
    yield now.key, now
    yield from _its_route(found, now)


def _its_route(found: State, address: Address) -> Iterator[tuple[Key, Resource | None]]:
    route = None if SECONDARY in (address.flags or ()) else connected(address)
    if route is not None and is_up(found, address.dev) and route.key not in found:
        yield route.key, route


def _address_gone(found: State, address: Address) -> Iterator[tuple[Key, Resource | None]]:
    """Without ``promote_secondaries`` a primary takes the others of its subnet along, the last one all IPv4 entries."""
    live = found.get(address.key)
    if not isinstance(live, Address):
        return
    gone = [live, *_secondaries(found, live)]
    yield from ((one.key, None) for one in gone)
    keys = {one.key for one in gone}
    yield from _connected_gone(found, live, keys)
    for one in gone:
        yield from _sources_gone(found, one, keys)
    if not _is_six(live) and not any(not _is_six(one) and one.key not in keys for one in _addresses(found, live.dev)):
        yield from ((key, None) for key in _on(found, live.dev, (Neighbour,)) if not _is_six(found[key]))
        for route in found.values():
            if isinstance(route, Route) and live.dev in devices(route) and not _is_six(route):
                yield from _route_without(found, route, live.dev)


def _secondaries(found: State, primary: Address) -> list[Address]:
    if _is_six(primary) or SECONDARY in (primary.flags or ()):
        return []
    mates = (one for one in _addresses(found, primary.dev) if _same_subnet(one, primary))
    return [mate for mate in mates if SECONDARY in (mate.flags or ())]


def _connected_gone(found: State, address: Address, gone: set[Key]) -> Iterator[tuple[Key, Resource | None]]:
    route = connected(address)
    if route is None or SECONDARY in (address.flags or ()):
        return
    there = found.get(route.key)
    others = (one for one in _addresses(found, address.dev) if one.key not in gone)
    shared = _is_six(address) and any(subnet(one) == subnet(address) for one in others)
    if isinstance(there, Route) and there.dev == address.dev and there.protocol == KERNEL_PROTOCOL and not shared:
        yield route.key, None


def _sources_gone(found: State, address: Address, gone: set[Key]) -> Iterator[tuple[Key, Resource | None]]:
    """IPv4 routes from an address go with it (``fib_sync_down_addr``), IPv6 ones forget it; if nobody else has it."""
    if any(isinstance(one, Address) and one.local == address.local and key not in gone for key, one in found.items()):
        return
    for key, route in found.items():
        if isinstance(route, Route) and route.prefsrc == address.local:
            yield key, dataclasses.replace(route, prefsrc=None) if ":" in route.dst else None


def _rule_gone(found: State, rule: Rule) -> Iterator[tuple[Key, Resource | None]]:
    """Of all that may stand for it the first one goes (fact 21)."""
    key = next((key for key, one in found.items() if isinstance(one, Rule) and rule.may_stand_for(one)), None)
    if key is not None:
        yield key, None


def devices(route: Route) -> list[str]:
    """Interfaces that a route leads out of."""
    legs = (leg.dev for leg in route.nexthops or ())
    return [dev for dev in (route.dev, *legs) if dev is not None]


def _on(found: State, name: str, kinds: tuple[type[Resource], ...]) -> Iterable[Key]:
    return [key for key, resource in found.items() if isinstance(resource, kinds) and resource.link == name]


def _addresses(found: State, name: str) -> Iterator[Address]:
    return (one for one in found.values() if isinstance(one, Address) and one.dev == name)


def _same_subnet(one: Address, other: Address) -> bool:
    return one.key != other.key and one.prefixlen == other.prefixlen and subnet(one) == subnet(other)


def _is_six(resource: Resource) -> bool:
    match resource:
        case Address():
            return ":" in resource.local
        case Neighbour() | Route():
            return ":" in resource.dst
    return False
