"""`show ip route` and `show vrf`."""

from __future__ import annotations

from typing import Any

from . import names
from .config import DEFAULT_VRF
from .refusal import Refused
from .rib import Entry, Via, table
from .shown import Shown, Shows, View

CODES = """\
Source Codes:
       C - connected, S - static, K - kernel,
       O - OSPF, O IA - OSPF inter area, O E1 - OSPF external type 1,
       O E2 - OSPF external type 2, O N1 - OSPF NSSA external type 1,
       O N2 - OSPF NSSA external type2, O3 - OSPFv3,
       O3 IA - OSPFv3 inter area, O3 E1 - OSPFv3 external type 1,
       O3 E2 - OSPFv3 external type 2,
       O3 N1 - OSPFv3 NSSA external type 1,
       O3 N2 - OSPFv3 NSSA external type2, B - Other BGP Routes,
       B I - iBGP, B E - eBGP, R - RIP, I L1 - IS-IS level 1,
       I L2 - IS-IS level 2, A B - BGP Aggregate,
       A O - OSPF Summary, NG - Nexthop Group Static Route,
       V - VXLAN Control Service, M - Martian,
       DH - DHCP client installed default route,
       DP - Dynamic Policy Route, L - VRF Leaked,
       G  - gRIBI, RC - Route Cache Route,
       CL - CBF Leaked Route
"""
NOT_ENABLED = "! IP routing not enabled\n"
INDENT = " " * 11


def route(view: View, vrf: str = DEFAULT_VRF) -> Shown:
    """Raises: Refused."""
    _check(view, vrf)
    return Shown(lambda: _text(view, vrf), lambda: {"vrfs": {vrf: _data(view, vrf)}})


def all_routes(view: View) -> Shown:
    vrfs = _vrfs(view)
    return Shown(
        lambda: "".join(_text(view, vrf) for vrf in vrfs), lambda: {"vrfs": {vrf: _data(view, vrf) for vrf in vrfs}}
    )


def vrf(view: View, name: str | None = None) -> Shown:
    """Raises: Refused."""
    _check(view, name or DEFAULT_VRF)
    vrfs = [name] if name else _vrfs(view)
    return Shown(
        lambda: _vrf_table(view, vrfs),
        lambda: {"vrfs": {vrf: _vrf_data(view, vrf, number) for number, vrf in enumerate(vrfs)}},
    )


def _check(view: View, vrf: str) -> None:
    if vrf not in _vrfs(view):
        raise Refused(f"% IP Routing table for VRF {vrf} does not exist.")


def _vrfs(view: View) -> list[str]:
    return [DEFAULT_VRF, *sorted(view.switch.running.vrfs)]


def _text(view: View, vrf: str) -> str:
    entries = table(view.switch.operation, vrf)
    default = [entry for entry in entries if entry.prefix.prefixlen == 0]
    others = [entry for entry in entries if entry.prefix.prefixlen]
    last = "Gateway of last resort:\n" + _entry(default[0]) if default else "Gateway of last resort is not set\n"
    enabled = "" if vrf in view.switch.running.routing else NOT_ENABLED
    return f"\nVRF: {vrf}\n{CODES}\n{enabled}{last}\n" + "".join(map(_entry, others)) + "\n"


def _entry(entry: Entry) -> str:
    head = f" S        {entry.prefix} [{entry.distance}/0]" if entry.static else f" C        {entry.prefix}"
    return "".join(f"{line}\n" for line in (head, *(INDENT + _via(via) for via in entry.vias)))


def _via(via: Via) -> str:
    return f"via {via.hop}, {via.interface}" if via.hop else f"directly connected, {via.interface}"


def _data(view: View, vrf: str) -> dict[str, Any]:
    entries = table(view.switch.operation, vrf)
    return {
        "routingDisabled": vrf not in view.switch.running.routing,
        "allRoutesProgrammedHardware": True,
        "allRoutesProgrammedKernel": True,
        "defaultRouteState": "reachable" if any(not entry.prefix.prefixlen for entry in entries) else "notSet",
        "routes": {str(entry.prefix): _entry_data(entry) for entry in entries},
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    cost = {"preference": entry.distance, "metric": 0} if entry.static else {}
    return {
        "hardwareProgrammed": True,
        "routeType": "static" if entry.static else "connected",
        "routeLeaked": False,
        "kernelProgrammed": True,
        **cost,
        "routeAction": "drop" if entry.vias[0].interface == "Null0" else "forward",
        "directlyConnected": not any(via.hop for via in entry.vias),
        "vias": [_via_data(via) for via in entry.vias],
    }


def _via_data(via: Via) -> dict[str, Any]:
    return {"nexthopAddr": via.hop, "interface": via.interface} if via.hop else {"interface": via.interface}


def _members(view: View, vrf: str) -> list[str]:
    operation = view.switch.operation
    inside = [name for name in operation.routed() if operation.config.interfaces[name].vrf == vrf]
    return sorted(inside, key=names.in_order)


def _vrf_table(view: View, vrfs: list[str]) -> str:
    routing = view.switch.running.routing
    rows = [("VRF", "Protocols", "State", "Interfaces")]
    for vrf in vrfs:
        first, second = ("routing" if on else "no routing" for on in (vrf in routing, False))
        rows += [(f"   {vrf}", "ipv4,ipv6", f"v4:{first},", ", ".join(_members(view, vrf)))]
        rows += [("", "", f"v6:{second}", "")]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ("-" * widths[0], "-" * widths[1], "-" * widths[2], "-" * widths[3]))
    lines = [" ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "Maximum number of VRFs allowed: 1023\n" + "".join(f"{line}\n" for line in lines) + "\n"


def _vrf_data(view: View, vrf: str, number: int) -> dict[str, Any]:
    config = view.switch.running
    members = _members(view, vrf)
    return {
        "routeDistinguisher": "",
        "protocols": {
            "ipv4": _protocol(vrf in config.routing),
            "ipv6": _protocol(vrf in config.routing6),
        },
        "vrfState": "up",
        "interfacesV4": members,
        "interfacesV6": [name for name in members if config.interfaces[name].ipv6],
        "interfaces": members,
        "vrfId": number,
    }


def _protocol(routing: bool) -> dict[str, Any]:
    return {"supported": True, "protocolState": "up", "routingState": "up" if routing else "down"}


COMMANDS: Shows = {
    "show ip route": route,
    "show ip route vrf VRF": route,
    "show ip route vrf all": all_routes,
    "show vrf [NAME]": vrf,
}
