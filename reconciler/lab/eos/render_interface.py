"""The lines of one interface in canonical order; what is at its default is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address

from . import ids
from .config import DEFAULT_VRF, Block, Config, Interface
from .port_lines import place

Placed = tuple[int, str]
"""A line and its rank among the others; `port_lines` has the ranks of those that are not modelled."""


def interface_lines(config: Config, name: str) -> tuple[Block, ...]:
    return _lines(config.interfaces[name])


@lru_cache(8192)
def _lines(port: Interface) -> tuple[Block, ...]:
    modelled = [(rank, (), number, Block(line)) for number, (rank, line) in enumerate(_modelled(port))]
    others = [(*place(block.line), 0, block) for block in port.rest]
    ranked = sorted([*modelled, *others], key=lambda row: row[:3])
    return tuple(block for *_, block in ranked)


def allowed(vlans: frozenset[int]) -> str:
    """What a trunk carries, in the words of its command."""
    if vlans == ids.ALL_VLANS:
        return "all"
    return ids.compress(vlans) if vlans else "none"


def _modelled(port: Interface) -> Iterator[Placed]:
    yield from _nature(port)
    yield from _switching(port)
    yield from _layer3(port)


def _nature(port: Interface) -> Iterator[Placed]:
    if port.description is not None:
        yield 10, f"description {port.description}"
    if port.shutdown:
        yield 12, "shutdown"
    if port.mtu is not None:
        yield 20, f"mtu {port.mtu}"
    if not port.autostate:
        yield 25, "no autostate"


def _switching(port: Interface) -> Iterator[Placed]:
    if port.switchport is not None:
        yield 30, "switchport" if port.switchport else "no switchport"
    if port.access_vlan != 1:
        yield 31, f"switchport access vlan {port.access_vlan}"
    if port.native_vlan != 1:
        yield 32, f"switchport trunk native vlan {port.native_vlan}"
    if port.allowed != ids.ALL_VLANS:
        yield 33, f"switchport trunk allowed vlan {allowed(port.allowed)}"
    if port.mode != "access":
        yield 34, f"switchport mode {port.mode}"
    for group in sorted(port.trunk_groups):
        yield 35, f"switchport trunk group {group}"
    if port.channel_group is not None:
        yield 50, f"channel-group {port.channel_group[0]} mode {port.channel_group[1]}"


def _layer3(port: Interface) -> Iterator[Placed]:
    if port.vrf != DEFAULT_VRF:
        yield 60, f"vrf {port.vrf}"
    command = "ip address virtual" if port.virtual else "ip address"
    if port.dhcp:
        yield 62, f"{command} dhcp"
    if port.primary is not None:
        yield 62, f"{command} {port.primary}"
    yield from ((62, f"{command} {address} secondary") for address in sorted(port.secondaries))
    yield from ((70, f"ipv6 address {address}") for address in sorted(port.ipv6))
    gateways = sorted(port.virtual_router, key=IPv4Address)
    yield from ((72, f"ip virtual-router address {address}") for address in gateways)
