"""Pod routes on the switch, where nothing encapsulates: without them a packet to another subnet dies at the gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_interface

from reconciler.core.driver import Claim
from reconciler.core.resource import State, Unknown
from reconciler.desired.codes import Code
from reconciler.desired.documents import Switch
from reconciler.desired.prefixes import Network, Networks
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document
from reconciler.intent.calico.fabric import Destination, Peer
from reconciler.intent.calico.part import CalicoPart
from reconciler.intent.network import together
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.kinds import StaticRoute

WHY = "nothing encapsulates across subnets"


@dataclass(frozen=True)
class SwitchRoutesPart(Part):
    """Static routes to every block of a pool without encapsulation, on each switch beside the block's node.

    ``written``: the Cluster asks for them (``switchRoutes: static``); else there is only a word about who is cut off.
    """

    calico: CalicoPart
    switches: Sequence[Document[Switch]]

    @property
    def written(self) -> bool:
        return self.calico.sources.cluster.spec.switch_routes == "static"

    @property
    def audit(self) -> bool:
        return self.calico.audit

    @property
    def holds(self) -> Sequence[str]:
        return self.calico.holds

    @property
    def devices(self) -> Sequence[str]:
        return [switch.name for switch in self.switches] if self.written else ()

    def rows(self, device: str) -> Iterator[Row]:
        yield from self._doubts()
        beside = self._connected[device]
        for peer, to in self._carried:
            if peer.address is None:
                yield Unknown("static_route", f"{to.dst} via *", peer.lacks("underlay address"))
                continue
            vrf = beside.nearest(peer.address.ip)
            if vrf is not None:
                why = together(to.origin, peer.origin, self.calico.sources.cluster.origin("spec", "switchRoutes"))
                yield StaticRoute(vrf=vrf, dst=to.dst, via=peer.address.text, label=peer.name[:32], origin=why)

    def _doubts(self) -> Iterator[Unknown]:
        """Nobody tells which routes there are: those that the switch has may be they."""
        sources = self.calico.sources
        if sources.facts.failed or sources.poolless or sources.lacks_affinities:
            yield Unknown("static_route", "*", sources.facts.failed or f"pools and blocks of {sources.cluster.name}")

    def claim(self, device: str, declared: State, owns: Owns) -> Claim:
        return SwitchClaim(frozenset(declared))

    @cached_property
    def _carried(self) -> Sequence[tuple[Peer, Destination]]:
        """Every prefix whose packets the underlay carries as they are, with the node that it is behind."""
        return [
            (tables.peers[name], to)
            for tables in self.calico.tables
            for name, offered in tables.offers.items()
            for to in offered
            if to.pool.kind == "none" and not to.covered
        ]

    @cached_property
    def _connected(self) -> dict[str, Networks[str]]:
        """By switch: its subnets, each with the VRF that it is in."""
        return {switch.name: Networks(_subnets(switch)) for switch in self.switches}

    @property
    def warnings(self) -> Iterator[Problem]:
        """Whose pods cannot reach each other: their nodes are in different subnets, and no switch knows a way."""
        if self.written:
            return
        for version in (4, 6):
            cut_off = self._cut_off(version)
            if len(cut_off) > 1:
                groups = " | ".join(", ".join(_few(sorted(group))) for group in cut_off.values())
                what = f"pods of different groups cannot reach each other, {WHY}: {groups}"
                right = "switchRoutes: static, or a BGP session of the switch with the nodes"
                yield problem(self.calico.sources.cluster, Code.PODS_CUT_OFF, what, right, severity="warning")

    def _cut_off(self, version: int) -> dict[Network, list[str]]:
        """By subnet of the nodes: the prefixes of one IP version that other subnets have no way to."""
        found: dict[Network, list[str]] = {}
        for peer, to in self._carried:
            if peer.address is not None and peer.address.network.version == version and not self._is_routed(to):
                found.setdefault(peer.address.network, []).append(f"{to.dst} on {peer.name}")
        return found

    def _is_routed(self, to: Destination) -> bool:
        """Whether a switch document has the route by hand."""
        return any(route.dst == to.dst for switch in self.switches for route in switch.spec.routes)


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= 3 else [*names[:3], f"{len(names) - 3} more"]


def _subnets(switch: Document[Switch]) -> Iterator[tuple[Network, str]]:
    for svi in switch.spec.svis.values():
        yield from ((ip_interface(address).network, svi.vrf) for address in svi.addresses)
    for port in switch.spec.interfaces.values():
        yield from ((ip_interface(address).network, port.vrf or "default") for address in port.addresses or ())
