"""Which addresses a node has for its pods: Calico's blocks, or the pod CIDRs that flannel goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError, ip_network

from .errors import LabError
from .overlay import Overlay
from .state import Network
from .topology import Node

NETWORKS: Mapping[str, Mapping[int, Network]] = {
    "calico": {4: IPv4Network("192.168.0.0/16"), 6: IPv6Network("fd00:192:168::/64")},
    "flannel": {4: IPv4Network("10.42.0.0/16"), 6: IPv6Network("2001:cafe:42::/56")},
}
"""All pods of a cluster, by IP version: the pool, or flannel's network (k3s's own)."""
LENGTHS = {"calico": {4: 26, 6: 122}, "flannel": {4: 24, 6: 64}}
"""The length of one node's share: the defaults of Calico and of Kubernetes' controller manager."""
SEED_BLOCKS = {
    "k01-control-plane": IPv4Network("192.168.23.64/26"),
    "k01-worker": IPv4Network("192.168.81.64/26"),
    "k01-worker2": IPv4Network("192.168.164.128/26"),
    "k01-worker3": IPv4Network("192.168.209.64/26"),
}
"""What the seed's cluster gave these nodes, so that its outputs can be compared line by line."""


def network(overlay: Overlay, version: int) -> Network:
    """Where all pods of an IP version are."""
    return NETWORKS[overlay.cni][version]


def last(overlay: Overlay, version: int) -> Network:
    """The last share of the pods' network: labs leave it alone, unless they fill it."""
    space = network(overlay, version)
    return ip_network((space.broadcast_address, LENGTHS[overlay.cni][version]), strict=False)


def of_nodes(nodes: Sequence[Node], overlay: Overlay) -> Mapping[str, tuple[Network, ...]]:
    """By node, one network for each IP version of the overlay."""
    shares = [_shares(nodes, overlay, version) for version in overlay.versions]
    return {node.name: tuple(share[node.name] for share in shares) for node in nodes}


def _shares(nodes: Sequence[Node], overlay: Overlay, version: int) -> Mapping[str, Network]:
    """Calico's IPv4: as labelled, as in the seed, else the next free one; all others in the order of the topology."""
    given = _given(nodes) if (overlay.cni, version) == ("calico", 4) else {}
    free = _free(overlay, version, set(given.values()))
    found = {node.name: given.get(node.name) or next(free, None) for node in nodes}
    if None in found.values():
        space, length = network(overlay, version), LENGTHS[overlay.cni][version]
        raise LabError(f"{len(nodes)} nodes are too many: {space} has {2 ** (length - space.prefixlen)} /{length}.")
    return {name: share for name, share in found.items() if share is not None}


def _free(overlay: Overlay, version: int, taken: set[Network]) -> Iterator[Network]:
    shares = network(overlay, version).subnets(new_prefix=LENGTHS[overlay.cni][version])
    return (share for share in shares if share not in taken)


def _given(nodes: Sequence[Node]) -> dict[str, Network]:
    given: dict[str, Network] = {node.name: block for node in nodes if (block := _labelled(node))}
    if len(set(given.values())) < len(given):
        raise LabError("Two nodes of the topology have the same reconciler/block.")
    return given


def _labelled(node: Node) -> IPv4Network | None:
    label = node.labels.get("reconciler/block")
    try:
        return IPv4Network(label) if label else SEED_BLOCKS.get(node.name)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise LabError(f"Node {node.name}: reconciler/block {label!r} is no network: {error}") from error
