"""The plan of addresses: who gets which management address, pod block, tunnel address and pods."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError
from itertools import islice
from pathlib import Path

from .errors import LabError
from .state import Kubernetes, Lab, Member, Pod
from .topology import SWITCH, Node, Topology

JUMP = IPv4Address("172.20.20.1")
SMALL, LARGE = IPv4Network("172.20.20.0/24"), IPv4Network("172.20.0.0/16")
"""containerlab's management network, and the one for a lab that does not fit into it."""
POOL = IPv4Network("192.168.0.0/16")
SEED_BLOCKS = {
    "k01-control-plane": IPv4Network("192.168.23.64/26"),
    "k01-worker": IPv4Network("192.168.81.64/26"),
    "k01-worker2": IPv4Network("192.168.164.128/26"),
    "k01-worker3": IPv4Network("192.168.209.64/26"),
}
"""What the seed's cluster gave these nodes, so that its outputs can be compared line by line."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked `lab up` for."""

    name: str
    pods: int
    record: bool


def plan(topology: Topology, request: Request) -> Lab:
    """Every address and name of the lab, decided before anything is made; its folder is claimed later."""
    nodes = sorted(topology.nodes, key=lambda node: node.kind != SWITCH)
    network = SMALL if len(nodes) <= SMALL.num_addresses - 4 else LARGE
    kubernetes = _kubernetes(topology, request)
    members = tuple(
        Member(
            name=node.name,
            switch=node.kind == SWITCH,
            namespace=f"{request.name}-{node.name}",
            address=JUMP + 1 + index,
            login=_login(node),
            interfaces=tuple(topology.interfaces(node.name)),
            exec=node.exec,
            startup=node.startup,
            kubernetes=kubernetes.get(node.name),
        )
        for index, node in enumerate(nodes)
    )
    return Lab(
        name=request.name,
        folder=Path(),
        made_folder=False,
        management=network,
        jump=IPv4Interface(f"{JUMP}/{network.prefixlen}"),
        members=members,
        links=tuple((a.node, a.interface, b.node, b.interface) for a, b in topology.links),
        record=request.record,
    )


def _login(node: Node) -> str:
    if node.kind == SWITCH:
        return "admin"
    return "ops" if node.labels.get("reconciler/login") == "sudo" else "root"


def _kubernetes(topology: Topology, request: Request) -> dict[str, Kubernetes]:
    """The cluster's side of each of its nodes, by node name."""
    nodes = [node for node in topology.nodes if node.cluster]
    apis = _api_nodes(nodes)
    blocks = _blocks(nodes)
    return {node.name: _member_of(node, blocks[node.name], node.name in apis, request) for node in nodes}


def _member_of(node: Node, block: IPv4Network, api: bool, request: Request) -> Kubernetes:
    tunnel = IPv4Address(node.labels.get("reconciler/tunnel", block.network_address))
    return Kubernetes(
        cluster=node.cluster or "",
        api=api,
        block=block,
        tunnel=tunnel,
        underlay=_underlay(node),
        pods=tuple(_pods(node.name, block, tunnel, request)),
    )


def _api_nodes(nodes: list[Node]) -> set[str]:
    """The first control plane of each cluster, or its first node."""
    first: dict[str | None, str] = {}
    for node in sorted(nodes, key=lambda node: "control-plane" not in node.name):
        first.setdefault(node.cluster, node.name)
    return set(first.values())


def _blocks(nodes: list[Node]) -> Mapping[str, IPv4Network]:
    """One /26 a node: as labelled, as in the seed, else the next free one in the order of the topology."""
    given = {node.name: block for node in nodes if (block := _given_block(node))}
    taken = set(given.values())
    if len(taken) < len(given):
        raise LabError("Two nodes of the topology have the same reconciler/block.")
    free = (block for block in POOL.subnets(new_prefix=26) if block not in taken)
    return {node.name: given.get(node.name) or next(free) for node in nodes}


def _given_block(node: Node) -> IPv4Network | None:
    label = node.labels.get("reconciler/block")
    try:
        return IPv4Network(label) if label else SEED_BLOCKS.get(node.name)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise LabError(f"Node {node.name}: reconciler/block {label!r} is no network: {error}") from error


def _underlay(node: Node) -> IPv4Interface | None:
    """The address of the first ``ip address add`` among the node's ``exec`` lines."""
    for line in node.exec:
        words = line.split()
        if words[:1] == ["ip"] and "add" in words and any("address".startswith(word) for word in words[1:2]):
            return next((IPv4Interface(word) for word in words if word.count(".") == 3 and "/" in word), None)
    return None


def _pods(node: str, block: IPv4Network, tunnel: IPv4Address, request: Request) -> Iterator[Pod]:
    """Pods take the block's addresses in order; the tunnel address is taken already."""
    addresses = (block[index] for index in range(1, block.num_addresses) if block[index] != tunnel)
    for index, address in enumerate(islice(addresses, request.pods), start=1):
        name = f"pod-{node}-{index}"
        yield Pod(name=name, namespace=f"{request.name}-{name}", address=address, interface=_cali(name))


def _cali(pod: str) -> str:
    """The node's end of a pod's veth; Calico, too, takes eleven hex digits of a SHA-1."""
    return "cali" + hashlib.sha1(pod.encode(), usedforsecurity=False).hexdigest()[:11]
