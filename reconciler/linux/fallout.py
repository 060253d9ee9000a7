"""What the kernel takes away along with an IP address or a MAC, though nobody asked for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from ipaddress import ip_interface
from itertools import takewhile

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import KERNEL_PROTOCOL, Route
from reconciler.linux.rule import Rule


def fallout(change: Change, found: State, changed: Collection[Key]) -> Iterator[Resource]:
    """Entries of ``found`` to be written again, as they were, after the address of ``change`` has been removed.

    Another MAC costs an interface all neighbours, PERMANENT ones of both families too (kernel: ``neigh_changeaddr``).
    Without ``promote_secondaries`` a primary IPv4 address takes all others of its subnet with it, and the last one of
    an interface its routes and neighbours (kernel: ``inet_del_ifa``, ``fib_disable_ip``). What is ``changed`` itself
    is left to its own change.
    """
    yield from in_its_place(change.before, found, changed)
    yield from _behind_another_mac(change, found, changed)
    address = change.before
    if not isinstance(address, Address) or ":" in address.local:
        return
    mates = [mate for mate in _secondaries(address, found) if mate.key not in changed]
    yield from mates
    if not (mates or change.recreates):
        return
    for key, resource in found.items():
        if key not in changed and resource.link == address.dev and _is_lost(resource):
            yield resource


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
