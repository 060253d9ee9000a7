"""The plan of addresses: who gets which management address, pod block, tunnel address and pods."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_address
from itertools import islice
from pathlib import Path

from . import blocks, exec_lines
from .errors import LabError
from .overlay import SEEDS, Overlay
from .state import Address, Interface, Kubernetes, Lab, Member, Network, Pod, Side
from .topology import SWITCH, Node, Topology

JUMP = IPv4Address("172.20.20.1")
SMALL, LARGE = IPv4Network("172.20.20.0/24"), IPv4Network("172.20.0.0/16")
"""containerlab's management network, and the one for a lab that does not fit into it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked `lab up` for."""

    name: str
    pods: int
    record: bool
    overlay: Overlay = SEEDS


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
        overlay=request.overlay,
    )


def _login(node: Node) -> str:
    if node.kind == SWITCH:
        return "admin"
    return "ops" if node.labels.get("reconciler/login") == "sudo" else "root"


def _kubernetes(topology: Topology, request: Request) -> dict[str, Kubernetes]:
    """The cluster's side of each of its nodes, by node name."""
    nodes = [node for node in topology.nodes if node.cluster]
    apis = _api_nodes(nodes)
    shares = blocks.of_nodes(nodes, request.overlay)
    return {node.name: _member_of(node, shares[node.name], node.name in apis, request) for node in nodes}


def _member_of(node: Node, shares: Sequence[Network], api: bool, request: Request) -> Kubernetes:
    sides = tuple(_side(node, share, request.overlay) for share in shares)
    pods = tuple(_pods(node.name, sides, request))
    return Kubernetes(cluster=node.cluster or "", api=api, sides=sides, pods=pods)


def _side(node: Node, share: Network, overlay: Overlay) -> Side:
    """A tunnel's end has the first address of the node's share, with Calico as with flannel."""
    label = node.labels.get("reconciler/tunnel") if (overlay.cni, share.version) == ("calico", 4) else None
    tunnel = _address(node, label) if label else share.network_address
    return Side(
        block=share,
        tunnel=tunnel if overlay.what.tunnelled else None,
        underlay=_underlay(node, share.version),
    )


def _address(node: Node, label: str) -> Address:
    try:
        return ip_address(label)
    except ValueError as error:
        raise LabError(f"Node {node.name}: reconciler/tunnel {label!r} is no address.") from error


def _api_nodes(nodes: list[Node]) -> set[str]:
    """The first control plane of each cluster, or its first node."""
    first: dict[str | None, str] = {}
    for node in sorted(nodes, key=lambda node: "control-plane" not in node.name):
        first.setdefault(node.cluster, node.name)
    return set(first.values())


def _underlay(node: Node, version: int) -> Interface | None:
    """The first address of that IP version among the node's ``exec`` lines."""
    return next((address for address, _ in exec_lines.addresses(node.exec) if address.version == version), None)


def _pods(node: str, sides: Sequence[Side], request: Request) -> Iterator[Pod]:
    """Calico's take their block's addresses in order; a CNI plugin hands out what it likes."""
    addresses = zip(*(_free(side) for side in sides), strict=True)
    for index, taken in enumerate(islice(addresses, request.pods), start=1):
        name = f"pod-{node}-{index}"
        namespace = f"{request.name}-{name}"
        if request.overlay.plugins:
            yield Pod(name=name, namespace=namespace)
        else:
            yield Pod(name=name, namespace=namespace, addresses=taken, interface=_cali(name))


def _free(side: Side) -> Iterator[Address]:
    """A block's addresses but its first one, and the tunnel's, which is taken already."""
    addresses = (side.block[index] for index in range(1, side.block.num_addresses))
    return (address for address in addresses if address != side.tunnel)


def _cali(pod: str) -> str:
    """The node's end of a pod's veth; Calico, too, takes eleven hex digits of a SHA-1."""
    return "cali" + hashlib.sha1(pod.encode(), usedforsecurity=False).hexdigest()[:11]
