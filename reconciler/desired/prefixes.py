"""Which of many prefixes is the longest around an address: a hostile file has thousands of both."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Generic, TypeVar

Item = TypeVar("Item")
Network = IPv4Network | IPv6Network


class Longest(Generic[Item]):
    """Items by prefix; of several with one prefix, the first."""

    def __init__(self, placed: Iterable[tuple[Network, Item]]) -> None:
        self._items: dict[tuple[int, int], dict[int, Item]] = {}
        for network, item in placed:
            of_length = self._items.setdefault((network.version, network.prefixlen), {})
            of_length.setdefault(int(network.network_address), item)
        self._lengths = sorted(self._items, reverse=True)

    def around(self, address: IPv4Address | IPv6Address) -> tuple[int, Item] | None:
        """The length of the longest prefix that holds ``address``, and its item."""
        number = int(address)
        for version, length in self._lengths:
            shift = address.max_prefixlen - length
            if version == address.version and (first := number >> shift << shift) in self._items[version, length]:
                return length, self._items[version, length][first]
        return None
