"""`show vlan` and its relatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from . import internal, names
from .edit_vlan import default_name
from .refusal import Refused
from .shown import Shown, Shows, View

HEAD = """\
VLAN  Name                             Status    Ports
----- -------------------------------- --------- -------------------------------
"""
PORTS_WIDTH = 31


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


def internal_usage(view: View) -> Shown:
    """Which routed port has which internal VLAN."""
    used = sorted((vlan, port) for port, vlan in view.switch.internal.items())
    rows = {str(vlan): {"internalVlan": port} for vlan, port in used}
    return Shown(lambda: "".join(f"{vlan}  {port}\n" for vlan, port in used), lambda: {"internalVlans": rows})


def internal_policy(view: View) -> Shown:
    order, first, last = internal.policy(view.switch.running)
    text = f"Internal VLAN Allocation Policy: {order}\nInternal VLAN Allocation Range: {first}-{last}\n"
    return Shown(lambda: text, lambda: {"policy": order, "startVlanId": first, "endVlanId": last})


def dynamic(_view: View) -> Shown:
    """None of our VLANs is."""
    return Shown(lambda: "dynamic vlans:\n", lambda: {"dynamicVlans": {}})


def trunk_groups(view: View) -> Shown:
    vlans = {str(n): {"names": list(v.trunk_groups)} for n, v in sorted(view.switch.running.vlans.items())}
    rows = (f"{number:<5} {', '.join(entry['names'])}".rstrip() for number, entry in vlans.items())
    return Shown(lambda: "VLAN  Trunk Groups\n" + "".join(f"{row}\n" for row in rows), lambda: {"trunkGroups": vlans})


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
    "show vlan internal usage": internal_usage,
    "show vlan internal allocation policy": internal_policy,
    "show vlan dynamic": dynamic,
    "show vlan trunk group": trunk_groups,
}
