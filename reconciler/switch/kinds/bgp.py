"""BGP with nodes: the router, its neighbours and peer groups, and ranges from which nodes may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import ClassVar

from reconciler.core.resource import Resource
from reconciler.switch.addresses import is_address
from reconciler.switch.kinds.open import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Bgp(Open):
    """The one BGP router of a switch, that of the default VRF. ``router_id`` and ``ecmp`` (equal paths) are open."""

    kind: ClassVar[str] = "bgp"
    identity: ClassVar[frozenset[str]] = frozenset()
    after: ClassVar[frozenset[str]] = frozenset({"svi", "routing"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"asn"})
    open: ClassVar[Mapping[str, object]] = {"router_id": "", "ecmp": 1}

    asn: int
    router_id: str | None = None
    ecmp: int | None = None

    @property
    def name(self) -> str:
        return "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpNeighbor(Open):
    """A neighbour, known by its address, or a peer group, known by its name. All but that is open."""

    kind: ClassVar[str] = "bgp_neighbor"
    after: ClassVar[frozenset[str]] = frozenset({"bgp"})
    open: ClassVar[Mapping[str, object]] = {"peer_group": "", "remote_as": 0, "description": "", "shutdown": False}

    neighbor: str = field(metadata={"json": "name"})
    peer_group: str | None = None
    remote_as: int | None = None
    description: str | None = None
    shutdown: bool | None = None

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
