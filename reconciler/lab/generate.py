"""A lab of any size in the manner of the seed's: N nodes on one switch, in two VLANs or, where that must be, in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network, IPv6Network

from .overlay import SEEDS, Overlay
from .topology import MEMBER, SWITCH, End, Node, Topology

CLUSTER, SWITCH_NAME = "k01", "ceos01"
SVI = "Calico Network L3 Interface"
FIRST_HOST = 10
"""Nodes begin at .10 of their subnet, as in the seed."""
SEEDS_NODES = 4
"""As many nodes as the seed has."""
SUBNET6 = IPv6Network("fd00:10:10:10::/64")


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN: its nodes' subnet, whose first address is the switch's. In IPv6 the switch has none: it only bridges."""

    number: int
    name: str
    subnet: IPv4Network

    @property
    def gateway(self) -> IPv4Interface:
        return IPv4Interface(f"{self.subnet[1]}/{self.subnet.prefixlen}")

    def address(self, version: int, place: int) -> str:
        """The address of the node at a place of this VLAN, with its length."""
        subnet = self.subnet if version == 4 else SUBNET6
        return f"{subnet[FIRST_HOST + place]}/{subnet.prefixlen}"


SMALL = (
    Vlan(10, "Calico-Network", IPv4Network("10.10.10.0/24")),
    Vlan(20, "Calico-Network-2", IPv4Network("10.10.20.0/24")),
)
LARGE = (
    Vlan(10, "Calico-Network", IPv4Network("10.10.0.0/20")),
    Vlan(20, "Calico-Network-2", IPv4Network("10.10.16.0/20")),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which node is where."""

    count: int
    overlay: Overlay

    @property
    def vlans(self) -> Sequence[Vlan]:
        number = 1 if self.overlay.one_vlan else 2
        room = number * (SMALL[0].subnet.num_addresses - FIRST_HOST - 2)
        return (SMALL if self.count <= room else LARGE)[:number]

    def place(self, index: int) -> tuple[int, int]:
        """Which of the VLANs the node is in, and its place there: the first half (and one more) is in the first."""
        half = self.count if self.overlay.one_vlan else self.count // 2 + 1
        return (0, index) if index < half else (1, index - half)

    def vlan(self, index: int) -> Vlan:
        return self.vlans[self.place(index)[0]]


def topology(count: int, overlay: Overlay = SEEDS) -> Topology:
    """``count`` nodes on one switch, with the underlay that ``overlay`` needs."""
    plan = Plan(count, overlay)
    nodes = [_node(plan, index) for index in range(count)]
    links = [(End(SWITCH_NAME, f"eth{port}"), End(node.name, "eth1")) for port, node in enumerate(nodes, start=1)]
    startup = "\n!\n".join(_startup(plan, nodes)) + "\n!\nend\n"
    switch = Node(name=SWITCH_NAME, kind=SWITCH, labels={}, startup=startup)
    return Topology((switch, *nodes), tuple(links))


def _name(index: int) -> str:
    """kind's names: ``k01-control-plane``, ``k01-worker``, ``k01-worker2`` …"""
    return f"{CLUSTER}-control-plane" if index == 0 else f"{CLUSTER}-worker{index if index > 1 else ''}"


def _node(plan: Plan, index: int) -> Node:
    own, place = plan.vlan(index), plan.place(index)[1]
    addresses = [own.address(version, place) for version in plan.overlay.versions]
    lines = [f"ip address add {address} dev eth1" for address in addresses]
    others = [vlan for vlan in plan.vlans if vlan is not own]
    lines += [f"ip route add {other.subnet} via {own.gateway.ip}" for other in others]
    return Node(name=_name(index), kind=MEMBER, exec=tuple(lines), labels={}, cluster=CLUSTER)


def _startup(plan: Plan, nodes: Sequence[Node]) -> Iterator[str]:
    yield f"hostname {SWITCH_NAME}"
    for vlan in plan.vlans:
        yield f"vlan {vlan.number}\n   name {vlan.name}"
    for index, node in enumerate(nodes):
        body = f"   description Connection to {node.name}\n   switchport access vlan {plan.vlan(index).number}"
        yield f"interface Ethernet{index + 1}\n{body}"
    for vlan in plan.vlans:
        yield f"interface Vlan{vlan.number}\n   description {SVI}\n   ip address {vlan.gateway}"
    yield "ip routing"
