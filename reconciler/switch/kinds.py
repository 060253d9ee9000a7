"""What a switch is made of, whatever its make: VLANs, ports, SVIs, routing, static routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.switch.addresses import in_order
from reconciler.switch.names import natural

ALL_VLANS = "1-4094"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlan(Resource):
    """One VLAN; ``label`` is its configured name, absent while it has the default one (``VLAN0010``)."""

    kind: ClassVar[str] = "vlan"
    identity: ClassVar[frozenset[str]] = frozenset({"id"})

    id: int
    label: str | None = field(default=None, metadata={"json": "name"})
    state: str = "active"

    @property
    def name(self) -> str:
        return str(self.id)

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.id,)


class Addressed(Resource):
    """A kind with a list of addresses, normalised at birth; JSON gives it back as a list."""

    __slots__ = ()

    def __post_init__(self) -> None:
        addresses = getattr(self, "addresses", None)
        if addresses:
            object.__setattr__(self, "addresses", in_order(addresses))

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        addresses = values.get("addresses")
        revived = {} if addresses is None else {"addresses": tuple(addresses)}
        return super().of_values({**values, **revived})


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface(Addressed):
    """One port (not an SVI). ``mode`` is access, trunk or routed (a live one may be another); a wish has only the
    fields of its mode, a live port also what it remembers for its other modes (``trunk_allowed`` of an access port).

    ``trunk_allowed`` is a sorted, compressed list such as ``10,20-22`` (``1-4094`` is all, ``none`` is none);
    ``mtu`` is absent at its default; ``addresses`` of a routed port, primary first, ``dhcp`` in place of the primary.
    """

    kind: ClassVar[str] = "interface"
    after: ClassVar[frozenset[str]] = frozenset({"vlan"})

    ifname: str = field(metadata={"json": "name"})
    mode: str = "access"
    access: int | None = None
    trunk_allowed: str | None = None
    trunk_native: int | None = None
    description: str | None = None
    shutdown: bool = False
    mtu: int | None = None
    addresses: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        return self.ifname

    @property
    def is_hardware(self) -> bool:
        return not self.ifname.startswith("Port-Channel")

    @property
    def rank(self) -> tuple[object, ...]:
        return natural(self.ifname)


@dataclass(frozen=True, slots=True, kw_only=True)
class Svi(Addressed):
    """The switch's own interface in a VLAN; ``addresses`` primary first; ``mtu`` absent at 1500, ``vrf`` at default."""

    kind: ClassVar[str] = "svi"
    identity: ClassVar[frozenset[str]] = frozenset({"vlan"})
    after: ClassVar[frozenset[str]] = frozenset({"vlan", "interface"})

    vlan: int
    addresses: tuple[str, ...] = ()
    description: str | None = None
    shutdown: bool = False
    mtu: int | None = None
    vrf: str | None = None

    @property
    def name(self) -> str:
        return f"Vlan{self.vlan}"

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.vlan,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing(Resource):
    """Whether a VRF routes between its interfaces (``ip routing``)."""

    kind: ClassVar[str] = "routing"
    identity: ClassVar[frozenset[str]] = frozenset({"vrf"})
    after: ClassVar[frozenset[str]] = frozenset({"svi"})

    vrf: str = "default"
    enabled: bool

    @property
    def name(self) -> str:
        return self.vrf


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute(Resource):
    """One next hop of one static route: EOS keys it on VRF, prefix and next hop."""

    kind: ClassVar[str] = "static_route"
    identity: ClassVar[frozenset[str]] = frozenset({"vrf", "dst", "via"})
    after: ClassVar[frozenset[str]] = frozenset({"svi", "routing"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"distance", "tag", "name"})

    vrf: str = "default"
    dst: str
    via: str
    distance: int = 1
    tag: int | None = None
    label: str | None = field(default=None, metadata={"json": "name"})

    @property
    def name(self) -> str:
        scope = "" if self.vrf == "default" else f" vrf {self.vrf}"
        return f"{self.dst} via {self.via}{scope}"

    @property
    def rank(self) -> tuple[object, ...]:
        network = ip_network(self.dst)
        return (self.vrf, network.version, int(network.network_address), network.prefixlen, self.via)
