"""`show vlan` and its relatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from . import names
from .edit_vlan import default_name
from .refusal import Refused
from .shown import Shown, Shows, View

HEAD = """\
VLAN  Name                             Status    Ports
----- -------------------------------- --------- -------------------------------
"""
PORTS_WIDTH = 31
FIRST_INTERNAL = 1006


def vlan(view: View, vlans: frozenset[int] | None = None) -> Shown:
    """Raises: Refused for VLANs of which there is none."""
    known = view.switch.running.vlans
    chosen = sorted(known if vlans is None else vlans & known.keys())
    if not chosen:
        missing = min(vlans or ())
        raise Refused(f"% VLAN {missing} not found in current VLAN database")
    return Shown(lambda: HEAD + "".join(_rows(view, chosen)) + "\n", lambda: _data(view, chosen))


def by_name(view: View, word: str) -> Shown:
    """Raises: Refused."""
    found = frozenset(vlan for vlan in view.switch.running.vlans if name_of(view, vlan) == word)
    if not found:
        raise Refused(f"% VLAN {word} not found in current VLAN database")
    return vlan(view, found)


def internal(view: View) -> Shown:
    """Routed ports take VLANs from 1006 on, past those that users have made."""
    config = view.switch.running
    free = (number for number in range(FIRST_INTERNAL, 4095) if number not in config.vlans)
    routed = [name for name in view.switch.operation.routed() if names.kind(name) == "Ethernet"]
    return Shown(lambda: "".join(f"{number}  {name}\n" for number, name in zip(free, routed, strict=False)))


def name_of(view: View, vlan: int) -> str:
    return view.switch.running.vlans[vlan].name or default_name(vlan)


def _rows(view: View, vlans: Iterable[int]) -> Iterator[str]:
    for number in vlans:
        first, *more = _wrapped([names.short(port) for port in _ports(view, number)])
        yield f"{number:<5} {name_of(view, number):<32} {_status(view, number):<9} {first}\n"
        yield from (" " * 49 + f"{line}\n" for line in more)


def _status(view: View, vlan: int) -> str:
    return "suspended" if view.switch.running.vlans[vlan].suspended else "active"


def _ports(view: View, vlan: int) -> list[str]:
    """``Cpu`` stands for the SVI; then the ports that are up and carry the VLAN, Port-Channels last."""
    operation = view.switch.operation
    carriers = sorted(operation.carriers(vlan), key=lambda name: (names.kind(name) != "Ethernet", names.in_order(name)))
    svi = operation.is_active(vlan) and f"Vlan{vlan}" in view.switch.running.interfaces
    return ["Cpu", *carriers] if svi else carriers


def _wrapped(ports: list[str]) -> list[str]:
    lines = [""]
    for port in ports:
        longer = f"{lines[-1]}, {port}" if lines[-1] else port
        if len(longer) > PORTS_WIDTH and lines[-1]:
            lines.append(port)
        else:
            lines[-1] = longer
    return lines


def _data(view: View, vlans: Iterable[int]) -> dict[str, Any]:
    return {"sourceDetail": "", "vlans": {str(number): _vlan_data(view, number) for number in vlans}}


def _vlan_data(view: View, vlan: int) -> dict[str, Any]:
    return {
        "name": name_of(view, vlan),
        "dynamic": False,
        "status": _status(view, vlan),
        "interfaces": {port: {"privatePromoted": False} for port in _ports(view, vlan)},
    }


COMMANDS: Shows = {
    "show vlan [brief]": vlan,
    "show vlan VLANS": vlan,
    "show vlan id VLANS": vlan,
    "show vlan name WORD": by_name,
    "show vlan internal usage": internal,
}
