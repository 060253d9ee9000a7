"""Routes of a node, every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource

MAIN_TABLE = 254
IPV6_DEFAULT_METRIC = 1024


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class NextHop:
    """One leg of a multipath route."""

    gateway: str | None = None
    dev: str | None = None
    weight: int = 1
    onlink: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Resource):
    """One FIB entry. The kernel keys it on table, destination and metric (and TOS, which we leave at 0).

    ``dst`` always carries its length, ``0.0.0.0/0`` is the default route; ``table`` and ``protocol`` are numbers;
    ``metric`` 0 of an IPv6 route is stored by the kernel as 1024; an IPv6 route has no scope of its own and reads
    back ``global``; an IPv6 blackhole stands on ``lo``. ``onlink`` is True or absent.
    """

    kind: ClassVar[str] = "route"
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

    @property
    def name(self) -> str:
        return f"{self.dst} table {self.table} metric {self.metric}"

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
        revived = {"nexthops": tuple(NextHop(**leg) for leg in legs)} if legs is not None else {}
        return super(Route, cls).of_values({**values, **revived})
