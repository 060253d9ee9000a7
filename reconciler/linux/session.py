"""Which entries of a node carry our own SSH session: its interface, its address and the way back to us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from reconciler.core.driver import Answer, Unreadable
from reconciler.core.resource import Key, State
from reconciler.core.way import Hop, Path
from reconciler.linux.address import Address
from reconciler.linux.answers import rows
from reconciler.linux.devices import STACKED
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import IPV6_DEFAULT_METRIC, MAIN_TABLE, Route, gateway_of, route_of
from reconciler.linux.rule import Rule
from reconciler.linux.rules import carriers, earlier
from reconciler.linux.way import WayBack, network_of
from reconciler.linux.words import Row

# sshd tells the shell who is connected: client, its port, server address, its port. A shell within a container is
# told nothing, or of a session that ends elsewhere, which then has no route `from` that address. The answer has a line
# each: server and client; the route back; the neighbours in use.
QUESTION = (
    'set -- ${SSH_CONNECTION:-}; echo "${3:-} ${1:-}"; '
    'case "${1:-}" in *:*) set -- "$@" -6;; *) set -- "$@" -4;; esac; '
    '[ -z "${3:-}" ] || { ip -j -d -N route get fibmatch "${1%%%*}" from "${3%%%*}" '
    '&& ip -j -N "$5" neigh show nud reachable nud stale nud delay nud probe; }'
)
LINK_LOCAL = ip_network("fe80::/64")
NOWHERE = -1
"""No table: a link-local neighbour is reached over the interface that was named, whatever the tables say."""


@dataclass(frozen=True, slots=True)
class Session:
    """``keys``: what must not be touched, each with the reason; ``way``: how the node's packets find back to us."""

    keys: Mapping[Key, str]
    way: WayBack | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What the node says of the session, if it ends on it."""

    server: str
    client: str
    route: Answer
    neighbours: Sequence[Row]

    @classmethod
    def by(cls, answer: Answer) -> _Told:
        ends, route, neighbours, *_ = (*answer.text.split("\n"), "", "", "")
        server, _, client = ends.partition(" ")
        used = rows("ip neigh (the way back to us)", Answer(neighbours or "[]"))
        return cls(server, client.strip(), Answer(route, answer.status, answer.error), used)


def session_of(answer: Answer, links: Sequence[Row], found: State) -> Session:
    """What the answer to ``QUESTION`` means; nothing, if the session does not end on this node.

    Raises: Unreadable, if the session ends here and nothing tells over which route.
    """
    local, _, zone = answer.text.partition("\n")[0].partition(" ")[0].partition("%")
    own = [r for r in found.values() if isinstance(r, Address) and r.local == local and zone in ("", r.dev)]
    if not own:
        return Session({})
    told = _Told.by(answer)
    keys = [key for address in own for key in (address.key, *_carriers(address.dev, links))]
    way = None
    if zone:  # a link-local client is reached over the kernel's own route
        way = _link_local_way(told, zone, found)
    else:
        back = _rows_back(told.route)
        keys += [_route(row, local).key for row in back]
        way = _way(told, back[0], found)
    for hop in sorted(way.present.hops) if way else ():
        keys += (*_carriers(hop.dev, links), *_beneath(hop, found))
    keys += [rule.key for rule in way.led_by] if way else ()
    return Session(dict.fromkeys(keys, f"carries our own SSH session (to {told.server})"), way)


def _rows_back(answer: Answer) -> Sequence[Row]:
    found = rows("ip route get fibmatch (the way back to us)", answer)
    if not found:
        raise Unreadable("ip route get fibmatch: no word on which route carries our own SSH session")
    return [{"table": str(MAIN_TABLE), **row} for row in found]


def _route(row: Row, local: str) -> Route:
    return route_of(row, "::/0" if ":" in local else "0.0.0.0/0")


def _way(told: _Told, row: Row, found: State) -> WayBack | None:
    if not told.client:
        return None
    client, route = ip_address(told.client.partition("%")[0]), _route(row, told.server)
    legs = [leg for leg in row.get("nexthops") or [row] if "dead" not in leg["flags"] and "dev" in leg]
    hops = frozenset(Hop(gateway_of(leg) or str(client), leg["dev"]) for leg in legs) if route.type == "unicast" else ()
    cost = route.metric or (IPV6_DEFAULT_METRIC if client.version == 6 else 0)
    server, rules = ip_address(told.server), _rules(found, client.version)
    return WayBack(
        client=client,
        server=server,
        present=Path(ip_network(route.dst), cost, frozenset(hops)),
        table=route.table,
        earlier=earlier(rules, route.table, client, server),
        led_by=tuple(carriers(rules, route.table, client, server)),
        macs=_macs(told, found),
        addresses=_addresses(found),
        routes=tuple(r for r in found.values() if isinstance(r, Route)),
    )


def _rules(found: State, family: int) -> list[Rule]:
    return [r for r in found.values() if isinstance(r, Rule) and r.family == family]


def _link_local_way(told: _Told, zone: str, found: State) -> WayBack | None:
    client = told.client.partition("%")[0]
    if not client:
        return None
    present = Path(LINK_LOCAL, hops=frozenset({Hop(client, zone)}))
    ends = ip_address(client), ip_address(told.server.partition("%")[0])
    return WayBack(*ends, present=present, table=NOWHERE, earlier={}, macs=_macs(told, found))


def _macs(told: _Told, found: State) -> dict[Hop, str]:
    learnt = {Hop(row["dst"], row["dev"]): row["lladdr"].lower() for row in told.neighbours if "lladdr" in row}
    return learnt | {Hop(r.dst, r.dev): r.lladdr for r in found.values() if isinstance(r, Neighbour)}


def _addresses(found: State) -> tuple[Address, ...]:
    return tuple(r for r in found.values() if isinstance(r, Address))


def _beneath(hop: Hop, found: State) -> Iterator[Key]:
    """The connected route over which a next hop is reached, and the address that the kernel made it for."""
    via = ip_address(hop.via)
    direct = [r for r in found.values() if isinstance(r, Route) and r.dev == hop.dev and r.gateway is None]
    near = [r for r in direct if r.type == "unicast" and r.table == MAIN_TABLE and via in ip_network(r.dst)]
    for route in sorted(near, key=lambda r: (-ip_network(r.dst).prefixlen, r.metric))[:1]:
        yield route.key
        for one in _addresses(found):
            if one.dev == hop.dev and network_of(one) == ip_network(route.dst) and "secondary" not in (one.flags or ()):
                yield one.key


def _carriers(dev: str, links: Sequence[Row]) -> Iterator[Key]:
    """``dev`` and the interfaces that it is made of: a bridge's or bond's ports, a VLAN's lower device."""
    yield Key("link", dev)
    others = [row for row in links if row["ifname"] != dev]
    for row in links:
        if row.get("master") == dev:
            yield from _carriers(row["ifname"], others)
        elif row["ifname"] == dev and row.get("linkinfo", {}).get("info_kind") in STACKED and "link" in row:
            yield from _carriers(row["link"], others)
