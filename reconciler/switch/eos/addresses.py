"""Addresses of an interface as commands, in the order that EOS takes: secondaries go before their primary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_interface

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource
from reconciler.switch.addresses import DYNAMIC, is_ipv6

Addresses = tuple[str, ...]
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Claims:
    """Subnets that a change set brings to interfaces.

    VRFs are not looked at: an address that goes a moment early does no harm inside a transaction.
    """

    networks: tuple[tuple[Key, Network], ...] = ()

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Claims:
        return cls(tuple((change.key, network(address)) for change in changes for address in _new(change)))

    def elsewhere(self, key: Key, address: str) -> bool:
        """Whether an interface other than ``key`` gets an address in the subnet of ``address``."""
        if address == DYNAMIC:
            return False
        ours = network(address)
        return any(k != key and n.version == ours.version and n.overlaps(ours) for k, n in self.networks)


def network(address: str) -> Network:
    return ip_interface(address).network


def _new(change: Change) -> Iterator[str]:
    had, wanted = _all(change.before), _all(change.after)
    return (address for address in wanted if address not in had and address != DYNAMIC)


def _all(resource: Resource | None) -> Addresses:
    """An interface's own addresses, and those that it shares."""
    return (*(getattr(resource, "addresses", None) or ()), *(getattr(resource, "virtual", None) or ()))


def left_after_leaving(old: Addresses, new: Addresses, *, contested: bool) -> Addresses:
    """What stays of ``old`` before anything is added. ``contested``: another interface gets the primary's subnet.

    A primary address is replaced in place by its successor. It goes first only where there is no successor, or where
    another interface waits for its subnet: then all secondaries go before it, and come again.
    """
    four = [address for address in old if not is_ipv6(address)]
    wanted = [address for address in new if not is_ipv6(address)]
    six = tuple(address for address in old if is_ipv6(address) and address in new)
    if not four or not wanted or (four[0] not in wanted and contested):
        return six
    return (four[0], *(address for address in four[1:] if address in wanted[1:]), *six)


def leaving(old: Addresses, stays: Addresses) -> Iterator[str]:
    """Commands that take away what does not stay, the primary address last."""
    gone = [address for address in old if address not in stays]
    for address in gone[::-1]:
        if is_ipv6(address):
            yield f"no ipv6 address {address}"
        elif address != old[0]:
            yield f"no ip address {address} secondary"
        else:
            yield "no ip address" if address == DYNAMIC else f"no ip address {address}"


def coming(current: Addresses, new: Addresses) -> Iterator[str]:
    """Commands that lead from ``current``, after the leaving, to ``new``."""
    primary = next((address for address in current if not is_ipv6(address)), None)
    for number, address in enumerate(new):
        if is_ipv6(address):
            if address not in current:
                yield f"ipv6 address {address}"
        elif number == 0:
            if address != primary:
                yield f"ip address {address}"
        elif address not in current or address == primary:
            yield f"ip address {address} secondary"
