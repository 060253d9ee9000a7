"""`show ipv6 interface`, text and model."""

from __future__ import annotations

from ipaddress import IPv6Interface
from typing import Any

from . import names
from .operation import Operation
from .refusal import Refused
from .show_interfaces import ABSENT
from .show_status import protocol
from .shown import Shown, Shows, View


def ipv6_interface(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    """Of the interfaces that have an IPv6 address. Raises: Refused."""
    operation = view.switch.operation
    known = operation.config.interfaces
    if interfaces is not None and not any(name in known for name in interfaces):
        raise Refused(ABSENT)
    wanted = sorted((name for name in interfaces or known if name in known), key=names.in_order)
    chosen = [name for name in wanted if known[name].ipv6 and operation.is_routed(name)]
    return Shown(
        lambda: "".join(_block(operation, name) for name in chosen),
        lambda: {"interfaces": {name: _data(operation, name) for name in chosen}},
    )


def _block(operation: Operation, name: str) -> str:
    state = operation.state(name)
    lines = [f"{name} is {'up' if state.is_up else 'down'}, line protocol is {state.protocol} ({state.link})"]
    lines += ["  Global unicast address(es):"]
    lines += [f"    {address.ip}, subnet is {address.network}" for address in _global(operation, name)]
    lines += [f"  IPv6 MTU {operation.mtu(name)} bytes"]
    return "".join(f"{line}\n" for line in lines)


def _global(operation: Operation, name: str) -> list[IPv6Interface]:
    return [address for address in operation.config.interfaces[name].ipv6 if not address.is_link_local]


def _data(operation: Operation, name: str) -> dict[str, Any]:
    port, state = operation.config.interfaces[name], operation.state(name)
    local = [{"address": str(a.ip), "subnet": str(a.network)} for a in port.ipv6 if a.is_link_local]
    return {
        "name": name,
        "description": port.description or "",
        "interfaceStatus": state.link,
        "lineProtocolStatus": protocol(state.protocol),
        "mtu": operation.mtu(name),
        "vrf": port.vrf,
        **({"linkLocal": local[0]} if local else {}),
        "addresses": [{"address": str(a.ip), "subnet": str(a.network)} for a in _global(operation, name)],
    }


COMMANDS: Shows = {"show ipv6 interface [INTERFACES]": ipv6_interface}
