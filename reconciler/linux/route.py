"""Routes of a node, every table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.linux.attributes import SELECTORS, beyond
from reconciler.linux.words import SCOPES, TYPES, Row, named, pairs, whole, word

MAIN_TABLE = 254
LOCAL_TABLE = 255
KERNEL_PROTOCOL = 2
BOOT_PROTOCOL = 3
"""What iproute2, Felix and flanneld write unless told otherwise."""
OUR_PROTOCOL = 142
IPV6_DEFAULT_METRIC = 1024
IPV6_BOOTSTRAP = ("fe80:", "ff00:")
MODELLED = frozenset(
    {"type", "dst", "gateway", "via", "dev", "table", "protocol", "scope", "metric", "prefsrc", "flags", "metrics"}
    | {"mtu", "nexthops"}
)
# Seconds to live, which differ at every look, and what a next hop object stands for.
PASSING = frozenset(("expires", "nh_info", "cache"))
LEG = frozenset(("gateway", "via", "dev", "weight", "flags"))
LOCAL_TYPES = frozenset({"local", "broadcast", "anycast"})
"""iproute2 puts these into the local table unless told otherwise (ip/iproute.c, ``iproute_modify``)."""
ENDS = frozenset({"blackhole", "unreachable", "prohibit", "throw"})
"""Routes that lead nowhere; IPv6 puts them on ``lo`` of its own accord."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHop:
    """One leg of a multipath route; ``extra`` as that of a route."""

    gateway: str | None = None
    dev: str | None = None
    weight: int = 1
    onlink: bool | None = None
    extra: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Resource):
    """One FIB entry. The kernel keys it on table, destination and metric, and on TOS or source prefix where it has one.

    ``dst`` always carries its length, ``0.0.0.0/0`` is the default route; ``table`` and ``protocol`` are numbers;
    ``metric`` 0 of an IPv6 route is stored by the kernel as 1024; an IPv6 route has no scope of its own and reads
    back ``global``; an IPv6 blackhole stands on ``lo``. ``gateway`` of an IPv4 route may be an IPv6 address. ``onlink``
    is True or absent. ``nexthops`` are sorted. ``extra``: all else that the route has, each in the words of `ip route`
    (``linux.attributes``). That a metric is locked (``mtu lock 1400``) is the one thing that iproute2 does not print
    as JSON: such a route looks like one without.
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
        """TOS and source prefix: more identity."""
        return "".join(f" {more}" for more in self.extra or () if more.startswith(SELECTORS))

    @property
    def rank(self) -> tuple[object, ...]:
        network = ip_network(self.dst)
        return (
            self.table,
            network.version,
            int(network.network_address),
            -network.prefixlen,
            self.metric,
            self.selectors,
        )

    @property
    def link(self) -> str | None:
        return self.dev

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        legs = values.get("nexthops")
        revived: dict[str, Any] = {} if legs is None else {"nexthops": tuple(NextHop(**_revived(leg)) for leg in legs)}
        return super(Route, cls).of_values({**_revived(values), **revived})


def _revived(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if name == "extra" and value is not None else value for name, value in values.items()}


def read(rows: Iterable[Row], default: str) -> Iterator[Route]:
    """Routes of one family, from ``ip -j -d -N -4|-6 route show table all``; ``default`` is that family's 0/0.

    Left out is what the kernel keeps for itself: the mirror of each address in table ``local``, and per interface the
    IPv6 link-local and multicast routes (Felix: ``routeIsIPv6Bootstrap``), which share one key among them.
    """
    for row in rows:
        if not _is_bookkeeping(row):
            yield route_of(row, default)


def _is_bookkeeping(row: Row) -> bool:
    if int(row["protocol"]) != KERNEL_PROTOCOL:
        return False
    return int(row["table"]) == LOCAL_TABLE or str(row["dst"]).startswith(IPV6_BOOTSTRAP)


def route_of(row: Row, default: str) -> Route:
    """One route. Raises: KeyError, ValueError for a row that is none."""
    metrics = row["metrics"][0] if "metrics" in row else {}
    legs = row.get("nexthops")
    dst = row["dst"]
    return Route(
        table=int(row["table"]),
        type=named(TYPES, row["type"]),
        dst=default if dst == "default" else whole(dst),
        gateway=gateway_of(row),
        dev=row.get("dev"),
        protocol=int(row["protocol"]),
        scope=named(SCOPES, row["scope"]),
        metric=row.get("metric", 0),
        prefsrc=row.get("prefsrc"),
        mtu=metrics.get("mtu"),
        onlink=True if "onlink" in row["flags"] else None,
        nexthops=tuple(_leg(leg) for leg in legs) if legs else None,
        extra=beyond({**row, **metrics}, MODELLED | PASSING),
    )


def gateway_of(row: Row) -> str | None:
    """The next hop of a route or of a leg; an IPv4 route may lead via an IPv6 neighbour."""
    gateway: str | None = row.get("gateway") or row.get("via", {}).get("host")
    return gateway


def _leg(leg: Row) -> NextHop:
    onlink = True if "onlink" in leg["flags"] else None
    extra = beyond(leg, LEG)
    return NextHop(gateway=gateway_of(leg), dev=leg.get("dev"), weight=leg["weight"], onlink=onlink, extra=extra)


def put(route: Route) -> str:
    """The line that writes a route in place of whatever has its key; a second time it changes nothing."""
    words = pairs(src=route.prefsrc, mtu=route.mtu)
    legs = (f" nexthop{_way(leg, route)} weight {leg.weight:d}{_more(leg.extra)}" for leg in route.nexthops or ())
    more = _more(text for text in route.extra or () if not text.startswith(SELECTORS))
    return f"route replace {_route(route)}{words}{more}{''.join(legs)}"


def drop(route: Route) -> str:
    """The line that removes a route, and only it: the kernel takes a missing word as "any"."""
    return f"route del {_route(route)}"


def _route(route: Route) -> str:
    """Identity and way; the type only where it is not iproute2's own default, as everybody writes it."""
    six = ":" in route.dst
    kind = "" if route.type == "unicast" else f"{word(route.type)} "
    way = "" if six and route.type in ENDS else _way(route, route)
    table = None if route.table == MAIN_TABLE and route.type not in LOCAL_TYPES else route.table
    words = pairs(proto=route.protocol, scope=None if six else route.scope, table=table, metric=route.metric or None)
    return f"{kind}{word(route.dst)}{_more([route.selectors])}{way}{words}"


def _more(texts: Iterable[str] | None) -> str:
    return "".join(f" {word(part)}" for text in texts or () for part in text.split())


def _way(hop: Route | NextHop, route: Route) -> str:
    """The word `inet6` is needed where the next hop is of another family than the route."""
    strange = hop.gateway is not None and ":" in hop.gateway and ":" not in route.dst
    gateway = f" via inet6 {word(hop.gateway)}" if strange else pairs(via=hop.gateway)
    return gateway + pairs(dev=hop.dev, onlink=hop.onlink)
