"""BGP with nodes: the router, its neighbours and peer groups, and ranges from which nodes may call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_address, ip_network
from typing import ClassVar

from reconciler.core.resource import Resource
from reconciler.switch.addresses import is_address
from reconciler.switch.kinds.open import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Bgp(Open):
    """The one BGP router of a switch, that of the default VRF. All but its AS number is open.

    ``ecmp``: equal paths. ``networks`` and ``redistribute``: what it tells its neighbours of, as far as it is said
    without more words; `network 10.0.0.0/8 route-map X` is somebody else's.
    """

    kind: ClassVar[str] = "bgp"
    identity: ClassVar[frozenset[str]] = frozenset()
    after: ClassVar[frozenset[str]] = frozenset({"svi", "routing"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"asn"})
    open: ClassVar[Mapping[str, object]] = {"router_id": "", "ecmp": 1, "networks": (), "redistribute": ()}

    asn: int
    router_id: str | None = None
    ecmp: int | None = None
    networks: tuple[str, ...] | None = None
    redistribute: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.networks:
            object.__setattr__(self, "networks", tuple(map(str, sorted(set(map(IPv4Network, self.networks))))))
        if self.redistribute:
            object.__setattr__(self, "redistribute", tuple(sorted(set(self.redistribute))))

    @property
    def name(self) -> str:
        return "default"


SOURCES = ("connected", "static")
"""Routes that a router may tell its neighbours of as they are."""
FAMILIES = ("ipv4", "ipv6")
"""Address families that a neighbour may be active in; it is said in a section of each below `router bgp`."""


def active_in(families: Collection[str]) -> tuple[str, ...]:
    """``activate`` of a wish for exactly ``families``: not to be active in IPv4 has to be said.

    Assumed of EOS: where nothing is said a neighbour is active in IPv4 (unless `no bgp default ipv4-unicast`) and not
    in IPv6. IPv4 is therefore always said, which holds with either default; IPv6 only where it is wanted.
    """
    return (*families,) if "ipv4" in families else (*families, "no ipv4")


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpNeighbor(Open):
    """A neighbour, known by its address, or a peer group, known by its name. All but that is open.

    ``activate``: what address families say of it, sorted: ``ipv4`` is `neighbor X activate` in that of IPv4, ``no
    ipv4`` a stored `no neighbor X activate`; nothing of a family where that is silent. EOS stores and shows both forms,
    also where they repeat the default (recorded on vEOS 4.2x).
    """

    kind: ClassVar[str] = "bgp_neighbor"
    after: ClassVar[frozenset[str]] = frozenset({"bgp"})
    open: ClassVar[Mapping[str, object]] = {
        "peer_group": "",
        "remote_as": 0,
        "description": "",
        "shutdown": False,
        "activate": (),
    }

    neighbor: str = field(metadata={"json": "name"})
    peer_group: str | None = None
    remote_as: int | None = None
    description: str | None = None
    shutdown: bool | None = None
    activate: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.activate:
            object.__setattr__(self, "activate", tuple(sorted(set(self.activate))))

    @property
    def name(self) -> str:
        return self.neighbor

    @property
    def rank(self) -> tuple[object, ...]:
        """Groups come first: neighbours join them."""
        if self.is_group:
            return (0, 0, 0, self.neighbor)
        address = ip_address(self.neighbor)
        return (1, address.version, int(address), "")

    @property
    def is_group(self) -> bool:
        return not is_address(self.neighbor)


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpListen(Resource):
    """A prefix whose addresses may open a session, as members of ``peer_group`` in the AS ``remote_as``."""

    kind: ClassVar[str] = "bgp_listen"
    identity: ClassVar[frozenset[str]] = frozenset({"prefix"})
    after: ClassVar[frozenset[str]] = frozenset({"bgp", "bgp_neighbor"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"peer_group", "remote_as"})

    prefix: str
    peer_group: str
    remote_as: int | None = None

    @property
    def name(self) -> str:
        return self.prefix

    @property
    def rank(self) -> tuple[object, ...]:
        network = ip_network(self.prefix)
        return (network.version, int(network.network_address), network.prefixlen)
