"""Interfaces of a node's document: links, those of our own with our mark, and the addresses on them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Any

from reconciler.desired.documents import Node
from reconciler.desired.documents.address import InterfaceAddress
from reconciler.desired.documents.interface import BridgeDevice, NodeInterface, VxlanDevice
from reconciler.desired.repository import Document
from reconciler.linux.address import Address
from reconciler.linux.link import OUR_ALIAS, Link

HERTZ = 100
"""The kernel counts a bridge's times in 1/100 s (USER_HZ)."""


def rows(document: Document[Node]) -> Iterator[Link | Address]:
    for ifname, interface in document.spec.interfaces.items():
        yield _link(ifname, interface, document.origin("spec", "interfaces", ifname))
        for number, given in enumerate(interface.addresses or ()):
            yield _address(ifname, given, document.origin("spec", "interfaces", ifname, "addresses", number))


def _link(ifname: str, interface: NodeInterface, origin: str) -> Link:
    return Link(
        ifname=ifname,
        info_kind=interface.made_as,
        address=interface.mac,
        mtu=interface.mtu,
        txqlen=interface.txqlen,
        up=interface.up,
        alias=None if interface.made_as is None else OUR_ALIAS,
        master=interface.master,
        origin=origin,
        **(_vxlan(interface.vxlan) if interface.vxlan is not None else {}),
        **(_bridge(interface.bridge) if interface.bridge is not None else {}),
    )


def _vxlan(tunnel: VxlanDevice) -> dict[str, Any]:
    return {
        "id": tunnel.id,
        "port": tunnel.port,
        "local": tunnel.local,
        "lower": tunnel.dev,
        "group": tunnel.group,
        "learning": tunnel.learning,
    }


def _bridge(bridge: BridgeDevice) -> dict[str, Any]:
    return {
        "stp_state": bridge.stp,
        "forward_delay": None if bridge.forward_delay is None else bridge.forward_delay * HERTZ,
        "ageing_time": None if bridge.ageing_time is None else bridge.ageing_time * HERTZ,
    }


def _address(ifname: str, given: InterfaceAddress, origin: str) -> Address:
    local = ip_interface(given.address)
    return Address(
        dev=ifname,
        local=str(local.ip),
        prefixlen=local.network.prefixlen,
        scope=given.scope or _address_scope(given.address),
        peer=given.peer,
        broadcast=given.broadcast,
        origin=origin,
    )


def _address_scope(text: str) -> str:
    """What the kernel and iproute2 give an address when nobody says."""
    local = ip_interface(text).ip
    if local.is_loopback:
        return "host"
    return "link" if local.version == 6 and local.is_link_local else "global"
