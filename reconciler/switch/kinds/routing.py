"""VRFs, whether they route, and their static routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import ClassVar

from reconciler.core.resource import Resource
from reconciler.switch.kinds.open import Open

DEFAULT_VRF = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vrf(Open):
    """One VRF beside the default one; its description and route distinguisher are open."""

    kind: ClassVar[str] = "vrf"
    open: ClassVar[Mapping[str, object]] = {"description": "", "rd": ""}

    vrf: str = field(metadata={"json": "name"})
    description: str | None = None
    rd: str | None = None

    @property
    def name(self) -> str:
        return self.vrf


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forwarding(Resource):
    """Whether a VRF routes one version of IP between its interfaces: a VRF always does or does not."""

    identity: ClassVar[frozenset[str]] = frozenset({"vrf"})
    after: ClassVar[frozenset[str]] = frozenset({"svi", "vrf"})

    vrf: str = DEFAULT_VRF
    enabled: bool

    @property
    def name(self) -> str:
        return self.vrf

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.vrf != DEFAULT_VRF, self.vrf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing(_Forwarding):
    """IPv4: ``ip routing``."""

    kind: ClassVar[str] = "routing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing6(_Forwarding):
    """IPv6: ``ipv6 unicast-routing``."""

    kind: ClassVar[str] = "routing6"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute(Open):
    """One next hop of one static route: EOS keys it on VRF, prefix and next hop.

    ``via``: an address, an interface (``Null0`` drops), or both. ``track`` and ``metric`` are open.
    """

    kind: ClassVar[str] = "static_route"
    identity: ClassVar[frozenset[str]] = frozenset({"vrf", "dst", "via"})
    after: ClassVar[frozenset[str]] = frozenset({"svi", "routing", "routing6", "vrf"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"distance", "tag", "name"})
    open: ClassVar[Mapping[str, object]] = {"track": "", "metric": 0}

    vrf: str = DEFAULT_VRF
    dst: str
    via: str
    distance: int = 1
    tag: int | None = None
    label: str | None = field(default=None, metadata={"json": "name"})
    track: str | None = None
    metric: int | None = None

    @property
    def name(self) -> str:
        scope = "" if self.vrf == DEFAULT_VRF else f" vrf {self.vrf}"
        return f"{self.dst} via {self.via}{scope}"

    @property
    def rank(self) -> tuple[object, ...]:
        network = ip_network(self.dst)
        return (self.vrf, network.version, int(network.network_address), network.prefixlen, self.via)
