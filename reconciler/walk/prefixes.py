"""Addresses as numbers, and the longest prefix that contains one: what every routing table is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_address
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
BITS = {4: 32, 6: 128}


class Prefix(NamedTuple):
    """``number``: the network's first address."""

    version: int
    number: int
    length: int

    def contains(self, address: str) -> bool:
        shift = BITS[self.version] - self.length
        return version_of(address) == self.version and number_of(address) >> shift == self.number >> shift

    def covers(self, other: Prefix) -> bool:
        shift = BITS[self.version] - self.length
        inside = other.version == self.version and other.length >= self.length
        return inside and other.number >> shift == self.number >> shift


def version_of(address: str) -> int:
    return 6 if ":" in address else 4


@lru_cache(maxsize=65536)
def number_of(address: str) -> int:
    """Raises: ValueError."""
    return int(ip_address(address))


@lru_cache(maxsize=65536)
def spelled(address: str) -> str:
    """The one spelling of an address: ``FD00::0:1`` -> ``fd00::1``; what is none (a next hop may be a MAC) stays."""
    try:
        return str(ip_address(address))
    except ValueError:
        return address


@lru_cache(maxsize=65536)
def prefix_of(text: str) -> Prefix:
    """``10.10.10.11/24`` -> the network 10.10.10.0/24; without a length it is a host. Raises: ValueError."""
    address, _, said = text.partition("/")
    version = version_of(address)
    length = int(said) if said else BITS[version]
    shift = BITS[version] - length
    return Prefix(version, number_of(address) >> shift << shift, length)


class Prefixes(Generic[Item]):
    """Items by prefix, of one IP version; several may share a prefix, and keep the order of their coming."""

    def __init__(self, version: int, items: Iterable[tuple[Prefix, Item]] = ()) -> None:
        self._bits = BITS[version]
        self._by_length: dict[int, dict[int, list[Item]]] = {}
        self._lengths: list[int] = []
        for prefix, item in items:
            self.add(prefix, item)

    def add(self, prefix: Prefix, item: Item) -> None:
        if prefix.length not in self._by_length:
            self._by_length[prefix.length] = {}
            self._lengths = sorted(self._by_length, reverse=True)
        self._by_length[prefix.length].setdefault(prefix.number, []).append(item)

    def matches(self, address: str) -> Iterator[list[Item]]:
        """What contains ``address``, the longest prefix first."""
        number, bits = number_of(address), self._bits
        for length in self._lengths:
            found = self._by_length[length].get(number >> (bits - length) << (bits - length))
            if found is not None:
                yield found
