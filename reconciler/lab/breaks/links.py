"""Breaks of addresses and of the VXLAN device."""

from __future__ import annotations

from collections.abc import Iterator

from .live import Node, Row
from .scenario import Deed, Scenario

STRANGER = "198.51.100.7/32"
WRONG_MAC = "02:00:00:00:0b:ad"


def _named(address: Row, text: str | None = None) -> str:
    return f"{text or '{local}/{prefixlen}'.format(**address)} dev {address['dev']}"


def _address_deleted(node: Node) -> Iterator[Deed]:
    for address in node.addresses:
        if address["dev"] != node.tunnel:
            yield Deed((f"address del {_named(address)}",), (("address", _named(address), "create"),))


def _tunnel_address_deleted(node: Node) -> Iterator[Deed]:
    for address in node.addresses:
        if address["dev"] == node.tunnel:
            yield Deed((f"address del {_named(address)}",), (("address", _named(address), "create"),))


def _address_added(node: Node) -> Iterator[Deed]:
    for address in node.addresses:
        if address["dev"] != node.tunnel:
            name = _named(address, STRANGER)
            yield Deed((f"address add {name}",), (("address", name, "delete"),))


def _tunnel_address_added(node: Node) -> Iterator[Deed]:
    for address in node.addresses:
        if address["dev"] == node.tunnel:
            name = _named(address, STRANGER)
            yield Deed((f"address add {name}",), (("address", name, "delete"),))


def _address_mask(node: Node) -> Iterator[Deed]:
    for address in node.addresses:
        if address["dev"] != node.tunnel:
            name = _named(address, f"{address['local']}/{address['prefixlen'] + 1}")
            yield Deed((f"address add {name}",), (("address", name, "delete"),))


def _tunnel_address_wrong(node: Node) -> Iterator[Deed]:
    """The wrong one comes first: a device that loses its last address loses its routes and neighbours (kernel)."""
    for address in node.addresses:
        if address["dev"] == node.tunnel:
            right, wrong = _named(address), _named(address, STRANGER)
            plan = (("address", right, "create"), ("address", wrong, "delete"))
            yield Deed((f"address add {wrong}", f"address del {right}"), plan)


def _vxlan(node: Node, *commands: str, verb: str = "update") -> tuple[Deed, ...]:
    return (Deed(commands, (("link", node.tunnel, verb),)),)


def _vxlan_deleted(node: Node) -> Iterator[Deed]:
    for _ in node.vxlan:
        yield from _vxlan(node, f"link del {node.tunnel}", verb="create")


def _vxlan_down(node: Node) -> Iterator[Deed]:
    for _ in node.vxlan:
        yield from _vxlan(node, f"link set {node.tunnel} down")


def _vxlan_mtu(node: Node) -> Iterator[Deed]:
    for link in node.vxlan:
        yield from _vxlan(node, f"link set {node.tunnel} mtu {link['mtu'] - 50}")


def _vxlan_mac(node: Node) -> Iterator[Deed]:
    """The kernel drops every neighbour of a device whose MAC changes, permanent ones too (arp_netdev_event)."""
    for _ in node.vxlan:
        yield from _vxlan(node, f"link set {node.tunnel} address {WRONG_MAC}")


def _vxlan_learning(node: Node) -> Iterator[Deed]:
    for _ in node.vxlan:
        yield from _vxlan(node, f"link set {node.tunnel} type vxlan learning")


def _vxlan_vni(node: Node) -> Iterator[Deed]:
    for link in node.vxlan:
        yield from _remade(node, link, id=link["linkinfo"]["info_data"]["id"] + 1)


def _vxlan_port(node: Node) -> Iterator[Deed]:
    for link in node.vxlan:
        yield from _remade(node, link, port=link["linkinfo"]["info_data"]["port"] + 1)


def _remade(node: Node, link: Row, **changed: int) -> tuple[Deed, ...]:
    """The device made again with something the kernel cannot change in place; its address comes back, nothing else."""
    data = {**link["linkinfo"]["info_data"], **changed}
    kind = "type vxlan id {id} dstport {port} local {local} dev {link} nolearning".format(**data)
    addresses = [f"address add {_named(row)}" for row in node.addresses if row["dev"] == node.tunnel]
    made = f"link add {node.tunnel} address {link['address']} mtu {link['mtu']} {kind}"
    return _vxlan(node, f"link del {node.tunnel}", made, *addresses, f"link set {node.tunnel} up", verb="replace")


LINK_BREAKS = (
    Scenario("address-deleted", "node", "a node's underlay address is gone", _address_deleted, cascade=True),
    Scenario("address-added", "node", "a stranger's address on a node's port", _address_added),
    Scenario("address-mask", "node", "the underlay address once more, with another mask", _address_mask),
    Scenario(
        "tunnel-address-deleted", "node", "the VXLAN device has no address", _tunnel_address_deleted, cascade=True
    ),
    Scenario("tunnel-address-added", "node", "a second address on the VXLAN device", _tunnel_address_added),
    Scenario("tunnel-address-wrong", "node", "another address instead of the tunnel's", _tunnel_address_wrong),
    Scenario(
        "vxlan-deleted", "node", "the VXLAN device is gone, and all that stood on it", _vxlan_deleted, cascade=True
    ),
    Scenario("vxlan-down", "node", "the VXLAN device is down: routes and neighbours fall", _vxlan_down, cascade=True),
    Scenario("vxlan-mtu", "node", "the VXLAN device's MTU is 50 bytes smaller", _vxlan_mtu),
    Scenario("vxlan-mac", "node", "the VXLAN device has a new MAC: its neighbours fall", _vxlan_mac, cascade=True),
    Scenario("vxlan-learning", "node", "the VXLAN device learns MACs", _vxlan_learning),
    Scenario("vxlan-vni", "node", "the VXLAN device was made again with another VNI", _vxlan_vni, cascade=True),
    Scenario("vxlan-port", "node", "the VXLAN device was made again with another UDP port", _vxlan_port, cascade=True),
)
