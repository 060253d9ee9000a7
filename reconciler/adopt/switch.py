"""What a switch has, as the spec of its Switch document: only what is not at EOS's default is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from reconciler.adopt.switch_bgp import bgp_spec
from reconciler.core.resource import Key, Resource, State
from reconciler.switch.eos.vlan import FIRST_VLAN
from reconciler.switch.kinds import (
    ALL_VLANS,
    DEFAULT_VRF,
    NO_CHANNEL,
    Interface,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
    Vrf,
)
from reconciler.switch.names import MANAGEMENT

R = TypeVar("R", bound=Resource)
MODES = ("access", "trunk", "routed")


class Unsaid(NamedTuple):
    """An entry, or a part of it, that no document can say."""

    key: Key
    what: str
    why: str


def switch_spec(found: State) -> tuple[dict[str, Any], list[Unsaid]]:
    """The spec, its entries in EOS's order, and what it leaves out.

    ``routing`` stands there only where it is on: off is what a switch is without a line. What belongs to Management,
    its VRF and the routes of that, is never changed from here, and is left out. The spec may say more than its model
    takes (a description of 100 characters): see ``adopt.fitting``.
    """
    unsaid: list[Unsaid] = []
    reserved = {port.vrf or DEFAULT_VRF for port in _all(found, Interface) if port.ifname.startswith(MANAGEMENT)}
    reserved -= {DEFAULT_VRF}
    spec: dict[str, Any] = {
        "vrfs": dict(_vrfs(found, reserved)),
        "vlans": {vlan.id: _vlan(vlan) for vlan in _all(found, Vlan) if vlan.id != FIRST_VLAN},
        "interfaces": dict(_interfaces(_all(found, Interface), unsaid)),
        "svis": {svi.vlan: _svi(svi) for svi in _all(found, Svi) if (svi.vrf or DEFAULT_VRF) not in reserved},
        "routes": list(_routes(_all(found, StaticRoute), reserved, unsaid)),
        "bgp": bgp_spec(found),
    }
    on = {kind.kind: True for kind in (Routing, Routing6) if _routes_in(found, kind, DEFAULT_VRF)}
    return {**on, **_given(spec)}, unsaid


def _all(found: State, kind: type[R]) -> list[R]:
    return sorted((one for one in found.values() if isinstance(one, kind)), key=lambda one: one.rank)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is absent, empty or off."""
    return {name: value for name, value in values.items() if value not in (None, False, (), [], {})}


def _vrfs(found: State, reserved: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for vrf in _all(found, Vrf):
        if vrf.vrf not in reserved:
            on = {kind.kind: True for kind in (Routing, Routing6) if _routes_in(found, kind, vrf.vrf)}
            yield vrf.vrf, {**on, **_given({"description": vrf.description, "rd": vrf.rd})}


def _routes_in(found: State, kind: type[Routing] | type[Routing6], vrf: str) -> bool:
    return any(one.vrf == vrf and one.enabled for one in _all(found, kind))


def _vlan(vlan: Vlan) -> dict[str, Any]:
    state = None if vlan.state == "active" else vlan.state
    return _given({"name": vlan.label, "state": state, "trunkGroups": vlan.trunk_groups})


def _interfaces(ports: Iterable[Interface], unsaid: list[Unsaid]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Without Management, and without ports in a mode that documents do not know: declaring those would change them."""
    for port in ports:
        if port.ifname.startswith(MANAGEMENT):
            continue
        if port.mode not in MODES:
            unsaid.append(Unsaid(port.key, f"mode {port.mode}", "a document has access, trunk and routed ports"))
            continue
        unsaid += _unsaid_of(port)
        yield port.ifname, _port(port)


def _port(port: Interface) -> dict[str, Any]:
    member = port.channel_group not in (None, NO_CHANNEL)
    shared = {
        "description": port.description,
        **({} if member else _mode(port)),
        "vrf": None if port.vrf == DEFAULT_VRF else port.vrf,
        "shutdown": port.shutdown,
        "mtu": port.mtu,
        "channelGroup": _channel(port.channel_group) if member else None,
        "portfast": port.portfast is True,
        "bpduguard": port.bpduguard is True,
    }
    routed: dict[str, Any] = {"addresses": []} if port.mode == "routed" and not port.addresses and not member else {}
    trunk: dict[str, Any] = {"trunk": {}} if port.mode == "trunk" and not member else {}
    return {**routed, **trunk, **_given(shared)}


def _mode(port: Interface) -> dict[str, Any]:
    """What belongs to the mode that the port is in."""
    if port.mode == "routed":
        return {"addresses": list(port.addresses or ())}
    if port.mode == "trunk":
        allowed = None if port.trunk_allowed == ALL_VLANS else port.trunk_allowed
        native = None if port.trunk_native == FIRST_VLAN else port.trunk_native
        return {"trunk": _given({"allowed": allowed, "native": native, "groups": port.trunk_groups})}
    return {"access": None if port.access == FIRST_VLAN else port.access}


def _channel(group: str | None) -> dict[str, Any]:
    """``10 active``."""
    number, _, mode = (group or "").partition(" ")
    return {"id": int(number), "mode": mode}


def asleep(port: Interface) -> list[str]:
    """Fields that a port has in store for modes that it is not in, and that a document would take away."""
    stored = {
        "access": (port.access, "access"),
        "trunk_allowed": (port.trunk_allowed, "trunk"),
        "trunk_native": (port.trunk_native, "trunk"),
        "trunk_groups": (port.trunk_groups, "trunk"),
        "addresses": (port.addresses, "routed"),
    }
    return [field for field, (value, mode) in stored.items() if value and mode != port.mode]


def _unsaid_of(port: Interface) -> Iterator[Unsaid]:
    if stored := asleep(port):
        yield Unsaid(port.key, f"its {' and '.join(stored)}", f"not in use in mode {port.mode}, left as it is")
    if isinstance(port.portfast, str):
        yield Unsaid(port.key, f"portfast {port.portfast}", "a document says true or false; left as it is")
    if isinstance(port.bpduguard, str):
        yield Unsaid(port.key, f"bpduguard {port.bpduguard}", "a document says true or false; left as it is")


def _svi(svi: Svi) -> dict[str, Any]:
    return _given(
        {
            "addresses": list(svi.addresses),
            "virtual": svi.virtual,
            "virtualRouter": svi.virtual_router,
            "description": svi.description,
            "shutdown": svi.shutdown,
            "mtu": svi.mtu,
            "vrf": None if svi.vrf == DEFAULT_VRF else svi.vrf,
        }
    ) | ({"autostate": False} if svi.autostate is False else {})


def _routes(routes: Iterable[StaticRoute], reserved: Iterable[str], unsaid: list[Unsaid]) -> Iterator[dict[str, Any]]:
    for route in routes:
        if route.vrf in reserved or route.via.startswith(MANAGEMENT):
            unsaid.append(Unsaid(route.key, "a route of the management network", "never changed from here"))
            continue
        if more := _given({"track": route.track, "metric": route.metric}):
            unsaid.append(Unsaid(route.key, f"its {' and '.join(more)}", "not in documents; left as it is"))
        yield {
            "dst": route.dst,
            "via": route.via,
            **_given(
                {
                    "distance": None if route.distance == 1 else route.distance,
                    "tag": route.tag,
                    "name": route.label,
                    "vrf": None if route.vrf == DEFAULT_VRF else route.vrf,
                }
            ),
        }
