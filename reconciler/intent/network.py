"""What addresses are to every compiler: families, prefixes looked up by the longest match, origins put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Generic, NamedTuple, TypeVar

from reconciler.linux.route import IPV6_DEFAULT_METRIC

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Family:
    """IPv4 or IPv6, and how the kernel keeps a route of it: metric 0 is stored as 1024, a blackhole stands on lo."""

    version: int
    bits: int
    metric: int
    blackhole_dev: str | None


IPV4 = Family(4, bits=32, metric=0, blackhole_dev=None)
IPV6 = Family(6, bits=128, metric=IPV6_DEFAULT_METRIC, blackhole_dev="lo")
FAMILIES = (IPV4, IPV6)


class Placed(NamedTuple):
    """An address in its subnet, at half the cost of an ``ip_interface``: a cluster has thousands."""

    ip: Address
    prefixlen: int
    text: str
    """The address alone, spelled once."""

    @property
    def network(self) -> Network:
        return ip_network(f"{self.text}/{self.prefixlen}", strict=False)


def placed(text: str) -> Placed:
    """``10.10.10.1/24``; without a length it is a host's."""
    address, _, length = text.partition("/")
    ip = ip_address(address)
    return Placed(ip, int(length) if length else ip.max_prefixlen, str(ip))


class Prefixes(Generic[Item]):
    """Longest-prefix lookup, at the cost of one dictionary access per prefix length in use."""

    def __init__(self, items: Iterable[tuple[Network, Item]]) -> None:
        self._by_length: dict[int, dict[int, Item]] = {}
        for network, item in items:
            self._by_length.setdefault(network.prefixlen, {}).setdefault(int(network.network_address), item)
        self._lengths = sorted(self._by_length, reverse=True)

    def find(self, address: Address, prefixlen: int | None = None) -> Item | None:
        """What contains ``address`` (as a prefix of that length, by default a host); the longest one wins."""
        bits, number = address.max_prefixlen, int(address)
        for length in self._lengths:
            if length <= (bits if prefixlen is None else prefixlen):
                item = self._by_length[length].get(number >> (bits - length) << (bits - length))
                if item is not None:
                    return item
        return None


def host(address: Address) -> str:
    """An address with its length: ``10.0.0.1/32``."""
    return f"{address}/{address.max_prefixlen}"


def together(*origins: str) -> str:
    """Several origins as one, the most telling first, each once."""
    return ", ".join(dict.fromkeys(origin for origin in origins if origin))
