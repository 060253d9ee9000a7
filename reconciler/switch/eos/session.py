"""What of a switch carries our own session: never changed, since nobody could repair it from here."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from reconciler.core.resource import Key, Resource
from reconciler.switch.addresses import DYNAMIC, is_address
from reconciler.switch.bridging import carriers, under
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.vlan import FIRST_VLAN
from reconciler.switch.forwarding import vrf_of
from reconciler.switch.kinds import Interface, Routing, Routing6, StaticRoute, Svi, Vlan, Vrf
from reconciler.switch.names import MANAGEMENT

Network = IPv4Network | IPv6Network


def untouchable(configuration: Configuration, host: str, client: str) -> dict[Key, str]:
    """Keys that must not be touched, each with the reason.

    ``host``: the address of the switch that we talk to; ``client``: our own, as the switch sees it. Either may be
    empty or a name: then Management alone is known to matter, and every default route as a way back.
    """
    kept = {Vlan(id=FIRST_VLAN).key: "VLAN 1 always exists"}
    ends = [*_ends(configuration, host), *_suspects(configuration, host)]
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
    ends = list(_ends(configuration, host))
    return [end for end in ends if _has(end, host)] or ends


def _interfaces(configuration: Configuration) -> Iterator[Interface | Svi]:
    """Frozen ones, too: what carries us carries us, whether or not we understand all of it."""
    return (one for one in configuration.everything.values() if isinstance(one, (Interface, Svi)))


def _ends(configuration: Configuration, host: str) -> Iterator[Interface | Svi]:
    return (one for one in _interfaces(configuration) if _is_end(one, host))


def _suspects(configuration: Configuration, host: str) -> Iterator[Interface | Svi]:
    """Frozen interfaces, where nothing that we understand has our address: one of them has it."""
    if not is_address(host) or any(_has(one, host) for one in _interfaces(configuration)):
        return iter(())
    return (one for one in _interfaces(configuration) if one.key in configuration.frozen)


def _is_end(resource: Interface | Svi, host: str) -> bool:
    if resource.name.startswith(MANAGEMENT):
        return True
    return _has(resource, host)


def _has(resource: Interface | Svi, host: str) -> bool:
    return any(address.partition("/")[0] == host for address in _addresses(resource))


def _addresses(one: Interface | Svi) -> tuple[str, ...]:
    """Its own, and those that it shares with other switches."""
    shared = (*(one.virtual or ()), *(one.virtual_router or ())) if isinstance(one, Svi) else ()
    return (*(one.addresses or ()), *shared)


def _near(one: Interface | Svi) -> list[Network]:
    """Subnets that begin right behind it."""
    return [ip_interface(address).network for address in _addresses(one) if address != DYNAMIC]


def _reason(end: Resource, host: str) -> str:
    return "management is never changed" if end.name.startswith(MANAGEMENT) else f"it carries our own session to {host}"


def _beneath(end: Interface | Svi, configuration: Configuration) -> Iterator[Key]:
    """What an interface stands on: its VRF; an SVI's VLAN and the one port that carries it; a channel's members.

    Where several ports carry the VLAN nobody can tell from the configuration which of them we come through.
    """
    if end.vrf is not None:
        yield Vrf(vrf=end.vrf).key
    if isinstance(end, Svi):
        yield Vlan(id=end.vlan).key
        ports = carriers(configuration.everything, end.vlan)
        if len(ports) == 1:
            yield ports[0].key
            yield from under(ports[0].name, configuration.everything)
    else:
        yield from under(end.name, configuration.everything)


def _bearers(route: StaticRoute, configuration: Configuration) -> Iterator[Key]:
    """The interfaces over which a route's next hop is reached, and what they stand on.

    Where none that we understand does, a frozen one in the same VRF may.
    """
    there = [one for one in _interfaces(configuration) if vrf_of(one) == route.vrf]
    sure = [one for one in there if _reaches(one, route.via)]
    for one in sure or [one for one in there if one.key in configuration.frozen]:
        yield from (one.key, *_beneath(one, configuration))


def _reaches(one: Interface | Svi, via: str) -> bool:
    return one.name == via.split()[0] or any(_is_in(via, network) for network in _near(one))


def _ways_back(end: Interface | Svi, configuration: Configuration, client: str) -> Iterator[Resource]:
    """Static routes through which answers may leave, and the routing that uses them."""
    vrf = vrf_of(end)
    near = _near(end)
    routes = [r for r in configuration.everything.values() if isinstance(r, StaticRoute) and r.vrf == vrf]
    back = _towards(client, routes, near) if is_address(client) else [r for r in routes if _leaves(r, end, near)]
    yield from back
    for kind in (Routing, Routing6) if back else ():
        routing = configuration.everything.get(kind(vrf=vrf, enabled=True).key)
        if isinstance(routing, kind) and routing.enabled:
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
    return is_address(last) and ip_address(last) in network
