"""The way that packets take back to us, and what leads them off it: the longest match wins, then the lowest cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple, Protocol

from reconciler.core.change import Change

Network = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address


class Hop(NamedTuple):
    """Where packets go next: to whom, and over which interface."""

    via: str
    dev: str


@dataclass(frozen=True, slots=True)
class Path:
    """What an entry does with packets to ``network``. Without ``hops`` they end there: dropped, or its own."""

    network: Network
    cost: int = 0
    hops: frozenset[Hop] = frozenset()

    @property
    def rank(self) -> tuple[int, int]:
        """Of all paths that cover an address the one with the lowest rank is taken."""
        return (-self.network.prefixlen, self.cost)

    def covers(self, address: IpAddress) -> bool:
        return address in self.network

    def leads_like(self, other: Path) -> bool:
        """Whether whoever takes it goes where ``other`` may lead to as well."""
        return bool(self.hops) and self.hops <= other.hops

    def takes(self, address: IpAddress, present: Path) -> bool:
        """Whether packets to ``address``, which take ``present`` now, would take this path to somewhere else."""
        return self.covers(address) and self.rank < present.rank and not self.leads_like(present)


class Way(Protocol):
    """How a device's packets find back to us. Pure."""

    def cut_by(self, change: Change, plan: Sequence[Change]) -> str | None:
        """Why ``change``, one of ``plan``, would lead them somewhere else, or None."""
        ...
