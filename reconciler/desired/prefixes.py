"""Networks that lie within one another, and the addresses within them, however many of both there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Generic, TypeVar

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Item = TypeVar("Item")
Other = TypeVar("Other")


class Networks(Generic[Item]):
    """Items by their networks; what is around an address costs one look-up per prefix length in use."""

    def __init__(self, placed: Iterable[tuple[Network, Item]]) -> None:
        found: dict[int, dict[int, dict[int, list[Item]]]] = {4: {}, 6: {}}
        for network, item in placed:
            of_length = found[network.version].setdefault(network.prefixlen, {})
            of_length.setdefault(int(network.network_address), []).append(item)
        self._by_length = {version: dict(sorted(some.items(), reverse=True)) for version, some in found.items()}

    def has(self, version: int) -> bool:
        """Whether there is a network of this IP version."""
        return bool(self._by_length[version])

    def around(self, address: Address, length: int | None = None) -> Iterator[Item]:
        """The items of each network around ``address``, or around its prefix of this ``length``; the nearest first."""
        bits, number = address.max_prefixlen, int(address)
        for prefixlen, items in self._by_length[address.version].items():
            if prefixlen <= (bits if length is None else length):
                yield from items.get(number >> (bits - prefixlen) << (bits - prefixlen), ())

    def nearest(self, address: Address, length: int | None = None) -> Item | None:
        """The first of those ``around``: the longest prefix wins, and of one prefix the item that came first."""
        return next(self.around(address, length), None)

    def contain(self, address: Address) -> bool:
        """Whether ``address`` is in any of them."""
        return any(True for _ in self.around(address))


def nested(placed: Iterable[tuple[Network, Item]]) -> Iterator[tuple[tuple[Network, Item], tuple[Network, Item]]]:
    """Each network that lies in another one, after the closest that contains it (prefixes nest or are apart)."""
    around: list[tuple[Network, Item]] = []
    for item in sorted(placed, key=lambda pair: (pair[0].version, int(pair[0].network_address), pair[0].prefixlen)):
        while around and not contains(around[-1][0], item[0]):
            around.pop()
        if around:
            yield around[-1], item
        around.append(item)


def contains(outer: Network, inner: Network) -> bool:
    """Whether all of ``inner`` is in ``outer``."""
    return outer.version == inner.version and outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def overlapping(
    ones: Sequence[tuple[Network, Item]], others: Sequence[tuple[Network, Other]]
) -> Iterator[tuple[Item, Other]]:
    """Each of ``ones`` with each of ``others`` that shares addresses with it."""
    outer, inner = Networks(ones), Networks(others)
    for network, other in others:
        yield from ((one, other) for one in outer.around(network.network_address, network.prefixlen))
    for network, one in ones:
        within = inner.around(network.network_address, network.prefixlen - 1)  # as long a one has been told
        yield from ((one, other) for other in within)
