"""BGP of a switch with nodes: its AS, peer groups, ranges from which nodes may call, single neighbours."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Many, Part
from reconciler.desired.documents.switch_values import Asn, PeerGroupName, Prefix4, RouterId
from reconciler.desired.documents.values import Address, Description, Prefix, wrong


class PeerGroup(Part):
    """What neighbours have in common; what is left out stays on the switch as it is.

    ``activate``: exactly these address families, ``[]`` is none.
    """

    example: ClassVar[str] = "{remoteAs: 65010}"
    remote_as: Asn | None = None
    description: Description | None = None
    shutdown: bool | None = None
    activate: Many[Literal["ipv4", "ipv6"]] | None = None


class Neighbor(PeerGroup):
    """One neighbour; it has an AS number of its own or that of its group."""

    example: ClassVar[str] = "{peerGroup: CALICO-K8S}"
    peer_group: PeerGroupName | None = None

    @model_validator(mode="after")
    def _has_an_as(self) -> Neighbor:
        if self.peer_group is None and self.remote_as is None:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "a neighbour without an AS number",
                "give remoteAs, or a peerGroup that has one",
            )
        return self


class ListenRange(Part):
    """Whoever calls from ``prefix`` becomes a member of the group; the group or the range has an AS number."""

    example: ClassVar[str] = "{prefix: 10.10.10.0/24, peerGroup: CALICO-K8S, remoteAs: 65010}"
    prefix: Prefix
    peer_group: PeerGroupName
    remote_as: Asn | None = None


class Bgp(Part):
    """``ecmp``: so many equal paths are used at once. ``networks``, ``redistribute``: what neighbours are told of."""

    example: ClassVar[str] = "{asn: 65001}"
    asn: Asn
    router_id: RouterId | None = None
    ecmp: int | None = Field(default=None, ge=1, le=128)
    networks: Many[Prefix4] | None = None
    redistribute: Many[Literal["connected", "static"]] | None = None
    peer_groups: dict[PeerGroupName, PeerGroup] = Field(default_factory=dict)
    listen_ranges: Many[ListenRange] = ()
    neighbors: dict[Address, Neighbor] = Field(default_factory=dict)

    def is_internal(self, peer: Neighbor) -> bool:
        """IBGP: the neighbour, or its group, has our own AS number."""
        group = self.peer_groups.get(peer.peer_group or "")
        return (peer.remote_as or (group and group.remote_as)) == self.asn
