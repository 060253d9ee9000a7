"""`show interfaces`, `show ip interface` and `show ip interface brief`."""

from __future__ import annotations

from ipaddress import IPv4Interface
from typing import Any

from . import names
from .operation import Operation
from .refusal import Refused
from .show_status import GIGABIT, protocol
from .shown import Shown, Shows, View

MAC, PHYSICAL = "001c.7300.0001", "00:1c:73:00:00:01"
ABSENT = "% Interface does not exist"
SPACE = 6
"""Blanks between the longest entry of a column and the next one."""
UNASSIGNED = IPv4Interface("0.0.0.0/0")
WORDS = {"disabled": "admin down", "connected": "up"}


def interfaces(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    """Raises: Refused."""
    operation = view.switch.operation
    chosen = _chosen(operation, interfaces)
    uptime = view.switch.uptime
    return Shown(
        lambda: "".join(_block(operation, name, uptime) for name in chosen),
        lambda: {"interfaces": {name: _data(operation, name) for name in chosen}},
    )


def brief(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    """Raises: Refused."""
    operation = view.switch.operation
    chosen = _routed(operation, interfaces)
    return Shown(
        lambda: _brief(operation, chosen),
        lambda: {"interfaces": {name: _brief_data(operation, name) for name in chosen}},
    )


def ip_interface(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    """Raises: Refused."""
    operation = view.switch.operation
    chosen = _routed(operation, interfaces)
    return Shown(
        lambda: "".join(_ip_block(operation, name) for name in chosen),
        lambda: {"interfaces": {name: _ip_data(operation, name) for name in chosen}},
    )


def _chosen(operation: Operation, wanted: tuple[str, ...] | None) -> list[str]:
    known = operation.config.interfaces
    if wanted is not None and not any(name in known for name in wanted):
        raise Refused(ABSENT)
    return sorted((name for name in wanted or known if name in known), key=names.in_order)


def _routed(operation: Operation, wanted: tuple[str, ...] | None) -> list[str]:
    chosen = _chosen(operation, wanted)
    return [name for name in operation.routed() if name in chosen]


def _block(operation: Operation, name: str, uptime: float) -> str:
    state, port = operation.state(name), operation.config.interfaces[name]
    admin = "administratively down" if state.link == "disabled" else "up" if state.is_up else "down"
    lines = [f"{name} is {admin}, line protocol is {state.protocol} ({state.link})"]
    lines += [f"  Hardware is {names.kind(name)}, address is {MAC} (bia {MAC})"]
    lines += [f"  Description: {port.description}"] if port.description else []
    if operation.is_routed(name):
        lines += _ip_lines(operation, name)
    else:
        lines += [f"  Ethernet MTU {operation.mtu(name)} bytes, BW {GIGABIT // 1000} kbit"]
    minutes, seconds = divmod(int(uptime), 60)
    lines += [f"  Up {minutes} minutes, {seconds} seconds"] if state.is_up else []
    return "".join(f"{line}\n" for line in lines)


def _ip_lines(operation: Operation, name: str) -> list[str]:
    port = operation.config.interfaces[name]
    primary = f"  Internet address is {port.primary}" if port.primary else "  No Internet protocol address assigned"
    more = [f"  Secondary address is {address}" for address in port.secondaries]
    mtu = f"  IP MTU {operation.mtu(name)} bytes" + ("" if port.mtu else " (default)")
    return [primary, *more, "  Broadcast address is 255.255.255.255", mtu]


def _ip_block(operation: Operation, name: str) -> str:
    state = operation.state(name)
    head = f"{name} is {WORDS.get(state.link, 'down')}, line protocol is {state.protocol} ({state.link})"
    return "".join(f"{line}\n" for line in (head, *_ip_lines(operation, name)))


def _brief(operation: Operation, chosen: list[str]) -> str:
    rows: list[tuple[str, ...]] = [("Interface", "IP Address", "Status", "Protocol", "MTU")]
    rows += [_brief_row(operation, name) for name in chosen]
    widths = [max(map(len, column)) + SPACE for column in zip(*rows, strict=True)]
    owner = "Address"
    indent = " " * (sum(widths) + len(widths))
    dashes = " ".join("-" * width for width in (*widths, len(owner)))
    head, *body = [_cells(row, widths) for row in rows]
    lines = [indent + owner, f"{head} {'Owner':<7}", dashes, *(f"{row} {'':<7}" for row in body), ""]
    return "\n".join(lines) + "\n"


def _cells(row: tuple[str, ...], widths: list[int]) -> str:
    """All to the left but the MTU, which stands in the middle."""
    left = [f"{cell:<{width}}" for cell, width in zip(row[:-1], widths[:-1], strict=True)]
    indent = (widths[-1] - len(row[-1]) + 1) // 2
    return " ".join([*left, f"{'':<{indent}}{row[-1]}".ljust(widths[-1])])


def _brief_row(operation: Operation, name: str) -> tuple[str, ...]:
    state, primary = operation.state(name), operation.config.interfaces[name].primary
    address = str(primary) if primary else "unassigned"
    return (name, address, WORDS.get(state.link, "down"), state.protocol, str(operation.mtu(name)))


def _brief_data(operation: Operation, name: str) -> dict[str, Any]:
    state = operation.state(name)
    address = operation.config.interfaces[name].primary or UNASSIGNED
    return {
        "name": name,
        "interfaceStatus": state.link,
        "lineProtocolStatus": protocol(state.protocol),
        "mtu": operation.mtu(name),
        "ipv4Routable240": False,
        "ipv4Routable0": False,
        "interfaceAddress": {"ipAddr": _address(address)},
        "nonRoutableClassEIntf": False,
    }


def _address(address: IPv4Interface) -> dict[str, Any]:
    return {"address": str(address.ip), "maskLen": address.network.prefixlen}


def _addresses(operation: Operation, name: str) -> dict[str, Any]:
    port = operation.config.interfaces[name]
    real, virtual = (UNASSIGNED, port.primary) if port.virtual else (port.primary, UNASSIGNED)
    return {
        "primaryIp": _address(real or UNASSIGNED),
        "secondaryIps": {str(address.ip): _address(address) for address in port.secondaries},
        "secondaryIpsOrderedList": [_address(address) for address in port.secondaries],
        "virtualIp": _address(virtual or UNASSIGNED),
        "virtualSecondaryIps": {},
        "virtualSecondaryIpsOrderedList": [],
        "broadcastAddress": "255.255.255.255",
        "dhcp": port.dhcp,
    }


def _ip_data(operation: Operation, name: str) -> dict[str, Any]:
    port, state = operation.config.interfaces[name], operation.state(name)
    return {
        "name": name,
        "description": port.description or "",
        "enabled": not port.shutdown,
        "interfaceStatus": state.link,
        "lineProtocolStatus": protocol(state.protocol),
        "mtu": operation.mtu(name),
        "vrf": port.vrf,
        "interfaceAddress": _addresses(operation, name),
        "proxyArp": False,
        "localProxyArp": False,
        "urpf": "disable",
    }


def _data(operation: Operation, name: str) -> dict[str, Any]:
    port, state = operation.config.interfaces[name], operation.state(name)
    routed, member = operation.is_routed(name), port.channel_group is not None
    addressed = port.primary is not None or bool(port.secondaries)
    return {
        "name": name,
        "forwardingModel": "dataLink" if member else "routed" if routed else "bridged",
        "lineProtocolStatus": protocol(state.protocol),
        "interfaceStatus": state.link,
        "hardware": names.kind(name).lower(),
        "interfaceAddress": [_addresses(operation, name)] if routed and addressed else [],
        "description": port.description or "",
        "physicalAddress": "" if names.kind(name) == "Loopback" else PHYSICAL,
        "bandwidth": 0 if names.kind(name) == "Loopback" else GIGABIT,
        "mtu": operation.mtu(name),
        "l3MtuConfigured": port.mtu is not None,
    }


COMMANDS: Shows = {
    "show interfaces [INTERFACES]": interfaces,
    "show ip interface [INTERFACES]": ip_interface,
    "show ip interface [INTERFACES] brief": brief,
}
