"""Addresses and VRFs of interfaces, with the order that EOS insists on: secondaries go before their primary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from typing import Any

from .config import DEFAULT_VRF, Config, Interface
from .editor import Commands, Editor, ports
from .refusal import Refused


def _address(editor: Editor, ifaddr: IPv4Interface, role: str | None = None) -> None:
    _set(editor, ifaddr, secondary=role is not None, virtual=False)


def _virtual(editor: Editor, ifaddr: IPv4Interface, role: str | None = None) -> None:
    _set(editor, ifaddr, secondary=role is not None, virtual=True)


def _set(editor: Editor, address: IPv4Interface, *, secondary: bool, virtual: bool) -> None:
    for name, port in list(editor.ports()):
        _check(editor.config, name, port, address)
        values: dict[str, Any] = {"virtual": virtual, "dhcp": False}
        if secondary:
            values["secondaries"] = (*(a for a in port.secondaries if a != address), address)
        else:
            values["primary"] = address
        editor.config.interfaces[name] = replace(port, **values)


def _check(config: Config, name: str, port: Interface, address: IPv4Interface) -> None:
    """No two interfaces of a VRF share a subnet; an SVI needs one. Raises: Refused."""
    if name.startswith("Vlan") and address.network.prefixlen == address.max_prefixlen:
        raise Refused(f"% Prefix length must be less than {address.max_prefixlen}")
    for other, taken in _taken(config, name, port.vrf):
        if taken.ip == address.ip:
            raise Refused(f"% Address {address.ip} is already assigned to interface {other}")
        if taken.network.overlaps(address.network):
            new, old = address.network.network_address, taken.network.network_address
            raise Refused(f"% Subnet {new} overlaps with existing subnet {old} of interface {other}")


def _taken(config: Config, name: str, vrf: str) -> Iterator[tuple[str, IPv4Interface]]:
    for other, port in config.interfaces.items():
        if other != name and port.vrf == vrf:
            yield from ((other, address) for address in port.addresses)


def _remove(editor: Editor, ifaddr: IPv4Interface | None = None, role: str | None = None) -> str | None:
    notices = [_without(editor, name, port, ifaddr, role) for name, port in list(editor.ports())]
    return "\n".join(filter(None, notices)) or None


def _without(editor: Editor, name: str, port: Interface, address: IPv4Interface | None, role: str | None) -> str | None:
    if address is None:
        kept = replace(port, primary=None, secondaries=(), dhcp=False, virtual=False)
    elif role is not None:
        if address not in port.secondaries:
            return f"! Address {address} was not found for deletion"
        kept = replace(port, secondaries=tuple(a for a in port.secondaries if a != address))
    else:
        kept = _without_primary(port, address)
    editor.config.interfaces[name] = kept
    return None


def _without_primary(port: Interface, address: IPv4Interface) -> Interface:
    if port.primary is None:
        return port
    if address != port.primary:
        raise Refused(f"% Address {address} does not match primary address {port.primary}")
    if port.secondaries:
        raise Refused("% Primary address cannot be deleted before secondary")
    return replace(port, primary=None, virtual=False)


def _dhcp(editor: Editor) -> None:
    editor.change_ports(dhcp=True, primary=None, secondaries=(), virtual=False)


def _address6(editor: Editor, ifaddr6: IPv6Interface) -> None:
    for name, port in list(editor.ports()):
        editor.config.interfaces[name] = replace(port, ipv6=(*(a for a in port.ipv6 if a != ifaddr6), ifaddr6))


def _no_address6(editor: Editor, ifaddr6: IPv6Interface | None = None) -> None:
    for name, port in list(editor.ports()):
        kept = tuple(a for a in port.ipv6 if ifaddr6 not in (None, a))
        editor.config.interfaces[name] = replace(port, ipv6=kept)


def _gateway(editor: Editor, address: IPv4Address) -> None:
    for name, port in list(editor.ports()):
        others = tuple(a for a in port.virtual_router if a != str(address))
        editor.config.interfaces[name] = replace(port, virtual_router=(*others, str(address)))


def _no_gateway(editor: Editor, address: IPv4Address | None = None) -> None:
    for name, port in list(editor.ports()):
        kept = tuple(a for a in port.virtual_router if address is not None and a != str(address))
        editor.config.interfaces[name] = replace(port, virtual_router=kept)


def _vrf(editor: Editor, vrf: str = DEFAULT_VRF) -> str | None:
    """Another VRF takes all addresses away, with a notice for each. Raises: Refused for a VRF that is not there."""
    if vrf != DEFAULT_VRF and vrf not in editor.config.vrfs:
        raise Refused(f"% VRF {vrf} does not exist")
    notices: list[str] = []
    for name, port in list(editor.ports()):
        if port.vrf == vrf:
            continue
        reason = f"enabling VRF {vrf}" if vrf != DEFAULT_VRF else f"disabling VRF {port.vrf}"
        addresses = [str(address) for address in (*port.addresses, *port.ipv6)]
        notices += [f"! Interface {name} IP address {address} removed due to {reason}" for address in addresses]
        editor.config.interfaces[name] = unaddressed(port, vrf)
    return "\n".join(notices) or None


def unaddressed(port: Interface, vrf: str) -> Interface:
    """``port`` in ``vrf``, without its addresses."""
    return replace(port, vrf=vrf, primary=None, secondaries=(), ipv6=(), dhcp=False, virtual=False)


def _no_vrf(editor: Editor) -> str | None:
    return _vrf(editor)


INTERFACE: Commands = {
    "ip address IFADDR [role=secondary]": _address,
    "ip address virtual IFADDR [role=secondary]": _virtual,
    "ip address dhcp": _dhcp,
    "no|default ip address [IFADDR] [role=secondary]": _remove,
    "no|default ip address virtual [IFADDR] [role=secondary]": _remove,
    "no|default ip address dhcp": ports(dhcp=False),
    "ipv6 address IFADDR6": _address6,
    "no|default ipv6 address [IFADDR6]": _no_address6,
    "ip virtual-router address ADDRESS": _gateway,
    "no|default ip virtual-router address [ADDRESS]": _no_gateway,
    "vrf VRF": _vrf,
    "vrf forwarding VRF": _vrf,
    "no|default vrf [IGNORED]": _no_vrf,
}
