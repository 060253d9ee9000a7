"""Routes of a node, every table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.linux.words import SCOPES, TYPES, Row, named, pairs, whole, word

MAIN_TABLE = 254
IPV6_DEFAULT_METRIC = 1024
LOCAL_TABLE = "255"
KERNEL = "2"
IPV6_BOOTSTRAP = ("fe80:", "ff00:")
MODELLED = frozenset(
    ("type", "dst", "gateway", "dev", "table", "protocol", "scope", "metric", "prefsrc", "flags", "metrics", "nexthops")
)
# Seconds to live, which differ at every look, and what a next hop object stands for.
PASSING = frozenset(("expires", "nh_info", "cache"))
LEG = frozenset(("gateway", "dev", "weight", "flags"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHop:
    """One leg of a multipath route."""

    gateway: str | None = None
    dev: str | None = None
    weight: int = 1
    onlink: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Resource):
    """One FIB entry. The kernel keys it on table, destination and metric (TOS and source prefix too: no wish has them).

    ``dst`` always carries its length, ``0.0.0.0/0`` is the default route; ``table`` and ``protocol`` are numbers;
    ``metric`` 0 of an IPv6 route is stored by the kernel as 1024; an IPv6 route has no scope of its own and reads
    back ``global``; an IPv6 blackhole stands on ``lo``. ``onlink`` is True or absent. ``nexthops`` are
    sorted. ``extra``: what the route has beyond this model (``nhid 10``, ``tos 0x10``, ``encap ip``), so that it never
    equals a wish; a lock of its MTU is the one thing that iproute2 does not print as JSON.
    """

    kind: ClassVar[str] = "route"
    identity: ClassVar[frozenset[str]] = frozenset({"table", "dst", "metric"})
    after: ClassVar[frozenset[str]] = frozenset({"link", "address", "neighbour", "fdb"})

    table: int = MAIN_TABLE
    type: str = "unicast"
    dst: str
    gateway: str | None = None
    dev: str | None = None
    protocol: int
    scope: str = "global"
    metric: int = 0
    prefsrc: str | None = None
    mtu: int | None = None
    onlink: bool | None = None
    nexthops: tuple[NextHop, ...] | None = None
    extra: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.nexthops:
            legs = sorted(self.nexthops, key=lambda leg: (leg.gateway or "", leg.dev or "", leg.weight))
            object.__setattr__(self, "nexthops", tuple(legs))

    @property
    def name(self) -> str:
        return f"{self.dst} table {self.table} metric {self.metric}{self.selectors}"

    @property
    def selectors(self) -> str:
        """TOS and source prefix: more identity, which only other people's routes have."""
        return "".join(f" {more}" for more in self.extra or () if more.startswith(("tos 0x", "from ")))

    @property
    def rank(self) -> tuple[object, ...]:
        network = ip_network(self.dst)
        return (self.table, network.version, int(network.network_address), -network.prefixlen, self.metric)

    @property
    def link(self) -> str | None:
        return self.dev

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        legs = values.get("nexthops")
        revived: dict[str, Any] = {} if legs is None else {"nexthops": tuple(NextHop(**leg) for leg in legs)}
        if values.get("extra") is not None:
            revived["extra"] = tuple(values["extra"])
        return super(Route, cls).of_values({**values, **revived})


def read(rows: Iterable[Row], default: str) -> Iterator[Route]:
    """Routes of one family, from ``ip -j -d -N -4|-6 route show table all``; ``default`` is that family's 0/0.

    Left out is what the kernel keeps for itself: the mirror of each address in table ``local``, and per interface the
    IPv6 link-local and multicast routes (Felix: ``routeIsIPv6Bootstrap``), which share one key among them.
    """
    for row in rows:
        if not _is_bookkeeping(row):
            yield route_of(row, default)


def _is_bookkeeping(row: Row) -> bool:
    return row["protocol"] == KERNEL and (row["table"] == LOCAL_TABLE or str(row["dst"]).startswith(IPV6_BOOTSTRAP))


def route_of(row: Row, default: str) -> Route:
    """One route. Raises: KeyError, ValueError for a row that is none."""
    metrics = row["metrics"][0] if "metrics" in row else {}
    legs = row.get("nexthops")
    dst = row["dst"]
    return Route(
        table=int(row["table"]),
        type=named(TYPES, row["type"]),
        dst=default if dst == "default" else whole(dst),
        gateway=row.get("gateway"),
        dev=row.get("dev"),
        protocol=int(row["protocol"]),
        scope=named(SCOPES, row["scope"]),
        metric=row.get("metric", 0),
        prefsrc=row.get("prefsrc"),
        mtu=metrics.get("mtu"),
        onlink=True if "onlink" in row["flags"] else None,
        nexthops=tuple(_leg(leg) for leg in legs) if legs else None,
        extra=_extra(row, metrics, legs or ()),
    )


def _leg(leg: Row) -> NextHop:
    onlink = True if "onlink" in leg["flags"] else None
    return NextHop(gateway=leg.get("gateway"), dev=leg.get("dev"), weight=leg["weight"], onlink=onlink)


def _extra(row: Row, metrics: Row, legs: Iterable[Row]) -> tuple[str, ...] | None:
    """Whatever else the kernel said about a route, each as ``name value``, sorted."""
    more = {name: value for name, value in row.items() if name not in MODELLED and name not in PASSING}
    if more.get("pref") == "medium":  # every IPv6 route has it
        del more["pref"]
    more |= {name: value for name, value in metrics.items() if name != "mtu"}
    for number, leg in enumerate(legs):
        more |= {f"nexthop {number} {name}": value for name, value in leg.items() if name not in LEG}
    return tuple(sorted(f"{name} {_plain(value)}" for name, value in more.items())) or None


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def put(route: Route) -> str:
    """The line that writes a route in place of whatever has its key; a second time it changes nothing."""
    words = pairs(src=route.prefsrc, mtu=route.mtu)
    legs = "".join(f" nexthop{_way(leg)} weight {leg.weight:d}" for leg in route.nexthops or ())
    return f"route replace {_route(route)}{words}{legs}"


def drop(route: Route) -> str:
    """The line that removes a route, and only it: the kernel takes a missing word as "any"."""
    return f"route del {_route(route)}"


def _route(route: Route) -> str:
    """Identity and way; the type only where it is not iproute2's own default, as everybody writes it."""
    six = ":" in route.dst
    kind = "" if route.type == "unicast" else f"{word(route.type)} "
    way = _way(route) if route.type in ("unicast", "local") or not six else ""  # IPv6 puts a blackhole on lo itself
    table = None if route.table == MAIN_TABLE else route.table
    words = pairs(proto=route.protocol, scope=None if six else route.scope, table=table, metric=route.metric or None)
    return f"{kind}{word(route.dst)}{_selectors(route)}{way}{words}"


def _selectors(route: Route) -> str:
    return "".join(f" {word(part)}" for part in route.selectors.split())


def _way(hop: Route | NextHop) -> str:
    return pairs(via=hop.gateway, dev=hop.dev, onlink=hop.onlink)
