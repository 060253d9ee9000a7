"""One address family of a Calico cluster as Felix sees it: nodes, pools, blocks, and where each prefix goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Generic, Literal, TypeVar

from reconciler.intent.felix import Family, Profile, Settings

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network
Encapsulation = Literal["vxlan", "ipip", "none", "loadbalancer"]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Peer:
    """A node; ``None`` is a fact that nobody told. ``mtu`` (bytes) is that of its own tunnel device."""

    name: str
    mac: str
    mtu: int
    address: Interface | None = None
    dev: str | None = None
    tunnel: Address | None = None
    origin: str = ""

    @property
    def missing(self) -> str:
        """What keeps its tunnel device from being made; empty: nothing."""
        lacks = (
            ("underlay address", self.address),
            ("underlay interface", self.dev),
            ("VXLAN tunnel address", self.tunnel),
        )
        return ", ".join(f"{what} of {self.name}" for what, value in lacks if value is None)


@dataclass(frozen=True, slots=True)
class Pool:
    network: Network
    encapsulation: Encapsulation
    cross_subnet: bool = False
    origin: str = ""

    @property
    def strange(self) -> bool:
        """Whether its rows are of a mode that is not compiled."""
        return self.encapsulation in ("ipip", "none")


@dataclass(frozen=True, slots=True)
class Block:
    """``owner`` is the node that has it; ``None`` when nobody does and its addresses are routed one by one."""

    network: Network
    owner: str | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Loan:
    """An address in use on a node that does not have its block."""

    address: Address
    node: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """A prefix that every node routes to ``owner``. ``tunnel_end``: it is the owner's tunnel address itself."""

    dst: str
    owner: str
    cross_subnet: bool
    origin: str
    blackholed: bool = False
    tunnel_end: bool = False


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is needed to compile any node's tables for one family."""

    family: Family
    settings: Settings
    enabled: bool
    peers: Mapping[str, Peer]
    destinations: Sequence[Destination] = ()


class Prefixes(Generic[Item]):
    """Longest-prefix lookup, at the cost of one dictionary access per prefix length in use."""

    def __init__(self, items: Iterable[tuple[Network, Item]]) -> None:
        self._by_length: dict[int, dict[int, Item]] = {}
        for network, item in items:
            self._by_length.setdefault(network.prefixlen, {}).setdefault(int(network.network_address), item)
        self._lengths = sorted(self._by_length, reverse=True)

    def find(self, address: Address, prefixlen: int | None = None) -> Item | None:
        """What contains ``address`` (as a prefix of that length, by default a host); the longest one wins."""
        bits = address.max_prefixlen
        for length in self._lengths:
            if length <= (bits if prefixlen is None else prefixlen):
                item = self._by_length[length].get(int(address) >> (bits - length) << (bits - length))
                if item is not None:
                    return item
        return None


@dataclass(frozen=True, slots=True)
class Plan:
    """The address plan of one family: what pools there are, who has which block, who lent what."""

    pools: Sequence[Pool] = ()
    blocks: Sequence[Block] = ()
    loans: Sequence[Loan] = ()
    pool_of: Prefixes[Pool] = field(init=False)
    block_of: Prefixes[Block] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool_of", Prefixes((pool.network, pool) for pool in self.pools))
        object.__setattr__(self, "block_of", Prefixes((block.network, block) for block in self.blocks))

    def has(self, encapsulation: Encapsulation) -> bool:
        return any(pool.encapsulation == encapsulation for pool in self.pools)


def destinations(plan: Plan, peers: Iterable[Peer], profile: Profile) -> tuple[Destination, ...]:
    """Every prefix of a VXLAN pool that has a route of its own somewhere, once each.

    Who holds an address is told by its block, by a node address over that, by a loan or tunnel address over both
    (felix/calc/l3_route_resolver.go ``flush``).
    """
    known = list(peers)
    found = {d.dst: d for d in _blocks(plan)}
    if profile.host_routes:
        found |= {d.dst: d for d in _node_addresses(plan, known)}
    found |= {d.dst: d for d in _loans(plan)}
    found |= {d.dst: d for d in _tunnel_ends(plan, known, profile)}
    return tuple(found.values())


def _vxlan_pool(plan: Plan, address: Address, prefixlen: int | None = None) -> Pool | None:
    pool = plan.pool_of.find(address, prefixlen)
    return pool if pool is not None and pool.encapsulation == "vxlan" else None


def _blocks(plan: Plan) -> Iterator[Destination]:
    for block in plan.blocks:
        network = block.network
        pool = _vxlan_pool(plan, network.network_address, network.prefixlen)
        if pool is not None and block.owner is not None:
            shorter = network.prefixlen < network.max_prefixlen
            why = together(block.origin, pool.origin)
            yield Destination(str(network), block.owner, pool.cross_subnet, why, blackholed=shorter)


def _loans(plan: Plan) -> Iterator[Destination]:
    for loan in plan.loans:
        pool = _vxlan_pool(plan, loan.address)
        if pool is not None:
            yield Destination(host(loan.address), loan.node, pool.cross_subnet, together(loan.origin, pool.origin))


def _node_addresses(plan: Plan, peers: Iterable[Peer]) -> Iterator[Destination]:
    for peer in peers:
        if peer.address is None or plan.block_of.find(peer.address.ip) is None:
            continue
        pool = _vxlan_pool(plan, peer.address.ip)
        if pool is not None:
            why = together(peer.origin, pool.origin)
            yield Destination(host(peer.address.ip), peer.name, pool.cross_subnet, why)


def _tunnel_ends(plan: Plan, peers: Iterable[Peer], profile: Profile) -> Iterator[Destination]:
    """Rules R6 to R8: borrowed tunnel addresses, those that are a block, and in some releases all inside a block."""
    for peer in peers:
        block = plan.block_of.find(peer.tunnel) if peer.tunnel is not None else None
        if peer.tunnel is None or block is None:
            continue
        pool = _vxlan_pool(plan, peer.tunnel)
        alone = block.network.prefixlen == block.network.max_prefixlen
        if pool is not None and (profile.tunnel_routes or alone or block.owner != peer.name):
            why = together(peer.origin, block.origin, pool.origin)
            yield Destination(host(peer.tunnel), peer.name, pool.cross_subnet, why, tunnel_end=True)


def host(address: Address) -> str:
    """An address with its length: ``10.0.0.1/32``."""
    return f"{address}/{address.max_prefixlen}"


def together(*origins: str) -> str:
    """Several origins as one, the most telling first, each once."""
    return ", ".join(dict.fromkeys(origin for origin in origins if origin))
