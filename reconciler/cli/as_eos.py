"""Wanted parts of a switch as EOS prints them in `show running-config`: sections in its order, defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from reconciler.core.resource import Resource, ordered
from reconciler.switch.addresses import is_ipv6
from reconciler.switch.eos import routing, static_route
from reconciler.switch.eos.bgp_steps import listen_line
from reconciler.switch.eos.port import bpduguard, channel, portfast
from reconciler.switch.kinds import (
    ALL_VLANS,
    FAMILIES,
    NO_CHANNEL,
    Bgp,
    BgpListen,
    BgpNeighbor,
    Interface,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
    Vrf,
    routed_by_nature,
)
from reconciler.switch.names import compress

INTERFACE_TYPES = ("Port-Channel", "Ethernet", "Loopback", "Management")


def lines(resources: Iterable[Resource]) -> Iterator[str]:
    """Stanzas with ``!`` between them; one-line commands of one family stand together (EOS 4.34)."""
    rows = ordered(resources)
    interfaces = [*_vlans(rows), *_vrfs(rows), *_interfaces(rows), *_svis(rows)]
    stanzas = [*interfaces, _routing(rows), *_static_routes(rows), _routing6(rows), _bgp(rows)]
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
    yield from (f"   trunk group {group}" for group in vlan.trunk_groups or ())


def _vrfs(rows: list[Resource]) -> Iterator[list[str]]:
    for vrf in rows:
        if isinstance(vrf, Vrf):
            rd = [f"   rd {vrf.rd}"] if vrf.rd else []
            yield [f"vrf instance {vrf.vrf}", *rd, *([f"   description {vrf.description}"] if vrf.description else [])]


def _interfaces(rows: list[Resource]) -> Iterator[list[str]]:
    ports = [row for row in rows if isinstance(row, Interface)]
    for port in sorted(ports, key=lambda port: (_type_of(port), port.rank)):
        vrf = [] if port.vrf in (None, "default") else [f"   vrf {port.vrf}"]
        body = [*_common(port), *_switching(port), *vrf, *_addresses(port.addresses or ()), *_edge(port)]
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
    if port.mode == "routed" and not routed_by_nature(port.ifname):
        yield "   no switchport"
    if port.access not in (None, 1):
        yield f"   switchport access vlan {port.access}"
    if port.trunk_native not in (None, 1):
        yield f"   switchport trunk native vlan {port.trunk_native}"
    if port.trunk_allowed not in (None, ALL_VLANS):
        yield f"   switchport trunk allowed vlan {port.trunk_allowed}"
    if port.mode == "trunk":
        yield "   switchport mode trunk"
    yield from (f"   switchport trunk group {group}" for group in port.trunk_groups or ())
    if port.channel_group is not None and port.channel_group != NO_CHANNEL:
        yield f"   {channel(port.channel_group)}"


def _edge(port: Interface) -> Iterator[str]:
    if port.portfast:
        yield f"   {portfast(port.portfast)}"
    if port.bpduguard:
        yield f"   {bpduguard(port.bpduguard)}"


def _svis(rows: list[Resource]) -> Iterator[list[str]]:
    for svi in rows:
        if isinstance(svi, Svi):
            autostate = ["   no autostate"] if svi.autostate is False else []
            vrf = [] if svi.vrf is None else [f"   vrf {svi.vrf}"]
            shared = [*_addresses(svi.virtual or (), " virtual"), *_routers(svi.virtual_router or ())]
            yield [f"interface Vlan{svi.vlan}", *_common(svi), *autostate, *vrf, *_addresses(svi.addresses), *shared]


def _routers(addresses: Iterable[str]) -> Iterator[str]:
    return (f"   {'ipv6' if ':' in address else 'ip'} virtual-router address {address}" for address in addresses)


def _addresses(addresses: Iterable[str], virtual: str = "") -> Iterator[str]:
    """The first IPv4 address is the primary one; IPv6 comes last and knows no secondaries."""
    for number, address in enumerate(sorted(addresses, key=is_ipv6)):
        if is_ipv6(address):
            yield f"   ipv6 address{virtual} {address}"
        else:
            yield f"   ip address{virtual} {address}" + (" secondary" if number else "")


def _routing(rows: list[Resource]) -> list[str]:
    return [routing.line(row) for row in rows if isinstance(row, Routing)]


def _routing6(rows: list[Resource]) -> list[str]:
    """That it is off is not printed: it is the default."""
    return [routing.line(row) for row in rows if isinstance(row, Routing6) and row.enabled]


def _static_routes(rows: list[Resource]) -> Iterator[list[str]]:
    routes = [row for row in rows if isinstance(row, StaticRoute)]
    for version in (4, 6):
        yield [static_route.line(row) for row in routes if ip_network(row.dst).version == version]


def _bgp(rows: list[Resource]) -> list[str]:
    routers = [row for row in rows if isinstance(row, Bgp)]
    if not routers:
        return []
    router = routers[0]
    own = [f"   router-id {router.router_id}"] if router.router_id else []
    own += [f"   maximum-paths {router.ecmp} ecmp {router.ecmp}"] if router.ecmp not in (None, 1) else []
    listens = [f"   {listen_line(row)}" for row in rows if isinstance(row, BgpListen)]
    peers = [line for row in rows if isinstance(row, BgpNeighbor) for line in _peer(row)]
    families = [line for family in FAMILIES for line in _family(family, rows)]
    told = [f"   network {prefix}" for prefix in router.networks or ()]
    told += [f"   redistribute {source}" for source in router.redistribute or ()]
    return [f"router bgp {router.asn}", *own, *listens, *peers, *told, *families]


def _family(family: str, rows: list[Resource]) -> list[str]:
    """`no` is printed as well: it is stored."""
    said = [(word, row.neighbor) for row in rows if isinstance(row, BgpNeighbor) for word in row.activate or ()]
    lines = [f"      {word.removesuffix(family)}neighbor {name} activate" for word, name in said if family in word]
    return ["   !", f"   address-family {family}", *lines] if lines else []


def _peer(peer: BgpNeighbor) -> Iterator[str]:
    head = f"   neighbor {peer.neighbor}"
    if peer.is_group:
        yield f"{head} peer group"
    if peer.peer_group:
        yield f"{head} peer group {peer.peer_group}"
    if peer.remote_as:
        yield f"{head} remote-as {peer.remote_as}"
    if peer.description:
        yield f"{head} description {peer.description}"
    if peer.shutdown:
        yield f"{head} shutdown"
