"""Interface addresses in the one order and spelling in which a switch lists them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Interface, IPv6Interface, ip_address
from ipaddress import ip_interface as parsed_interface

DYNAMIC = "dhcp"
"""What stands in place of an address that the switch asks a server for."""


@lru_cache(maxsize=16384)
def ip_interface(address: str) -> IPv4Interface | IPv6Interface:
    """Every address is looked at several times. Raises: ValueError."""
    return parsed_interface(address)


@lru_cache(maxsize=16384)
def spelled(address: str) -> str:
    """``FD00:0::1/64`` -> ``fd00::1/64``. Raises: ValueError."""
    return address if address == DYNAMIC else str(ip_interface(address))


def is_ipv6(address: str) -> bool:
    return address != DYNAMIC and isinstance(ip_interface(address), IPv6Interface)


def in_order(addresses: Iterable[str]) -> tuple[str, ...]:
    """Primary first, then the secondaries, then IPv6: only the first IPv4 address has a meaning by its place."""
    known = list(dict.fromkeys([spelled(address) for address in addresses]))
    if len(known) < 2:
        return tuple(known)
    four = [address for address in known if not is_ipv6(address)]
    six = [address for address in known if is_ipv6(address)]
    return (*four[:1], *sorted(four[1:], key=_number), *sorted(six, key=_number))


def is_address(text: str) -> bool:
    """Whether it is an address without a length."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def routers_in_order(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses of virtual routers, which have a length only where somebody wrote one: IPv4 first, by number."""
    known = dict.fromkeys(router(address) for address in addresses)
    return tuple(sorted(known, key=lambda address: (is_ipv6(address), *_number(address), address)))


def router(address: str) -> str:
    """Raises: ValueError."""
    return spelled(address) if "/" in address else str(ip_address(address))


def _number(address: str) -> tuple[int, int]:
    if address == DYNAMIC:
        return (0, 0)
    interface = ip_interface(address)
    return (int(interface.ip), interface.network.prefixlen)
