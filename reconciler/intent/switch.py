"""Switch documents: VLANs, ports, SVIs, routing and static routes, with the EOS defaults filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.core.resource import State
from reconciler.desired.documents import Switch
from reconciler.desired.documents.switch import SwitchPort
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.switch.claim import SwitchClaim
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan

DEFAULT_MTU = 1500
DEFAULT_VRF = "default"


def parts(repository: Repository) -> Iterator[Part]:
    return (SwitchPart(document) for document in repository.of(Switch))


@dataclass(frozen=True, slots=True)
class SwitchPart(Part):
    document: Document[Switch]

    @property
    def devices(self) -> Sequence[str]:
        return (self.document.name,)

    def rows(self, device: str) -> Iterator[Row]:
        yield from _vlans(self.document)
        yield from _interfaces(self.document)
        yield from _svis(self.document)
        if self.document.spec.routing is not None:
            yield Routing(enabled=self.document.spec.routing, origin=self.document.origin("spec", "routing"))
        yield from _routes(self.document)

    def claim(self, device: str, declared: State, owns: Owns) -> SwitchClaim:
        return SwitchClaim(
            frozenset(declared), owns.vlans or frozenset(), owns.routes, owns.vrfs, owns.bgp, owns.loopbacks
        )

    def problems(self, device: str, owns: Owns) -> Iterator[Problem]:
        """A VLAN that the inventory gives to others must not be declared; a port may carry it all the same."""
        for vlan in self.document.spec.vlans if owns.vlans is not None else ():
            if vlan not in (owns.vlans or ()):
                right = "declare it where it is owned, or add it to owns.vlans"
                yield problem(self.document, f"VLAN {vlan} is outside the inventory's owns.vlans", right, "vlans", vlan)


def _vlans(document: Document[Switch]) -> Iterator[Vlan]:
    for vlan, spec in document.spec.vlans.items():
        label = None if spec.name == f"VLAN{vlan:04d}" else spec.name
        yield Vlan(id=vlan, label=label, origin=document.origin("spec", "vlans", vlan))


def _interfaces(document: Document[Switch]) -> Iterator[Interface]:
    for ifname, port in document.spec.interfaces.items():
        yield _interface(ifname, port, document.origin("spec", "interfaces", ifname))


def _interface(ifname: str, port: SwitchPort, origin: str) -> Interface:
    """Each mode has its own fields at their defaults, those of the other modes are absent."""
    common = Interface(
        ifname=ifname, description=port.description, shutdown=port.shutdown, mtu=_mtu(port.mtu), origin=origin
    )
    if port.addresses is not None:
        return replace(common, mode="routed", addresses=port.addresses)
    if port.trunk is not None:
        return replace(common, mode="trunk", trunk_allowed=port.trunk.allowed, trunk_native=port.trunk.native)
    return replace(common, access=port.access or 1)


def _svis(document: Document[Switch]) -> Iterator[Svi]:
    for vlan, svi in document.spec.svis.items():
        yield Svi(
            vlan=vlan,
            addresses=svi.addresses,
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
