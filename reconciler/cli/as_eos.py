"""Wanted parts of a switch as EOS prints them in `show running-config`: sections in its order, defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_interface, ip_network

from reconciler.core.resource import Resource, ordered
from reconciler.switch.kinds import ALL_VLANS, Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.switch.names import compress

INTERFACE_TYPES = ("Port-Channel", "Ethernet", "Loopback", "Management")


def lines(resources: Iterable[Resource]) -> Iterator[str]:
    """Stanzas with ``!`` between them; one-line commands of one family stand together (EOS 4.34)."""
    rows = ordered(resources)
    stanzas = [*_vlans(rows), *_interfaces(rows), *_svis(rows), _routing(rows), *_static_routes(rows)]
    for number, stanza in enumerate(filter(None, stanzas)):
        if number:
            yield "!"
        yield from stanza


def _vlans(rows: list[Resource]) -> Iterator[list[str]]:
    """VLANs whose lines are equal share one stanza."""
    by_lines: dict[tuple[str, ...], list[int]] = {}
    for vlan in rows:
        if isinstance(vlan, Vlan):
            by_lines.setdefault(tuple(_vlan_lines(vlan)), []).append(vlan.id)
    for below, ids in sorted(by_lines.items(), key=lambda item: min(item[1])):
        yield [f"vlan {compress(ids)}", *below]


def _vlan_lines(vlan: Vlan) -> Iterator[str]:
    if vlan.label is not None:
        yield f"   name {vlan.label}"
    if vlan.state != "active":
        yield f"   state {vlan.state}"


def _interfaces(rows: list[Resource]) -> Iterator[list[str]]:
    ports = [row for row in rows if isinstance(row, Interface)]
    for port in sorted(ports, key=lambda port: (_type_of(port), port.rank)):
        body = [*_common(port), *_switching(port), *_addresses(port.addresses or ())]
        yield [f"interface {port.ifname}", *body]


def _type_of(port: Interface) -> int:
    places = [place for place, name in enumerate(INTERFACE_TYPES) if port.ifname.startswith(name)]
    return places[0] if places else len(INTERFACE_TYPES)


def _common(interface: Interface | Svi) -> Iterator[str]:
    if interface.description is not None:
        yield f"   description {interface.description}"
    if interface.shutdown:
        yield "   shutdown"
    if interface.mtu is not None:
        yield f"   mtu {interface.mtu}"


def _switching(port: Interface) -> Iterator[str]:
    if port.mode == "routed":
        yield "   no switchport"
    if port.access not in (None, 1):
        yield f"   switchport access vlan {port.access}"
    if port.trunk_native not in (None, 1):
        yield f"   switchport trunk native vlan {port.trunk_native}"
    if port.trunk_allowed not in (None, ALL_VLANS):
        yield f"   switchport trunk allowed vlan {port.trunk_allowed}"
    if port.mode == "trunk":
        yield "   switchport mode trunk"


def _svis(rows: list[Resource]) -> Iterator[list[str]]:
    for svi in rows:
        if isinstance(svi, Svi):
            vrf = [] if svi.vrf is None else [f"   vrf {svi.vrf}"]
            yield [f"interface Vlan{svi.vlan}", *_common(svi), *vrf, *_addresses(svi.addresses)]


def _addresses(addresses: Iterable[str]) -> Iterator[str]:
    """The first IPv4 address is the primary one; IPv6 comes last and knows no secondaries."""
    by_version = sorted(addresses, key=lambda address: ip_interface(address).version)
    for number, address in enumerate(by_version):
        if ip_interface(address).version == 6:
            yield f"   ipv6 address {address}"
        else:
            yield f"   ip address {address}" + (" secondary" if number else "")


def _routing(rows: list[Resource]) -> list[str]:
    return [_routing_line(row) for row in rows if isinstance(row, Routing)]


def _routing_line(routing: Routing) -> str:
    vrf = "" if routing.vrf == "default" else f" vrf {routing.vrf}"
    return f"{'' if routing.enabled else 'no '}ip routing{vrf}"


def _static_routes(rows: list[Resource]) -> Iterator[list[str]]:
    routes = [row for row in rows if isinstance(row, StaticRoute)]
    for word, version in (("ip", 4), ("ipv6", 6)):
        yield [f"{word} route {_route_words(row)}" for row in routes if ip_network(row.dst).version == version]


def _route_words(route: StaticRoute) -> str:
    words = [] if route.vrf == "default" else ["vrf", route.vrf]
    words += [route.dst, route.via]
    words += [] if route.distance == 1 else [str(route.distance)]
    words += [] if route.tag is None else ["tag", str(route.tag)]
    words += [] if route.label is None else ["name", route.label]
    return " ".join(words)
