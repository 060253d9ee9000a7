"""A route of a Node document as the FIB entry that the kernel keeps."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from reconciler.desired.documents import Node
from reconciler.desired.documents import route as written
from reconciler.linux.route import IPV6_DEFAULT_METRIC, LOCAL_TABLE, LOCAL_TYPES, NextHop, Route

NUMBERS = ("advmss", "window", "reordering", "cwnd", "initcwnd", "initrwnd", "ssthresh", "hoplimit", "congctl")
TIMES = ("rtt", "rttvar", "rto_min")


def route_row(route: written.Route, node: Node, origin: str) -> Route:
    """The FIB entry as the kernel keeps it, with what iproute2 fills in."""
    version = 6 if route.is_ipv6 else 4
    return Route(
        table=_table(route),
        type=route.type,
        dst=_destination(route.dst, version),
        gateway=route.via,
        dev=_device(route, node, version),
        protocol=route.protocol,
        scope=_scope(route, version),
        metric=route.metric or (IPV6_DEFAULT_METRIC if version == 6 else 0),
        prefsrc=route.src,
        mtu=route.mtu,
        onlink=route.onlink or None,
        nexthops=tuple(_leg(leg, node, route.table) for leg in route.nexthops) if route.nexthops else None,
        extra=_extra(route),
        origin=origin,
    )


def _extra(route: written.Route) -> tuple[str, ...] | None:
    """All else, in the words and the order in which ``linux.attributes`` reads it back."""
    given = [(name, getattr(route, name)) for name in NUMBERS]
    words = [f"{name} {value}" for name, value in given if value is not None]
    words += [f"{name} {value}ms" for name in TIMES if (value := getattr(route, name)) is not None]
    words += ["quickack 1"] if route.quickack else []
    words += ["fastopen_no_cookie 1"] if route.fastopen_no_cookie else []
    words += ["features ecn"] if route.ecn else []
    words += [] if route.tos is None else [f"tos {route.tos:#04x}"]
    words += [] if route.source is None else [f"from {route.source}"]
    words += [] if route.pref == "medium" else [f"pref {route.pref}"]
    return (*sorted([*words, *_realms(route)]), *_encap(route.encap)) or None


def _realms(row: written.Route | written.NextHop) -> Iterator[str]:
    if row.realms is not None:
        yield f"realms {row.realms}"


def _encap(encap: written.Encap | None) -> Iterator[str]:
    """As iproute2 prints it: with the zeros that nobody wrote, in the kernel's order."""
    if encap is None:
        return
    if encap.type == "seg6":
        hmac = "" if encap.hmac is None else f" hmac {encap.hmac:#x}"
        yield f"encap seg6 mode {encap.mode} segs {','.join(encap.segs or ())}{hmac}"
    else:
        any_end, ttl, tos = ("0.0.0.0", "ttl", "tos") if encap.type == "ip" else ("::", "hoplimit", "tc")  # noqa: S104 - no socket
        ends = f"src {encap.src or any_end} dst {encap.dst}"
        yield f"encap {encap.type} id {encap.id} {ends} {ttl} {encap.ttl} {tos} {encap.tos}"


def _destination(dst: str, version: int) -> str:
    default = "0.0.0.0/0" if version == 4 else "::/0"
    return default if dst == "default" else dst


def _table(route: written.Route) -> int:
    """iproute2 puts the node's own routes into the local table unless told otherwise."""
    return LOCAL_TABLE if route.type in LOCAL_TYPES and "table" not in route.model_fields_set else route.table


def _device(route: written.Route, node: Node, version: int) -> str | None:
    if route.dev is not None or route.nexthops:
        return route.dev
    if route.via is not None:
        return behind(node, route.via, route.table)
    return "lo" if version == 6 else None


def _scope(route: written.Route, version: int) -> str:
    """iproute2's choice for IPv4 (iproute.c ``iproute_modify``); an IPv6 route has no scope and reads back global."""
    if version == 6:
        return "global"
    if route.scope is not None:
        return route.scope
    if route.type == "local":
        return "host"
    if route.type in written.ON_A_DEVICE:
        return "link"
    return "link" if route.type == "unicast" and route.via is None and not route.nexthops else "global"


def _leg(leg: written.NextHop, node: Node, table: int) -> NextHop:
    dev = leg.dev or behind(node, leg.via, table)
    extra = (*_realms(leg), *_encap(leg.encap)) or None
    return NextHop(gateway=leg.via, dev=dev, weight=leg.weight, onlink=leg.onlink or None, extra=extra)


def behind(node: Node, gateway: str | None, table: int) -> str | None:
    """The declared interface that leads to ``gateway``, as the kernel would find it."""
    return None if gateway is None else node.link_to(ip_address(gateway), table)
