"""What keeps the kernel from taking an IPv6 route whose gateway is said to be on the link (docs/KERNEL.md, fact 34)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv6Network, ip_address, ip_network

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource
from reconciler.linux.route import MAIN_TABLE, Route

BITS = 128


def depth(resource: Resource) -> int:
    """Where among its kind an entry is written: IPv6 routes last, those to few addresses before those to many.

    The first may be the way to a gateway of the second, on the very device that the second says it is on.
    """
    return 1 + BITS - ip_network(resource.dst).prefixlen if isinstance(resource, Route) and _is_six(resource) else 0


def in_the_way(changes: Sequence[Change]) -> frozenset[Key]:
    """Routes that change or go, and lead to a gateway that is to be on the link of another device.

    The kernel refuses that gateway for as long as they are there: ``route replace`` of one of them by itself, too.
    """
    leaving = _leaving(changes)
    lengths = sorted({network.prefixlen for network in leaving})
    found: set[Key] = set()
    for gateway, dev in _gateways(changes):
        number = int(ip_address(gateway))
        for length in lengths:
            shift = BITS - length
            blocker = leaving.get(IPv6Network((number >> shift << shift, length)))
            if blocker is not None and blocker.dev != dev:
                found.add(blocker.key)
    return frozenset(found)


def _leaving(changes: Iterable[Change]) -> dict[IPv6Network, Route]:
    """Routes of the main table that leave their device, but for the default one, which the kernel disregards."""
    found: dict[IPv6Network, Route] = {}
    for change in changes:
        old, new = change.before, change.after
        stays = isinstance(old, Route) and isinstance(new, Route) and new.dev == old.dev
        if isinstance(old, Route) and _is_six(old) and _leads(old) and not stays:
            found[IPv6Network(old.dst)] = old
    return found


def _leads(route: Route) -> bool:
    """Whether the kernel heeds it when it looks for a gateway."""
    return route.table == MAIN_TABLE and route.type == "unicast" and route.dst != "::/0"


def _gateways(changes: Iterable[Change]) -> Iterator[tuple[str, str | None]]:
    """Every gateway that is said to be on the link, with its device."""
    for change in changes:
        for row in (change.after, *change.replays):
            if isinstance(row, Route) and _is_six(row):
                legs = ((leg.gateway, leg.dev, leg.onlink) for leg in row.nexthops or ())
                for gateway, dev, onlink in ((row.gateway, row.dev, row.onlink), *legs):
                    if gateway is not None and onlink:
                        yield gateway, dev


def _is_six(route: Route) -> bool:
    return ":" in route.dst
