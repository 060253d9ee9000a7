"""Where the overlay leaves a node: what its document says of interface, address, gateways and MTUs."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network

from reconciler.desired.documents import Node
from reconciler.desired.prefixes import Network
from reconciler.linux.route import MAIN_TABLE

Hop = tuple[str, str | None]
"""A gateway, and the interface that leads to it; ``None``: the underlay's."""
DEFAULT = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


def underlay(node: Node, version: int, told: str | None = None) -> tuple[str | None, str | None]:
    """Interface and address (with its length) that the overlay leaves a node by, each ``None`` where nobody says.

    The document's ``underlay``, else its first interface with an address, else ``told`` by the cluster.
    """
    given = node.underlay
    carriers = list(_carriers(node, version))
    named = given.dev if given is not None else None
    address = None if given is None else (given.address if version == 4 else given.address6)
    if address is None:
        mine = [pair for pair in carriers if named in (None, pair[0])]
        if mine:
            return mine[0]
        address = told
    if address is None or named is not None:
        return named, address
    wanted = ip_interface(address).ip
    return next((ifname for ifname, text in carriers if ip_interface(text).ip == wanted), None), address


def _carriers(node: Node, version: int) -> Iterator[tuple[str, str]]:
    for ifname, interface in node.interfaces.items():
        for given in interface.addresses or ():
            if (":" in given.address) == (version == 6):
                yield ifname, given.address


def ways_out(node: Node, version: int) -> tuple[tuple[Network, Hop], ...]:
    """Networks behind a gateway: the declared routes of the main table, ``underlay.gateway`` last.

    The kernel asks for the longest prefix; of two equal ones the first counts.
    """
    return tuple(_ways_out(node, version))


def _ways_out(node: Node, version: int) -> Iterator[tuple[Network, Hop]]:
    written = (route for route in node.routes if route.type == "unicast" and route.table == MAIN_TABLE)
    for route in sorted(written, key=lambda route: route.metric):
        if route.via and ip_address(route.via).version == version:
            yield DEFAULT[version] if route.dst == "default" else ip_network(route.dst), (route.via, route.dev)
    given = node.underlay
    gateway = None if given is None else (given.gateway if version == 4 else given.gateway6)
    if gateway is not None:
        yield DEFAULT[version], (gateway, None)


def declared_mtus(node: Node) -> dict[str, int | None]:
    """MTU in bytes by declared interface, ``None`` where it is not declared."""
    return {ifname: interface.mtu for ifname, interface in node.interfaces.items()}
