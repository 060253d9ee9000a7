"""One address family of a Calico cluster: nodes, pools, blocks, and which prefix is behind which node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from reconciler.desired.prefixes import Address, Network, Networks
from reconciler.intent.calico.release import Kind, Profile
from reconciler.intent.network import Placed, host, together


class End(NamedTuple):
    """One end of a tunnel, ``address`` ``None`` where nobody told it, the line that says so, and the address's text."""

    address: Address | None = None
    origin: str = ""
    text: str = ""


NO_END = End()


@dataclass(frozen=True, slots=True)
class Peer:
    """A node in one family; ``None`` is a fact that nobody told.

    ``address`` is the underlay's, with its length; ``dev`` the interface that has it; ``routes`` are the declared ways
    out of its subnet (network, gateway and interface). ``host_mtu`` in bytes. ``mac`` is the VTEP's, ``key`` is
    WireGuard's public one.
    """

    name: str
    mac: str
    host_mtu: int
    address: Placed | None = None
    dev: str | None = None
    vxlan: End = NO_END
    ipip: End = NO_END
    wireguard: End = NO_END
    key: str | None = None
    routes: tuple[tuple[Network, tuple[str, str | None]], ...] = ()
    origin: str = ""

    @property
    def ends(self) -> Iterator[tuple[Address, str]]:
        """Its tunnel addresses, whatever the tunnel, each with its origin."""
        return ((end.address, end.origin) for end in (self.vxlan, self.ipip, self.wireguard) if end.address is not None)

    def lacks(self, what: str) -> str:
        """A missing fact in words."""
        return f"{what} of {self.name}"


@dataclass(frozen=True, slots=True)
class Pool:
    """``kind`` is Felix's ``poolTypeForPool``; ``exported``: BIRD tells others of its blocks (disableBGPExport).
    ``block_length`` is the prefix length of its blocks.
    """

    network: Network
    kind: Kind | Literal["loadbalancer"]
    cross_subnet: bool = False
    exported: bool = True
    origin: str = ""
    block_length: int = 0


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
    """A prefix that every node routes to ``owner``, by the rules of the pool that it lies in.

    ``block``: it is a whole block, which its owner blackholes. ``tunnel_end``: it is an end of the owner's tunnels.
    ``covered``: within a block of the same owner, so that only some releases of Felix route it by itself.
    """

    dst: str
    owner: str
    pool: Pool
    origin: str
    block: bool = False
    tunnel_end: bool = False
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The address plan of one family: what pools there are, who has which block, who lent what.

    ``told``: somebody says which blocks there are.
    """

    pools: Sequence[Pool] = ()
    blocks: Sequence[Block] = ()
    loans: Sequence[Loan] = ()
    told: bool = True
    pool_of: Networks[Pool] = field(init=False)
    block_of: Networks[Block] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool_of", Networks((pool.network, pool) for pool in self.pools))
        object.__setattr__(self, "block_of", Networks((block.network, block) for block in self.blocks))

    @property
    def kinds(self) -> frozenset[Kind]:
        """What pools ask for, the disabled ones, too (felix/calc/encapsulation_resolver.go)."""
        return frozenset(pool.kind for pool in self.pools if pool.kind != "loadbalancer")

    def pool_at(self, address: Address, prefixlen: int | None = None) -> Pool | None:
        """The pool whose mode an address follows; addresses of load balancers are nobody's route."""
        pool = self.pool_of.nearest(address, prefixlen)
        return pool if pool is not None and pool.kind != "loadbalancer" else None


def destinations(layout: Layout, peers: Iterable[Peer], profile: Profile) -> tuple[Destination, ...]:
    """Every prefix of a pool that has a route of its own somewhere, once each.

    Who holds an address is told by its block, by a node address over that, by a loan or tunnel address over both
    (felix/calc/l3_route_resolver.go ``flush``).
    """
    known = list(peers)
    found = {d.dst: d for d in _blocks(layout)}
    if profile.host_routes:
        found |= {d.dst: d for d in _node_addresses(layout, known)}
    found |= {d.dst: d for d in _loans(layout)}
    found |= {d.dst: d for d in _tunnel_ends(layout, known, profile)}
    return tuple(found.values())


def _blocks(layout: Layout) -> Iterator[Destination]:
    for block in layout.blocks:
        network = block.network
        pool = layout.pool_at(network.network_address, network.prefixlen)
        if pool is not None and block.owner is not None:
            why = together(block.origin, pool.origin)
            shorter = network.prefixlen < network.max_prefixlen
            yield Destination(str(network), block.owner, pool, why, block=shorter)


def _loans(layout: Layout) -> Iterator[Destination]:
    for loan in layout.loans:
        pool = layout.pool_at(loan.address)
        if pool is not None:
            yield Destination(host(loan.address), loan.node, pool, together(loan.origin, pool.origin))


def _node_addresses(layout: Layout, peers: Iterable[Peer]) -> Iterator[Destination]:
    for peer in peers:
        if peer.address is None or layout.block_of.nearest(peer.address.ip) is None:
            continue
        pool = layout.pool_at(peer.address.ip)
        if pool is not None:
            yield Destination(host(peer.address.ip), peer.name, pool, together(peer.origin, pool.origin), covered=True)


def _tunnel_ends(layout: Layout, peers: Iterable[Peer], profile: Profile) -> Iterator[Destination]:
    """Rules R6 to R8: borrowed tunnel addresses, those that are a block, and in some releases all inside a block."""
    for peer in peers:
        for address, origin in peer.ends:
            block, pool = layout.block_of.nearest(address), layout.pool_at(address)
            if block is None or pool is None:
                continue
            alone = block.network.prefixlen == block.network.max_prefixlen
            covered = not alone and block.owner == peer.name
            if profile.tunnel_routes or not covered:
                why = together(origin, block.origin, pool.origin)
                yield Destination(host(address), peer.name, pool, why, tunnel_end=True, covered=covered)
