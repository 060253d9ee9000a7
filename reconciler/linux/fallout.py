"""What the kernel takes away along with an IP address or a MAC, though nobody asked for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from ipaddress import ip_interface
from itertools import takewhile
from typing import Any

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import KERNEL_PROTOCOL, OUR_PROTOCOL, Route
from reconciler.linux.rule import Rule

ONE_ADDRESS = 32
"""The prefix length of an address that is in no subnet with others."""
LAST_RESORT = 2**32 - 1
"""The metric of a route that is taken only where there is no other."""


def fallout(change: Change, found: State, changed: Collection[Key]) -> Iterator[Resource]:
    """Entries of ``found`` to be written again, as they were, after the address of ``change`` has been removed.

    Another MAC costs an interface all neighbours, PERMANENT ones of both families too (kernel: ``neigh_changeaddr``).
    Without ``promote_secondaries`` a primary IPv4 address takes all others of its subnet with it, and the last one of
    an interface its routes and neighbours (kernel: ``inet_del_ifa``, ``fib_disable_ip``), unless there are
    ``stand_ins``. What is ``changed`` itself is left to its own change.
    """
    yield from in_its_place(change.before, found, changed)
    yield from _behind_another_mac(change, found, changed)
    address = change.before
    if not isinstance(address, Address) or ":" in address.local:
        return
    yield from _mates(address, found, changed)
    if not change.recreates:
        return
    for key, resource in found.items():
        if key not in changed and resource.link == address.dev and _is_lost(resource):
            yield resource


def stand_ins(change: Change, found: State, changed: Collection[Key]) -> Iterator[Resource]:
    """What takes the place of all that goes with a primary address, until it is there again: no packet is lost.

    Each other address of its subnet by itself (then its interface is never without one, and keeps its routes and
    neighbours), and a route to the subnet. Both have our mark: the next cycle removes what a broken script leaves.
    """
    primary = change.before
    mates = [*_mates(primary, found, changed)] if isinstance(primary, Address) and change.after is None else []
    yield from (stand_in for mate in mates if (stand_in := _alone(mate)).key not in found)
    for mate in mates[:1]:
        way: dict[str, Any] = {"scope": "link", "prefsrc": mate.local, "metric": LAST_RESORT}
        route = Route(dst=str(_network(mate)), dev=mate.dev, protocol=OUR_PROTOCOL, **way)
        yield from () if route.key in found else (route,)


def seconds(changes: Sequence[Change], found: State) -> State:
    """New addresses in a subnet that an address of ``found`` is in already: they are second to it, and go with it."""
    made = (change.after for change in changes if change.before is None and isinstance(change.after, Address))
    marked = {one.key: dataclasses.replace(one, flags=("secondary",)) for one in made}
    there = [one for one in found.values() if isinstance(one, Address)] if marked else []
    return {key: one for key, one in marked.items() if any([*_secondaries(primary, {key: one})] for primary in there)}


def _alone(address: Address) -> Address:
    return dataclasses.replace(address, prefixlen=ONE_ADDRESS, flags=None, broadcast=None)


def _mates(primary: Address, found: State, changed: Collection[Key]) -> Iterator[Address]:
    return (mate for mate in _secondaries(primary, found) if mate.key not in changed)


def _behind_another_mac(change: Change, found: State, changed: Collection[Key]) -> Iterator[Neighbour]:
    """On an interface that is made again they are written anyway."""
    if not isinstance(change.before, Link) or "address" not in change.fields or change.recreates:
        return
    for key, resource in found.items():
        if isinstance(resource, Neighbour) and resource.dev == change.before.ifname and key not in changed:
            yield resource


def in_its_place(resource: Resource | None, found: State, changed: Collection[Key]) -> Sequence[Resource]:
    """Rules that the kernel would delete in place of ``resource``: of all that may stand for it the first one goes."""
    if not isinstance(resource, Rule):
        return ()
    ahead = takewhile(lambda key: key != resource.key, found)
    rules = [rule for key in ahead if key not in changed and isinstance(rule := found[key], Rule)]
    return [rule for rule in rules if resource.may_stand_for(rule)]


def _secondaries(primary: Address, found: State) -> Iterator[Address]:
    if ":" in primary.local or "secondary" in (primary.flags or ()):
        return
    mates = (other for other in found.values() if isinstance(other, Address) and other.dev == primary.dev)
    for mate in mates:
        if "secondary" in (mate.flags or ()) and _network(mate) == _network(primary):
            yield mate


def _network(address: Address) -> object:
    return ip_interface(f"{address.local}/{address.prefixlen}").network


def _is_lost(resource: Resource) -> bool:
    """IPv4 rows that we can write again word for word; connected routes come back with the address."""
    if isinstance(resource, Route):
        return ":" not in resource.dst and resource.protocol != KERNEL_PROTOCOL and not resource.extra
    return isinstance(resource, Neighbour) and ":" not in resource.dst
