"""`show interfaces status` and `show interfaces description`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import names
from .config import Interface
from .operation import Operation
from .shown import Shown, Shows, View

PORT_KINDS = ("Ethernet", "Management", "Port-Channel")
GIGABIT = 1_000_000_000


def chosen(view: View, interfaces: tuple[str, ...] | None) -> list[str]:
    """The ports of a table, Port-Channels last."""
    known = view.switch.running.interfaces
    found = [n for n in interfaces or known if n in known and names.kind(n) in PORT_KINDS]
    return sorted(found, key=lambda name: (PORT_KINDS.index(names.kind(name)), names.in_order(name)))


def status(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    ports = chosen(view, interfaces)
    return Shown(
        lambda: _table(view.switch.operation, ports),
        lambda: {"interfaceStatuses": {name: _data(view.switch.operation, name) for name in ports}},
    )


def description(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    operation = view.switch.operation
    known = operation.config.interfaces
    ports = sorted((n for n in interfaces or known if n in known), key=names.in_order)
    return Shown(lambda: _descriptions(operation, ports), lambda: _described(operation, ports))


def _table(operation: Operation, ports: Iterable[str]) -> str:
    rows = [_row(operation, name) for name in ports]
    width = max([6, *(len(row[1]) for row in rows)])
    head = ("Port", "Name", "Status", "Vlan", "Duplex", "Speed", "Type")
    return "".join(_line(row, width) for row in (head, *rows)) + "\n"


def _line(row: tuple[str, ...], width: int) -> str:
    port, name, state, vlan, duplex, speed, kind = row
    flags, encapsulation = ("Flags", "Encapsulation") if port == "Port" else ("", "")
    return (
        f"{port:<10} {name:<{width}} {state:<12} {vlan:<8} {duplex:<6} {speed:<6} {kind:<15} "
        f"{flags:<5} {encapsulation:<12}\n"
    )


def _row(operation: Operation, name: str) -> tuple[str, ...]:
    port = operation.config.interfaces[name]
    nature = {
        "Ethernet": ("full", "1G", "EbraTestPhyPort"),
        "Management": ("a-full", "a-1G", "10/100/1000"),
        "Port-Channel": ("full", _speed(operation, name), "N/A"),
    }[names.kind(name)]
    shown = (names.short(name), port.description or "", operation.state(name).link, _vlan(operation, name, port))
    return (*shown, *nature)


def _speed(operation: Operation, channel: str) -> str:
    if names.kind(channel) != "Port-Channel":
        return "1G"
    up = [member for member in operation.members(channel) if operation.state(member).is_up]
    return f"{len(up)}G" if up else "unconf"


def _vlan(operation: Operation, name: str, port: Interface) -> str:
    if port.channel_group is not None:
        return f"in Po{port.channel_group[0]}"
    if operation.is_routed(name):
        return "routed"
    return "trunk" if port.mode == "trunk" else str(port.access_vlan)


def _data(operation: Operation, name: str) -> dict[str, Any]:
    port, management = operation.config.interfaces[name], names.kind(name) == "Management"
    state = operation.state(name)
    return {
        "description": port.description or "",
        "linkStatus": state.link,
        "duplex": "duplexFull",
        "bandwidth": GIGABIT,
        "autoNegotigateActive": management,
        "autoNegotiateActive": management,
        "interfaceType": _row(operation, name)[-1],
        "vlanInformation": _vlan_data(operation, name, port),
        "lineProtocolStatus": protocol(state.protocol),
        "interfaceDamped": False,
    }


def protocol(word: str) -> str:
    """The line protocol as JSON spells it."""
    return {"lowerlayerdown": "lowerLayerDown", "notpresent": "notPresent"}.get(word, word)


def _vlan_data(operation: Operation, name: str, port: Interface) -> dict[str, Any]:
    if port.channel_group is not None:
        return {"vlanExplanation": f"in Po{port.channel_group[0]}", "interfaceForwardingModel": "dataLink"}
    if operation.is_routed(name):
        return {"interfaceMode": "routed", "interfaceForwardingModel": "routed"}
    if port.mode == "trunk":
        return {"interfaceMode": "trunk", "interfaceForwardingModel": "bridged"}
    return {"vlanId": port.access_vlan, "interfaceMode": "bridged", "interfaceForwardingModel": "bridged"}


def _descriptions(operation: Operation, ports: Iterable[str]) -> str:
    rows = [("Interface", "Status", "Protocol", "Description")]
    for name in ports:
        state = operation.state(name)
        shown = "admin down" if state.link == "disabled" else "up" if state.is_up else "down"
        rows.append((names.short(name), shown, state.protocol, operation.config.interfaces[name].description or ""))
    return "".join(f"{port:<30} {state:<14} {line:<18} {text}".rstrip() + "\n" for port, state, line, text in rows)


def _described(operation: Operation, ports: Iterable[str]) -> dict[str, Any]:
    found = {}
    for name in ports:
        state = operation.state(name)
        found[name] = {
            "description": operation.config.interfaces[name].description or "",
            "lineProtocolStatus": protocol(state.protocol),
            "interfaceStatus": "adminDown" if state.link == "disabled" else "up" if state.is_up else "down",
        }
    return {"interfaceDescriptions": found}


COMMANDS: Shows = {
    "show interfaces [INTERFACES] status": status,
    "show interfaces [INTERFACES] description": description,
}
