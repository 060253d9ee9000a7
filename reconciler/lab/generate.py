"""A lab of any size in the manner of the seed's: N nodes in two VLANs, and the documents that want it so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

from . import documents
from .addressing import POOL
from .state import Kubernetes, Lab, Member
from .topology import MEMBER, SWITCH, End, Node, Topology

CLUSTER, SWITCH_NAME = "k01", "ceos01"
SVI = "Calico Network L3 Interface"
FIRST_HOST = 10
"""Nodes begin at .10 of their subnet, as in the seed."""
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vlan:
    """One of the two VLANs: its nodes' subnet, whose first address is the switch's."""

    number: int
    name: str
    subnet: IPv4Network

    @property
    def gateway(self) -> IPv4Interface:
        return IPv4Interface(f"{self.subnet[1]}/{self.subnet.prefixlen}")


SMALL = (
    Vlan(10, "Calico-Network", IPv4Network("10.10.10.0/24")),
    Vlan(20, "Calico-Network-2", IPv4Network("10.10.20.0/24")),
)
LARGE = (
    Vlan(10, "Calico-Network", IPv4Network("10.10.0.0/20")),
    Vlan(20, "Calico-Network-2", IPv4Network("10.10.16.0/20")),
)


def topology(count: int) -> Topology:
    """``count`` nodes on one switch; the first half (and one more) is in the first VLAN."""
    vlans = _vlans(count)
    nodes = [_node(index, count, vlans) for index in range(count)]
    links = [(End(SWITCH_NAME, f"eth{port}"), End(node.name, "eth1")) for port, node in enumerate(nodes, start=1)]
    startup = "\n!\n".join(_startup(nodes, count, vlans)) + "\n!\nend\n"
    switch = Node(name=SWITCH_NAME, kind=SWITCH, labels={}, startup=startup)
    return Topology((switch, *nodes), tuple(links))


def write(lab: Lab) -> None:
    """Write ``desired/`` into the lab's folder: what a reconciler has to make of the bare lab."""
    folder = lab.folder / "desired"
    folder.mkdir()
    affinities = [_affinity(node.name, kubernetes) for node, kubernetes in _members(lab)]
    documents.write(folder / "switch.yaml", [_switch(lab)])
    documents.write(folder / "nodes.yaml", [_node_document(lab, node) for node in lab.nodes])
    documents.write(folder / "cluster.yaml", [_cluster(lab), _pool()])
    documents.write(folder / "affinities.yaml", affinities)


def vtep_mac(node: str) -> str:
    """The MAC that Calico gives a node's VXLAN device: ``f`` and five bytes of a SHA-1 (vxlan_resolver.go)."""
    return (b"f" + hashlib.sha1(node.encode(), usedforsecurity=False).digest()[:5]).hex(":")


def _vlans(count: int) -> tuple[Vlan, Vlan]:
    return SMALL if count <= 2 * (SMALL[0].subnet.num_addresses - FIRST_HOST - 2) else LARGE


def _name(index: int) -> str:
    """kind's names: ``k01-control-plane``, ``k01-worker``, ``k01-worker2`` …"""
    return f"{CLUSTER}-control-plane" if index == 0 else f"{CLUSTER}-worker{index if index > 1 else ''}"


def _place(index: int, count: int) -> tuple[int, int]:
    """Which of the two VLANs the node is in, and its place there."""
    half = count // 2 + 1
    return (0, index) if index < half else (1, index - half)


def _node(index: int, count: int, vlans: tuple[Vlan, Vlan]) -> Node:
    side, place = _place(index, count)
    own, other = vlans[side], vlans[1 - side]
    address = f"{own.subnet[FIRST_HOST + place]}/{own.subnet.prefixlen}"
    lines = (f"ip address add {address} dev eth1", f"ip route add {other.subnet} via {own.gateway.ip}")
    return Node(name=_name(index), kind=MEMBER, exec=lines, labels={}, cluster=CLUSTER)


def _startup(nodes: list[Node], count: int, vlans: tuple[Vlan, Vlan]) -> Iterator[str]:
    yield f"hostname {SWITCH_NAME}"
    for vlan in vlans:
        yield f"vlan {vlan.number}\n   name {vlan.name}"
    for index, node in enumerate(nodes):
        vlan = vlans[_place(index, count)[0]]
        body = f"   description Connection to {node.name}\n   switchport access vlan {vlan.number}"
        yield f"interface Ethernet{index + 1}\n{body}"
    for vlan in vlans:
        yield f"interface Vlan{vlan.number}\n   description {SVI}\n   ip address {vlan.gateway}"
    yield "ip routing"


def _members(lab: Lab) -> list[tuple[Member, Kubernetes]]:
    return [(node, node.kubernetes) for node in lab.nodes if node.kubernetes]


def _switch(lab: Lab) -> JSON:
    vlans, count = _vlans(len(lab.nodes)), len(lab.nodes)
    ports = {
        f"Ethernet{index + 1}": {
            "description": f"Connection to {node.name}",
            "access": vlans[_place(index, count)[0]].number,
        }
        for index, node in enumerate(lab.nodes)
    }
    spec = {
        "routing": True,
        "vlans": {vlan.number: {"name": vlan.name} for vlan in vlans},
        "interfaces": ports,
        "svis": {vlan.number: {"addresses": [str(vlan.gateway)], "description": SVI} for vlan in vlans},
    }
    return {"apiVersion": "reconciler/v1", "kind": "Switch", "metadata": {"name": SWITCH_NAME}, "spec": spec}


def _node_document(lab: Lab, node: Member) -> JSON:
    kubernetes = node.kubernetes
    assert kubernetes is not None
    own, other = sorted(_vlans(len(lab.nodes)), key=lambda vlan: kubernetes.underlay not in vlan.subnet)
    spec = {
        "interfaces": {"eth1": {"addresses": [str(kubernetes.underlay)]}},
        "tunnel": {"vxlan": {"address": str(kubernetes.tunnel), "mac": vtep_mac(node.name)}},
        "routes": [{"dst": str(other.subnet), "via": str(own.gateway.ip), "dev": "eth1"}],
    }
    return {"apiVersion": "reconciler/v1", "kind": "Node", "metadata": {"name": node.name}, "spec": spec}


def _cluster(lab: Lab) -> JSON:
    names = [node.name for node in lab.nodes]
    spec = {"cni": "calico", "nodes": names, "apiNode": names[0], "calico": {"version": "3.30"}}
    return {"apiVersion": "reconciler/v1", "kind": "Cluster", "metadata": {"name": CLUSTER}, "spec": spec}


def _pool() -> JSON:
    spec = {
        "cidr": str(POOL),
        "blockSize": 26,
        "vxlanMode": "CrossSubnet",
        "ipipMode": "Never",
        "natOutgoing": True,
        "nodeSelector": "all()",
        "allowedUses": ["Workload", "Tunnel"],
        "disableBGPExport": True,
    }
    metadata = {"name": "default-ipv4-ippool"}
    return {"apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": metadata, "spec": spec}


def _affinity(node: str, kubernetes: Kubernetes) -> JSON:
    name = f"{node}-{kubernetes.block}".translate(str.maketrans("./", "--"))
    spec = {"node": node, "cidr": str(kubernetes.block), "state": "confirmed"}
    return {"apiVersion": "crd.projectcalico.org/v1", "kind": "BlockAffinity", "metadata": {"name": name}, "spec": spec}
