"""What addresses are to every compiler: families, addresses in their subnets, origins put together."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from reconciler.desired.prefixes import Address, Network
from reconciler.linux.route import IPV6_DEFAULT_METRIC


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


def host(address: Address) -> str:
    """An address with its length: ``10.0.0.1/32``."""
    return f"{address}/{address.max_prefixlen}"


def together(*origins: str) -> str:
    """Several origins as one, the most telling first, each once."""
    return ", ".join(dict.fromkeys(origin for origin in origins if origin))
