"""`ip routing`, static routes, VRFs."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from .config import DEFAULT_VRF, Interface, Route, RouteKey, Vrf
from .edit_address import unaddressed
from .editor import GLOBAL as TOP
from .editor import Commands, Editor, Mode
from .refusal import INCOMPLETE, INVALID, Refused

Prefix = IPv4Network | IPv6Network
Hop = tuple[str | None, str | None]
"""Interface and next hop; either may be absent."""
LIMITS = {"tag": 4294967295, "metric": 4294967295}


def _routing(editor: Editor, vrf: str = DEFAULT_VRF) -> None:
    editor.config.routing |= {vrf}


def _no_routing(editor: Editor, vrf: str = DEFAULT_VRF) -> None:
    editor.config.routing -= {vrf}


def _routing6(editor: Editor, vrf: str = DEFAULT_VRF) -> None:
    editor.config.routing6 |= {vrf}


def _no_routing6(editor: Editor, vrf: str = DEFAULT_VRF) -> None:
    editor.config.routing6 -= {vrf}


def _route(editor: Editor, vrf: str = DEFAULT_VRF, distance: int = 1, line: str = "", **target: Any) -> None:
    """A route to the same place is replaced, with all its attributes."""
    prefix, hop = _target(target)
    editor.config.routes[RouteKey(vrf, prefix, *hop)] = Route(distance=distance, **_attributes(line))


def _no_route(editor: Editor, vrf: str = DEFAULT_VRF, **target: Any) -> None:
    """Without a next hop: all routes to the prefix. An absent one is no error."""
    prefix, hop = _target(target)
    for key in list(editor.config.routes):
        if (key.vrf, key.prefix) == (vrf, prefix) and hop in ((None, None), (key.interface, key.hop)):
            del editor.config.routes[key]


def _target(target: dict[str, Any]) -> tuple[Prefix, Hop]:
    prefix: Prefix = target.get("prefix") or target["prefix6"]
    hop: Hop = target.get("hop") or target.get("hop6") or (None, None)
    return prefix, hop


def _attributes(line: str) -> dict[str, Any]:
    """``tag 7 name calico`` in any order. Raises: Refused."""
    words = line.split()
    if len(words) % 2:
        raise Refused(INCOMPLETE)
    return dict(_attribute(*pair) for pair in zip(words[::2], words[1::2], strict=True))


def _attribute(word: str, value: str) -> tuple[str, Any]:
    known = [field.name for field in fields(Route) if field.name != "distance"]
    fitting = [name for name in known if name.startswith(word.lower())]
    if len(fitting) != 1:
        raise Refused(INVALID)
    name = fitting[0]
    if name not in LIMITS:
        return name, value
    if not value.isdecimal() or int(value) > LIMITS[name]:
        raise Refused(INVALID)
    return name, int(value)


def _vrf(editor: Editor, name: str) -> None:
    if name != DEFAULT_VRF:
        editor.config.vrfs.setdefault(name, Vrf())
    editor.mode = Mode("vrf", f"vrf-{name}", (name,))


def _no_vrf(editor: Editor, name: str) -> str | None:
    """Its interfaces go back to the default VRF, without their addresses; its routes go with it."""
    editor.config.vrfs.pop(name, None)
    editor.config.routing -= {name}
    editor.config.routes = {key: route for key, route in editor.config.routes.items() if key.vrf != name}
    orphans = [port for port, body in editor.config.interfaces.items() if body.vrf == name]
    editor.config.interfaces.update((port, _orphaned(editor, port)) for port in orphans)
    editor.mode = TOP
    return "\n".join(f"! Interface {p} IP addresses removed due to deletion of VRF {name}" for p in orphans) or None


def _orphaned(editor: Editor, port: str) -> Interface:
    return unaddressed(editor.config.interfaces[port], DEFAULT_VRF)


GLOBAL: Commands = {
    "ip routing": _routing,
    "ip routing vrf VRF": _routing,
    "no|default ip routing": _no_routing,
    "no|default ip routing vrf VRF": _no_routing,
    "ipv6 unicast-routing [vrf VRF]": _routing6,
    "no|default ipv6 unicast-routing [vrf VRF]": _no_routing6,
    "ip route [vrf VRF] PREFIX HOP [DISTANCE] [LINE]": _route,
    "no|default ip route [vrf VRF] PREFIX [HOP] [IGNORED]": _no_route,
    "ipv6 route [vrf VRF] PREFIX6 HOP6 [DISTANCE] [LINE]": _route,
    "no|default ipv6 route [vrf VRF] PREFIX6 [HOP6] [IGNORED]": _no_route,
    "vrf instance NAME": _vrf,
    "vrf definition NAME": _vrf,
    "no|default vrf instance NAME": _no_vrf,
    "no|default vrf definition NAME": _no_vrf,
}
