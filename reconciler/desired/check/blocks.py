"""Which node has which block: one owner each, within a pool, away from the nodes' own addresses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface, ip_network

from reconciler.desired.check import nodes as node_rules
from reconciler.desired.check.finding import Finding, IpInterface, Spot, World
from reconciler.desired.check.pools import carrying, networks
from reconciler.desired.codes import Code
from reconciler.desired.documents import BlockAffinity, IPAMBlock, Node
from reconciler.desired.prefixes import Network, Networks, contains, nested
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import did_you_mean

Block = tuple[Network, Document[BlockAffinity]]


def owners(world: World) -> Iterator[Finding]:
    """Calico keeps affinities of nodes that are gone; a slip of the pen looks the same."""
    known = world.names(Node.__name__)
    for _, block in standing(world):
        if known and block.spec.type == "host" and world.lacks(Node.__name__, block.spec.node):
            spot = Spot(block, ("spec", "node"))
            yield spot.warning(
                Code.BLOCK_OF_NOBODY, f"there is no Node {block.spec.node!r}", did_you_mean(block.spec.node, known)
            )


def standing(world: World) -> list[Block]:
    """The blocks that nodes have."""
    return [(ip_network(block.spec.cidr), block) for block in world.of(BlockAffinity) if block.spec.stands]


def overlaps(world: World) -> Iterator[Finding]:
    """An address in two nodes' blocks is routed to one of them at best."""
    for (_, outer), (_, inner) in nested(standing(world)):
        if outer.spec.node != inner.spec.node:
            first, second = sorted((outer, inner), key=lambda block: (block.file, block.at("spec", "cidr")))
            taken = f"{first.spec.cidr} of {first.spec.node} ({Spot(first, ('spec', 'cidr'))})"
            what = f"block {second.spec.cidr} of {second.spec.node} overlaps {taken}"
            yield Spot(second, ("spec", "cidr")).error(
                Code.BLOCKS_OVERLAP, what, "a block belongs to one node, remove one"
            )


def pools(world: World) -> Iterator[Finding]:
    """A block outside of every pool is not routed; one of another size comes from before its pool was changed."""
    placed = networks(world)
    for network, block in standing(world) if placed else ():
        around = [pool for pool, cidr in placed if contains(cidr, network)]
        spot = Spot(block, ("spec", "cidr"))
        if not around:
            yield spot.warning(
                Code.BLOCK_OUTSIDE_POOLS, f"block {network} is in no IPPool", "add its pool, or remove this document"
            )
        elif network.prefixlen != around[0].spec.block_length:
            what = f"block {network} is not a /{around[0].spec.block_length}"
            yield spot.warning(Code.BLOCK_OF_OTHER_SIZE, what, f"expected the block size of IPPool {around[0].name}")


def affinities(world: World) -> Iterator[Finding]:
    """Felix follows the block's own affinity (calico 4471, 4613, 2612)."""
    owners = {block.spec.cidr: block for _, block in standing(world)}
    for block in world.of(IPAMBlock):
        other, (kind, _, node) = owners.get(block.spec.cidr), (block.spec.affinity or "").partition(":")
        if other is not None and kind == "host" and node != other.spec.node:
            what = f"{block.spec.cidr} is {node}'s by its block, and {other.spec.node}'s by its affinity"
            where = Spot(other, ("spec", "node"))
            spot = Spot(block, ("spec", "affinity"))
            yield spot.warning(Code.AFFINITY_DISAGREES, what, f"make it agree with {where}")


def nodes_in_pools(world: World) -> Iterator[Finding]:
    """A node whose own address is a pod's becomes unreachable once that address is routed (calico 12847)."""
    placed = Networks((cidr, (pool, cidr)) for pool, cidr in carrying(world))
    for spot, interface in node_addresses(world):
        for pool, cidr in placed.around(interface.ip):
            what = f"{interface.ip} is within {cidr} of IPPool {pool.name}"
            yield spot.warning(Code.NODE_IN_POOL, what, "use a node address outside all pools")


def node_addresses(world: World) -> Iterator[tuple[Spot, IpInterface]]:
    """Each address of each node once: those of its interfaces, and what the underlay adds to them."""
    for node in world.of(Node):
        given = list(node_rules.addresses(node))
        yield from given
        facts = node.spec.underlay
        for field in ("address", "address6"):
            text = getattr(facts, field, None)
            if text and ip_interface(text).ip not in {interface.ip for _, interface in given}:
                yield Spot(node, ("spec", "underlay", field)), ip_interface(text)
