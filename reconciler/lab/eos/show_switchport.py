"""`show interfaces switchport` and `show interfaces trunk`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import ids, names
from .edit_vlan import default_name
from .operation import Operation
from .render_interface import allowed
from .show_status import chosen
from .shown import Shown, Shows, View

NO_TRUNKS = "There are no active trunk ports\n"
MODES = {"access": "static access", "trunk": "trunk", "dot1q-tunnel": "tunnel"}
WIDTH = 64


def switchport(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    """Every Ethernet and Port-Channel interface; a routed one only says that it is none."""
    ports = [name for name in chosen(view, interfaces) if names.kind(name) != "Management"]
    operation = view.switch.operation
    head = "Default switchport mode: access\n\n" if len(ports) > 1 else ""
    return Shown(
        lambda: head + "".join(_block(operation, name) + "\n" for name in ports),
        lambda: {"switchports": {name: _data(operation, name) for name in ports}},
    )


def trunk(view: View, interfaces: tuple[str, ...] | None = None) -> Shown:
    """Trunks that are up."""
    operation = view.switch.operation
    ports = [name for name in chosen(view, interfaces) if _is_trunk(operation, name) and operation.state(name).is_up]
    return Shown(lambda: _trunks(operation, ports))


def _is_trunk(operation: Operation, name: str) -> bool:
    port = operation.config.interfaces[name]
    return operation.config.is_switched(name) and port.mode == "trunk" and port.channel_group is None


def _name(operation: Operation, vlan: int) -> str:
    body = operation.config.vlans.get(vlan)
    return (body.name if body else None) or default_name(vlan)


def _block(operation: Operation, name: str) -> str:
    port = operation.config.interfaces[name]
    short = names.short(name)
    if not operation.config.is_switched(name):
        return f"Name: {short}\nSwitchport: Disabled\n"
    mode = MODES[port.mode]
    groups = " ".join(["", *port.trunk_groups])
    return f"""\
Name: {short}
Switchport: Enabled
Administrative Mode: {mode}
Operational Mode: {mode}
MAC Address Learning: enabled
Dot1q ethertype/TPID: 0x8100 (active)
Dot1q Vlan Tag Required (Administrative/Operational): No/No
Access Mode VLAN: {port.access_vlan} ({_name(operation, port.access_vlan)})
Trunking Native Mode VLAN: {port.native_vlan} ({_name(operation, port.native_vlan)})
Administrative Native VLAN tagging: disabled
Trunking VLANs Enabled: {_enabled(port.allowed)}
Static Trunk Groups:{groups}
Dynamic Trunk Groups:
Source interface filtering: enabled
"""


def _enabled(vlans: frozenset[int]) -> str:
    text = allowed(vlans)
    return text.upper() if text in ("all", "none") else text


def _data(operation: Operation, name: str) -> dict[str, Any]:
    if not operation.config.is_switched(name):
        return {"enabled": False, "switchportInfo": {}}
    port = operation.config.interfaces[name]
    info = {
        "mode": "tunnel" if port.mode == "dot1q-tunnel" else port.mode,
        "accessVlanId": port.access_vlan,
        "accessVlanName": _name(operation, port.access_vlan),
        "trunkAllowedVlans": _enabled(port.allowed),
        "trunkingNativeVlanId": port.native_vlan,
        "trunkingNativeVlanName": _name(operation, port.native_vlan),
        "macLearning": True,
        "tpid": "0x8100",
        "tpidStatus": True,
        "dot1qVlanTagRequired": False,
        "dot1qVlanTagRequiredStatus": False,
        "dynamicAllowedVlans": {},
        "staticTrunkGroups": list(port.trunk_groups),
        "dynamicTrunkGroups": [],
        "sourceportFilterMode": "enabled",
    }
    return {"enabled": True, "switchportInfo": info}


def _trunks(operation: Operation, ports: list[str]) -> str:
    if not ports:
        return NO_TRUNKS
    known = operation.config.interfaces
    modes = f"{'Port':<16}{'Mode':<16}{'Status':<16}Native vlan\n" + "".join(
        f"{names.short(name):<16}{'trunk':<16}{'trunking':<16}{known[name].native_vlan}\n" for name in ports
    )
    active = [vlan for vlan in operation.config.vlans if operation.is_active(vlan)]
    tables = [
        _table("Vlans allowed", ports, lambda name: allowed(known[name].allowed).capitalize()),
        _table("Vlans allowed and active in management domain", ports, lambda name: _both(known[name].allowed, active)),
        _table("Vlans in spanning tree forwarding state", ports, lambda name: _both(known[name].allowed, active)),
    ]
    return "\n".join([modes, *tables])


def _both(vlans: frozenset[int], active: Iterable[int]) -> str:
    return ids.compress(vlans & set(active)) or "None"


def _table(title: str, ports: Iterable[str], text: Callable[[str], str]) -> str:
    rows = "".join(_wrapped(names.short(name), text(name)) for name in ports)
    return f"{'Port':<16}{title}\n{rows}"


def _wrapped(port: str, text: str) -> str:
    """A long list goes on after a comma, which is dropped at the break."""
    lines = [""]
    for part in text.split(","):
        longer = f"{lines[-1]},{part}" if lines[-1] else part
        if len(longer) > WIDTH:
            lines.append(part)
        else:
            lines[-1] = longer
    first, *more = lines
    return f"{port:<16}{first}\n" + "".join(f"{'':<16}{line}\n" for line in more)


COMMANDS: Shows = {
    "show interfaces [INTERFACES] switchport": switchport,
    "show interfaces [INTERFACES] trunk": trunk,
}
