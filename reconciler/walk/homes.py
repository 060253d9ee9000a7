"""Which addresses live on a node: its blocks, its pods, its tunnels' ends, and its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from reconciler.linux.address import Address
from reconciler.linux.route import Route
from reconciler.walk.node import Node
from reconciler.walk.prefixes import BITS, Prefix, number_of, prefix_of, spelled
from reconciler.walk.tunnels import TUNNELS

LOOPBACK = "lo"


class Home(NamedTuple):
    """A network whose addresses live on a node, and the one that stands for them.

    ``sort``: ``pods``, ``tunnel`` (the end of one) or ``own`` (an address on a ``wire``, which is a subnet).
    ``is_real``: somebody has it.
    """

    prefix: Prefix
    address: str
    sort: str
    is_real: bool = True
    wire: Prefix | None = None


def homes_of(node: Node) -> list[Home]:
    """Pods' networks first, then ends of tunnels, then its own addresses; each by its prefix."""
    pods = sorted(_pods(node))
    networks = sorted({*_blocks(node), *_bridged(node)})
    inside = [_network(network, pods, node) for network in networks]
    alone = [Home(prefix_of(pod), pod, "pods") for pod in pods if not any(net.contains(pod) for net in networks)]
    return [*inside, *alone, *_tunnels(node), *_own(node)]


def _network(network: Prefix, pods: Iterable[str], node: Node) -> Home:
    """A pod of it; where none is known, its first address that is not the node's own (such as a tunnel's end)."""
    pod = next((pod for pod in pods if network.contains(pod)), None)
    if pod is not None:
        return Home(network, pod, "pods")
    room = 1 << (BITS[network.version] - network.length)
    numbers = (network.number + step for step in range(1, min(room, 16)))
    free = (text for number in numbers if not node.has(text := _text(network.version, number)))
    return Home(network, next(free, _text(network.version, network.number)), "pods", is_real=False)


def _text(version: int, number: int) -> str:
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))


def _pods(node: Node) -> Iterator[str]:
    """Host routes to interfaces of pods."""
    for route in node.routes:
        address, _, length = route.dst.partition("/")
        if int(length) == BITS[6 if ":" in address else 4] and _leads_to_a_pod(route, node):
            yield spelled(address)


def _leads_to_a_pod(route: Route, node: Node) -> bool:
    near = route.type == "unicast" and route.gateway is None and route.dev is not None
    return near and route.dev is not None and node.leads_to_pods(route.dev)


def _blocks(node: Node) -> Iterator[Prefix]:
    """A CNI's blackhole for what is in its block and no pod; a default one is somebody's last word on strangers."""
    for route in node.routes:
        prefix = prefix_of(route.dst)
        if route.type == "blackhole" and prefix.length:
            yield prefix


def _bridged(node: Node) -> Iterator[Prefix]:
    """The subnets of bridges that have nothing but pods behind them."""
    for dev in node.on_dev:
        if node.kind(dev) == "bridge" and node.leads_to_pods(dev):
            yield from node.networks(dev)


def _tunnels(node: Node) -> list[Home]:
    rows = [one for dev, found in node.on_dev.items() if node.kind(dev) in TUNNELS for one in found]
    return _homes(rows, "tunnel")


def _own(node: Node) -> list[Home]:
    """The first address of each kind on each interface that is no tunnel's and no pod's."""
    rows: dict[tuple[str, bool], Address] = {}
    for dev, found in node.on_dev.items():
        if dev != LOOPBACK and node.kind(dev) not in TUNNELS and not node.leads_to_pods(dev):
            for one in _global(found):
                rows.setdefault((dev, ":" in one.local), one)
    return _homes(rows.values(), "own")


def _homes(addresses: Iterable[Address], sort: str) -> list[Home]:
    found = {
        Home(prefix_of(one.local), spelled(one.local), sort, wire=prefix_of(f"{one.local}/{one.prefixlen}"))
        for one in _global(addresses)
    }
    return sorted(found, key=lambda home: (home.prefix.version, number_of(home.address)))


def _global(addresses: Iterable[Address]) -> Iterator[Address]:
    return (one for one in addresses if one.scope == "global" and "secondary" not in (one.flags or ()))
