"""What of a switch carries our own session: never changed, since nobody could repair it from here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from reconciler.core.resource import Key, Resource
from reconciler.switch.addresses import DYNAMIC
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.vlan import FIRST_VLAN
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.switch.names import expand

MANAGEMENT = "Management"
DEFAULT_VRF = "default"
CHANNEL = re.compile(r"\s*channel-group (\d+) mode \S+")
VRF = re.compile(r"\s*vrf(?: forwarding)? (\S+)")
Network = IPv4Network | IPv6Network


def carriers(configuration: Configuration, host: str, client: str) -> dict[Key, str]:
    """Keys that must not be touched, each with the reason.

    ``host``: the address of the switch that we talk to; ``client``: our own, as the switch sees it. Either may be
    empty or a name: then Management alone is known to matter, and every default route as a way back.
    """
    kept = {Vlan(id=FIRST_VLAN).key: "VLAN 1 always exists"}
    ends = [r for r in configuration.found.values() if isinstance(r, (Interface, Svi)) and _is_end(r, host)]
    for end in ends:
        kept[end.key] = _reason(end, host)
        kept |= dict.fromkeys(_beneath(end, configuration), f"our own session to {host} passes it")
    for end in ends:
        for back in _ways_back(end, configuration, client):
            under = _bearers(back, configuration) if isinstance(back, StaticRoute) else ()
            reason = f"our own session needs it to find its way back{f' to {client}' if client else ''}"
            needed = dict.fromkeys((back.key, *under), reason)
            kept = needed | kept
    return kept


def ends_of(configuration: Configuration, host: str) -> list[Interface | Svi]:
    """The interfaces that our session ends at: those with the address ``host``, else Management."""
    ends = [r for r in configuration.found.values() if isinstance(r, (Interface, Svi)) and _is_end(r, host)]
    return [end for end in ends if _has(end, host)] or ends


def _is_end(resource: Interface | Svi, host: str) -> bool:
    if resource.name.startswith(MANAGEMENT):
        return True
    return _has(resource, host)


def _has(resource: Interface | Svi, host: str) -> bool:
    return any(address.partition("/")[0] == host for address in resource.addresses or ())


def _reason(end: Resource, host: str) -> str:
    return "management is never changed" if end.name.startswith(MANAGEMENT) else f"it carries our own session to {host}"


def _beneath(end: Resource, configuration: Configuration) -> Iterator[Key]:
    """What an SVI or a port channel stands on: its VLAN, the one port that carries it, a channel's members.

    Where several ports carry the VLAN nobody can tell from the configuration which of them we come through.
    """
    if isinstance(end, Svi):
        yield Vlan(id=end.vlan).key
        ports = [r for r in configuration.found.values() if isinstance(r, Interface) and _carries(r, end.vlan)]
        if len(ports) == 1:
            yield ports[0].key
            yield from _members(ports[0].name, configuration)
    else:
        yield from _members(end.name, configuration)


def _bearers(route: StaticRoute, configuration: Configuration) -> Iterator[Key]:
    """The interfaces over which a route's next hop is reached, and what they stand on."""
    for one in configuration.found.values():
        if isinstance(one, (Interface, Svi)) and vrf_of(one, configuration.rest) == route.vrf:
            near = [ip_interface(address).network for address in one.addresses or () if address != DYNAMIC]
            if one.name == route.via.split()[0] or any(_is_in(route.via, network) for network in near):
                yield from (one.key, *_beneath(one, configuration))


def _carries(port: Interface, vlan: int) -> bool:
    if port.mode == "access":
        return port.access == vlan and not port.shutdown
    allowed = port.trunk_allowed or "none"
    return port.mode == "trunk" and not port.shutdown and allowed != "none" and vlan in expand(allowed)


def _members(channel: str, configuration: Configuration) -> Iterator[Key]:
    for key, lines in configuration.rest.items():
        found = [match for line in lines if (match := CHANNEL.fullmatch(line))]
        if found and channel == f"Port-Channel{found[0][1]}":
            yield key


def _ways_back(end: Interface | Svi, configuration: Configuration, client: str) -> Iterator[Resource]:
    """Static routes through which answers may leave, and the routing that uses them."""
    vrf = vrf_of(end, configuration.rest)
    near = [ip_interface(address).network for address in end.addresses or () if address != DYNAMIC]
    routes = [r for r in configuration.found.values() if isinstance(r, StaticRoute) and r.vrf == vrf]
    back = _towards(client, routes, near) if _is_address(client) else [r for r in routes if _leaves(r, end, near)]
    yield from back
    routing = configuration.found.get(Routing(vrf=vrf, enabled=True).key)
    if back and isinstance(routing, Routing) and routing.enabled:
        yield routing


def _towards(client: str, routes: list[StaticRoute], near: list[Network]) -> list[StaticRoute]:
    """The longest match, unless we are on the same wire."""
    address = ip_address(client)
    if any(address in network for network in near):
        return []
    matching = [route for route in routes if address in ip_network(route.dst)]
    longest = max((ip_network(route.dst).prefixlen for route in matching), default=0)
    return [route for route in matching if ip_network(route.dst).prefixlen == longest]


def _leaves(route: StaticRoute, end: Resource, near: list[Network]) -> bool:
    """Without knowing where we are: all through Management, and default routes through anything else of ours."""
    through = end.name in route.via.split() or any(_is_in(route.via, network) for network in near)
    return through and (end.name.startswith(MANAGEMENT) or ip_network(route.dst).prefixlen == 0)


def _is_in(via: str, network: Network) -> bool:
    last = via.split()[-1]
    return _is_address(last) and ip_address(last) in network


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def vrf_of(end: Interface | Svi, rest: Mapping[Key, tuple[str, ...]]) -> str:
    """The VRF of an interface; a port's stands in a line that we do not model."""
    if isinstance(end, Svi):
        return end.vrf or DEFAULT_VRF
    found = [match[1] for line in rest.get(end.key, ()) if (match := VRF.fullmatch(line))]
    return found[0] if found else DEFAULT_VRF
