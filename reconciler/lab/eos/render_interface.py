"""The lines of one interface in canonical order; what is at its default is not shown."""

from __future__ import annotations

from collections.abc import Iterator

from . import ids
from .config import DEFAULT_VRF, Block, Config, Interface


def interface_lines(config: Config, name: str) -> tuple[Block, ...]:
    port = config.interfaces[name]
    modelled = (*_nature(port), *_switching(port), *_layer3(port))
    vxlan_and_others = tuple(port.rest)
    return (*map(Block, modelled), *vxlan_and_others)


def allowed(vlans: frozenset[int]) -> str:
    """What a trunk carries, in the words of its command."""
    if vlans == ids.ALL_VLANS:
        return "all"
    return ids.compress(vlans) if vlans else "none"


def _nature(port: Interface) -> Iterator[str]:
    if port.description is not None:
        yield f"description {port.description}"
    if port.shutdown:
        yield "shutdown"
    if port.mtu is not None:
        yield f"mtu {port.mtu}"
    if not port.autostate:
        yield "no autostate"


def _switching(port: Interface) -> Iterator[str]:
    if port.switchport is not None:
        yield "switchport" if port.switchport else "no switchport"
    if port.access_vlan != 1:
        yield f"switchport access vlan {port.access_vlan}"
    if port.native_vlan != 1:
        yield f"switchport trunk native vlan {port.native_vlan}"
    if port.allowed != ids.ALL_VLANS:
        yield f"switchport trunk allowed vlan {allowed(port.allowed)}"
    if port.mode != "access":
        yield f"switchport mode {port.mode}"
    for group in port.trunk_groups:
        yield f"switchport trunk group {group}"
    if port.channel_group is not None:
        yield f"channel-group {port.channel_group[0]} mode {port.channel_group[1]}"


def _layer3(port: Interface) -> Iterator[str]:
    if port.vrf != DEFAULT_VRF:
        yield f"vrf {port.vrf}"
    command = "ip address virtual" if port.virtual else "ip address"
    if port.dhcp:
        yield f"{command} dhcp"
    if port.primary is not None:
        yield f"{command} {port.primary}"
    yield from (f"{command} {address} secondary" for address in sorted(port.secondaries))
    yield from (f"ipv6 address {address}" for address in sorted(port.ipv6))
    yield from (f"ip virtual-router address {address}" for address in port.virtual_router)
