"""Wanted rows of a node in the words of `ip address`, `ip route`, `ip neighbour` and `bridge fdb` (iproute2 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, ip_address
from itertools import groupby, pairwise
from typing import Any, cast

from reconciler.cli.as_links import DETAILS, device_line, link_lines, option, wireguard_lines
from reconciler.cli.route_words import encapsulation, metrics, preference, realms, selectors
from reconciler.core.resource import Resource, ordered
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import BOOT_PROTOCOL, MAIN_TABLE, NextHop, Route
from reconciler.linux.rule import Rule

PROTOCOLS = {
    0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 8: "gated", 9: "ra", 10: "mrt", 11: "zebra",
    12: "bird", 13: "dnrouted", 14: "xorp", 15: "ntk", 16: "dhcp", 18: "keepalived", 42: "babel", 186: "bgp",
    187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
}  # fmt: skip
"""/etc/iproute2/rt_protos of 6.1; a number without a name, such as Calico's 80 and our 142, is printed as it is."""
TABLES = {"253": "default", "254": "main", "255": "local"}
IP_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "ipv6-icmp", "132": "sctp"}


def lines(resources: Iterable[Resource]) -> Iterator[str]:
    """One section a command, each under ``# <command>``; a command with nothing to print is left out."""
    for command, printed in sections(resources).items():
        yield f"# {command}"
        yield from printed


def sections(resources: Iterable[Resource]) -> dict[str, list[str]]:
    """Command -> the lines that it prints."""
    rows = ordered(resources)
    found = {"ip address": list(_addresses(rows))}
    links = [row for row in rows if isinstance(row, Link)]
    found["ip -d link"] = [device_line(link) for link in links if link.info_kind in DETAILS]
    found["wg show"] = [line for link in links if link.info_kind == "wireguard" for line in wireguard_lines(link)]
    routes = sorted((row for row in rows if isinstance(row, Route)), key=_place)
    for command, group in groupby(routes, key=_command):
        found[command] = [line for route in group for line in route_lines(route)]
    for family, command in ((4, "ip rule"), (6, "ip -6 rule")):
        found[command] = [rule_line(row) for row in rows if isinstance(row, Rule) and row.family == family]
    found["ip neighbour"] = [neighbour_line(row) for row in rows if isinstance(row, Neighbour)]
    found["bridge fdb"] = [fdb_line(row) for row in rows if isinstance(row, FdbEntry)]
    return {command: printed for command, printed in found.items() if printed}


def _addresses(rows: list[Resource]) -> Iterator[str]:
    links = {row.ifname: row for row in rows if isinstance(row, Link)}
    addresses = [row for row in rows if isinstance(row, Address)]
    for dev in sorted(links.keys() | {address.dev for address in addresses}):
        yield from link_lines(links.get(dev) or Link(ifname=dev))
        yield from (address_line(address) for address in addresses if address.dev == dev)


def address_line(address: Address) -> str:
    """An IPv4 address has a label, the name of its interface; an IPv6 address has none."""
    near = f"{address.local} peer {address.peer}" if address.peer else address.local
    broadcast = f" brd {address.broadcast}" if address.broadcast else ""
    local = ip_address(address.local)
    scope = "site" if isinstance(local, IPv6Address) and local.is_site_local else address.scope
    where = f"{near}/{address.prefixlen}{broadcast} scope {scope}"
    return f"    inet6 {where}" if local.version == 6 else f"    inet {where} {address.dev}"


def _place(route: Route) -> tuple[int, ...]:
    """The kernel lists IPv4 by address, the longer prefix first, and IPv6 from the leaves of its tree to the root."""
    table, version, start, length, metric, *_ = cast("tuple[Any, ...]", route.place[1])  # read once for all nodes
    first = start if version == 4 else start + (1 << 128 + length) - 1
    return (table != MAIN_TABLE, table, version, first, length, metric)


def _command(route: Route) -> str:
    program = "ip -6 route" if ":" in route.dst else "ip route"
    return program if route.table == MAIN_TABLE else f"{program} show table {route.table}"


def route_lines(route: Route) -> Iterator[str]:
    """One line, and one more for each leg of a multipath route."""
    ipv6 = ":" in route.dst
    words = [] if route.type == "unicast" else [route.type]
    words += [_destination(route.dst), *selectors(route.extra), *encapsulation(route.extra)]
    words += [*_via(route.gateway, ipv6=ipv6), *option("dev", route.dev)]
    words += [] if route.protocol == BOOT_PROTOCOL else ["proto", protocol_name(route.protocol)]
    words += [] if route.scope == "global" else ["scope", route.scope]
    words += [*option("src", route.prefsrc), *option("metric", route.metric or None)]
    words += ["onlink"] if route.onlink else []
    words += [*realms(route.extra), *metrics(route.mtu, route.extra)]
    words += [preference(route.extra)] if ipv6 else []
    yield " ".join(words)
    yield from (_leg(leg, ipv6=ipv6) for leg in route.nexthops or ())


def _leg(leg: NextHop, *, ipv6: bool) -> str:
    words = ["nexthop", *encapsulation(leg.extra), *_via(leg.gateway, ipv6=ipv6), *realms(leg.extra)]
    words += [*option("dev", leg.dev), "weight", str(leg.weight)]
    return "\t" + " ".join(words + (["onlink"] if leg.onlink else []))


def neighbour_line(entry: Neighbour) -> str:
    mark = [] if entry.protocol is None else ["proto", protocol_name(entry.protocol)]
    return " ".join([entry.dst, "dev", entry.dev, "lladdr", entry.lladdr, "PERMANENT", *mark])


def fdb_line(entry: FdbEntry) -> str:
    mark = " extern_learn" if entry.extern_learn else ""
    more = "".join(f" {text}" for text in entry.extra or ())
    return f"{entry.mac} dev {entry.dev} dst {entry.dst}{more} self{mark} permanent"


def rule_line(rule: Rule) -> str:
    """Host prefixes without their length, tables and protocols by the names that everybody has."""
    priority, _, words = rule.name.removeprefix("inet6 ").partition(": ")
    mark = f" proto {protocol_name(rule.protocol)}" if rule.protocol else ""
    host = "/32" if rule.family == 4 else "/128"
    named = [TABLES.get(word, word) if before == "lookup" else word for before, word in pairwise(["", *words.split()])]
    known = [IP_PROTOCOLS.get(word, word) if named[n - 1] == "ipproto" else word for n, word in enumerate(named)]
    return f"{priority}:\t{' '.join(word.removesuffix(host) for word in known)}{mark}"


def protocol_name(protocol: int) -> str:
    return PROTOCOLS.get(protocol, str(protocol))


def _destination(dst: str) -> str:
    address, _, length = dst.partition("/")
    if length == "0":
        return "default"
    return address if length == ("128" if ":" in dst else "32") else dst


def _via(gateway: str | None, *, ipv6: bool) -> list[str]:
    """Of another family than the route, with its family."""
    strange = gateway is not None and ":" in gateway and not ipv6
    return option("via inet6" if strange else "via", gateway)
