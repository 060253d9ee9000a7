"""Switch documents: VLANs, VRFs, ports, SVIs, routing, static routes, BGP, with the EOS defaults filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.core.resource import State
from reconciler.desired.codes import Code
from reconciler.desired.documents import Switch
from reconciler.desired.documents.switch import ChannelGroup, SwitchPort
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.switch_bgp import bgp_rows
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.kinds import (
    DEFAULT_MTU,
    DEFAULT_VRF,
    NO_CHANNEL,
    Interface,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
    Vrf,
    routed_by_nature,
)


def parts(repository: Repository) -> Iterator[Part]:
    return (SwitchPart(document) for document in repository.of(Switch))


@dataclass(frozen=True, slots=True)
class SwitchPart(Part):
    document: Document[Switch]

    @property
    def devices(self) -> Sequence[str]:
        return (self.document.name,)

    def rows(self, device: str) -> Iterator[Row]:
        document = self.document
        yield from _vlans(document)
        yield from _vrfs(document)
        yield from _interfaces(document)
        yield from _svis(document)
        yield from _routing(document, DEFAULT_VRF, document.spec.routing, document.spec.routing6, "spec")
        yield from _routes(document)
        yield from bgp_rows(document)

    def claim(self, device: str, declared: State, owns: Owns) -> SwitchClaim:
        return SwitchClaim(
            frozenset(declared), owns.vlans or frozenset(), owns.routes, owns.vrfs, owns.bgp, owns.loopbacks
        )

    def problems(self, device: str, owns: Owns) -> Iterator[Problem]:
        """A VLAN that the inventory gives to others must not be declared; a port may carry it all the same."""
        for vlan in self.document.spec.vlans if owns.vlans is not None else ():
            if vlan not in (owns.vlans or ()):
                right = "declare it where it is owned, or add it to owns.vlans"
                yield problem(
                    self.document,
                    Code.VLAN_NOT_OWNED,
                    f"VLAN {vlan} is outside the inventory's owns.vlans",
                    right,
                    "vlans",
                    vlan,
                )


def _vlans(document: Document[Switch]) -> Iterator[Vlan]:
    for vlan, spec in document.spec.vlans.items():
        label = None if spec.name == f"VLAN{vlan:04d}" else spec.name
        origin = document.origin("spec", "vlans", vlan)
        yield Vlan(id=vlan, label=label, state=spec.state, trunk_groups=spec.trunk_groups, origin=origin)


def _vrfs(document: Document[Switch]) -> Iterator[Row]:
    for name, vrf in document.spec.vrfs.items():
        path = ("spec", "vrfs", name)
        yield Vrf(vrf=name, description=vrf.description, rd=vrf.rd, origin=document.origin(*path))
        yield from _routing(document, name, vrf.routing, vrf.routing6, *path)


def _routing(
    document: Document[Switch], vrf: str, routing: bool | None, routing6: bool | None, *path: str
) -> Iterator[Row]:
    """Whether a VRF routes, as far as the document at ``path`` says."""
    if routing is not None:
        yield Routing(vrf=vrf, enabled=routing, origin=document.origin(*path, "routing"))
    if routing6 is not None:
        yield Routing6(vrf=vrf, enabled=routing6, origin=document.origin(*path, "routing6"))


def _interfaces(document: Document[Switch]) -> Iterator[Interface]:
    for ifname, port in document.spec.interfaces.items():
        yield _interface(ifname, port, document.origin("spec", "interfaces", ifname))


def _interface(ifname: str, port: SwitchPort, origin: str) -> Interface:
    """Each mode has its own fields at their defaults, those of the other modes are absent."""
    common = Interface(
        ifname=ifname,
        description=port.description,
        shutdown=port.shutdown,
        mtu=_mtu(port.mtu),
        vrf=port.vrf,
        channel_group=_channel(port.channel_group),
        portfast=port.portfast,
        bpduguard=port.bpduguard,
        origin=origin,
    )
    if port.addresses is not None or routed_by_nature(ifname):
        return replace(common, mode="routed", addresses=port.addresses or ())
    if port.trunk is not None:
        trunk = port.trunk
        carried = replace(common, trunk_allowed=trunk.allowed, trunk_native=trunk.native, trunk_groups=trunk.groups)
        return replace(carried, mode="trunk")
    return replace(common, access=port.access or 1)


def _channel(group: ChannelGroup | None) -> str | None:
    if group is None:
        return None
    return NO_CHANNEL if group.id is None else f"{group.id} {group.mode}"


def _svis(document: Document[Switch]) -> Iterator[Svi]:
    for vlan, svi in document.spec.svis.items():
        yield Svi(
            vlan=vlan,
            addresses=svi.addresses,
            virtual=svi.virtual,
            virtual_router=svi.virtual_router,
            autostate=svi.autostate,
            description=svi.description,
            shutdown=svi.shutdown,
            mtu=_mtu(svi.mtu),
            vrf=None if svi.vrf == DEFAULT_VRF else svi.vrf,
            origin=document.origin("spec", "svis", vlan),
        )


def _routes(document: Document[Switch]) -> Iterator[StaticRoute]:
    for number, route in enumerate(document.spec.routes):
        yield StaticRoute(
            vrf=route.vrf,
            dst=route.dst,
            via=route.via,
            distance=route.distance,
            tag=route.tag or None,
            label=route.name,
            origin=document.origin("spec", "routes", number),
        )


def _mtu(mtu: int | None) -> int | None:
    return None if mtu == DEFAULT_MTU else mtu
