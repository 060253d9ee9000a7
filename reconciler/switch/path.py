"""Over what of a switch we reach other devices, and which change would cut our way to them: in-band management.

Only devices in the switch's own subnets are looked at, by what its configuration shows. Whoever is in the subnet of a
Management port is reached beside all that a plan changes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.core.way import IpAddress
from reconciler.switch.addresses import is_address
from reconciler.switch.bearing import Way, broken
from reconciler.switch.bridging import filled, under
from reconciler.switch.door import Door, doors
from reconciler.switch.forwarding import Offer, Stage, best, offers, stages
from reconciler.switch.kinds import DEFAULT_VRF, Interface, Routing, Routing6, StaticRoute, Svi, Vlan, Vrf
from reconciler.switch.names import MANAGEMENT


class Target(NamedTuple):
    """An address that the switch looks up for ``way``, sortable by VRF and number."""

    vrf: str
    version: int
    number: int
    way: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Our ways to other devices over one switch, which has ``found``; ``by_key``: by what they stand on."""

    found: State
    every: Sequence[Offer]
    ways: Sequence[Way]
    by_key: Mapping[Key, Sequence[Way]]
    targets: Sequence[Target]

    @property
    def carries(self) -> dict[Key, str]:
        """What must not be touched lightly, each with the reason."""
        return {key: _reason(ways) for key, ways in self.by_key.items()}

    def cut_by(self, change: Change, plan: Sequence[Change] = ()) -> str | None:
        """Why some device would not be reached any more; None for a change that leaves all ways as they are."""
        live = self.found.get(change.key, change.before)
        after = filled(change.after, live) if change.after else None
        for way, reason in (*self._broken(live, after), *self._astray(set(offers(live)), set(offers(after)))):
            return f"{way} would not be reached any more: {reason}"
        return None

    def _broken(self, live: Resource | None, after: Resource | None) -> Iterator[tuple[Way, str]]:
        for way in self.by_key.get(live.key, ()) if live else ():
            if reason := broken(way, live, after):
                yield way, reason

    def _astray(self, had: set[Offer], have: set[Offer]) -> Iterator[tuple[Way, str]]:
        """Ways whose packets would go elsewhere, with other entries in the tables."""
        lost, new = had - have, have - had
        for number in sorted({target.way for offer in lost | new for target in self._within(offer)}):
            for stage in self.ways[number].stages:
                if reason := self._elsewhere(stage, lost, new):
                    yield self.ways[number], reason

    def _within(self, offer: Offer) -> Sequence[Target]:
        network = offer.path.network
        first = Target(offer.vrf, network.version, int(network.network_address), -1)
        last = Target(offer.vrf, network.version, int(network.broadcast_address), len(self.ways))
        return self.targets[bisect_left(self.targets, first) : bisect_right(self.targets, last)]

    def _elsewhere(self, stage: Stage, lost: Collection[Offer], new: Collection[Offer]) -> str | None:
        """All entries are gone through only where one of those that are taken goes."""
        present = stage.present
        if present is None:
            return None
        goes = any(offer.vrf == stage.vrf and offer.path.rank == present.rank for offer in lost)
        rest = [offer for offer in self.every if offer not in lost] if goes else [Offer(stage.vrf, present)]
        will = best([offer.path for offer in (*rest, *new) if offer.vrf == stage.vrf], stage.target)
        if will is None:
            return f"nothing would lead to {stage.target}"
        if will.leads_like(present):
            return None
        return f"packets to {stage.target} would take {stage._replace(present=will)} instead of {stage}"


def paths(found: State, hosts: Mapping[str, str], cables: Mapping[str, str]) -> Paths:
    """``hosts``: device -> the address that we reach it at; ``cables``: port -> the device behind it, where known.

    A host that is a name, and one that is in none of the switch's subnets, has no way that is known.
    """
    every = tuple(offer for one in found.values() for offer in offers(one))
    known = {device: ip_address(host) for device, host in sorted(hosts.items()) if is_address(host)}
    draft = _Draft(found, every, {address: device for device, address in known.items()}, cables)
    ways = [way for device, address in known.items() for way in draft.ways(device, address)]
    by_key: dict[Key, list[Way]] = {}
    for way in ways:
        for key in sorted(way.keys):
            by_key.setdefault(key, []).append(way)
    aims = ((number, stage) for number, way in enumerate(ways) for stage in way.stages)
    targets = sorted(Target(stage.vrf, stage.target.version, int(stage.target), number) for number, stage in aims)
    return Paths(found, every, ways, by_key, targets)


def carries(found: State, hosts: Mapping[str, str], cables: Mapping[str, str]) -> Mapping[Key, str]:
    """What of a switch carries our way to other devices, each with the reason. Arguments as in `paths`."""
    return paths(found, hosts, cables).carries


class _Draft:
    """What all ways over one switch have in common."""

    def __init__(
        self, found: State, every: Sequence[Offer], owners: Mapping[IpAddress, str], cables: Mapping[str, str]
    ) -> None:
        self._found, self._every, self._owners = found, every, owners
        self._cabled: dict[str, tuple[str, ...]] = {}
        for port, device in sorted(cables.items()):
            self._cabled[device] = (*self._cabled.get(device, ()), port)
        interfaces = [one for one in found.values() if isinstance(one, (Interface, Svi))]
        self._named = {one.name: one for one in interfaces}
        subnets = [(one, offer) for one in interfaces for offer in offers(one) if offer.path.hops]
        self._beside = [offer for one, offer in subnets if one.name.startswith(MANAGEMENT)]
        self._inside = [offer for one, offer in subnets if not one.name.startswith(MANAGEMENT)]
        self._own = {offer.path.network.network_address for offer in every if not offer.path.hops}
        self._near: dict[Offer, list[Offer]] = {}
        self._known_doors: dict[tuple[int, tuple[str, ...]], tuple[Door, ...]] = {}
        routes = [one for one in found.values() if isinstance(one, StaticRoute)]
        self._routes = [(one, offer) for one in routes for offer in offers(one)]

    def ways(self, device: str, address: IpAddress) -> Iterator[Way]:
        """One for each VRF that has its subnet."""
        if address in self._own or any(offer.path.covers(address) for offer in self._beside):
            return
        for subnet in {offer.vrf: offer for offer in self._inside if offer.path.covers(address)}.values():
            forwarded = self._stages(subnet, address)
            bridged = [door for stage in forwarded for door in self._doors(stage)]
            keys = {key for stage in forwarded for key in self._bearers(stage)}
            keys |= {key for door in bridged for key in door.keys}
            yield Way(device, address, forwarded, bridged, frozenset(keys))

    def _stages(self, subnet: Offer, address: IpAddress) -> Sequence[Stage]:
        """Nearly always the subnet alone: only what overlaps it is gone through for each of its hosts."""
        if subnet not in self._near:
            network = subnet.path.network
            here = [one for one in self._every if one.vrf == subnet.vrf and one.path.network.version == network.version]
            self._near[subnet] = [one for one in here if one.path.network.overlaps(network)]
        found = tuple(stages(subnet.vrf, address, self._near[subnet]))
        return found if len(found) == 1 else tuple(stages(subnet.vrf, address, self._every))

    def _bearers(self, stage: Stage) -> Iterator[Key]:
        """What forwards packets to the target of a stage: routing, routes, the interface and what it stands on."""
        routing = (Routing if stage.target.version == 4 else Routing6)(vrf=stage.vrf, enabled=True)
        if self._found.get(routing.key) == routing:
            yield routing.key
        if stage.vrf != DEFAULT_VRF:
            yield Vrf(vrf=stage.vrf).key
        for hop in sorted(stage.present.hops) if stage.present else ():
            yield from self._standing(hop.dev)
        yield from self._routes_to(stage)

    def _routes_to(self, stage: Stage) -> Iterator[Key]:
        """The static routes that packets to its target take: equal ones share them."""
        if stage.present is None or not stage.present.cost:
            return
        for route, offer in self._routes:
            same = (offer.vrf, offer.path.rank) == (stage.vrf, stage.present.rank)
            if same and offer.path.covers(stage.target):
                yield route.key

    def _standing(self, name: str) -> Iterator[Key]:
        one = self._named.get(name)
        if one is None:
            return
        yield one.key
        if isinstance(one, Svi):
            yield Vlan(id=one.vlan).key
        else:
            yield from under(name, self._found)

    def _doors(self, stage: Stage) -> Iterator[Door]:
        """Behind them is whoever has the target's address: the device, or its next hop."""
        for hop in sorted(stage.present.hops) if stage.present else ():
            svi = self._named.get(hop.dev)
            vlan = self._found.get(Vlan(id=svi.vlan).key) if isinstance(svi, Svi) else None
            if isinstance(vlan, Vlan):
                yield from self._doors_of(vlan, self._cabled.get(self._owners.get(stage.target, ""), ()))

    def _doors_of(self, vlan: Vlan, cabled: tuple[str, ...]) -> Sequence[Door]:
        """The same for all hosts of a subnet behind the same ports."""
        if (vlan.id, cabled) not in self._known_doors:
            self._known_doors[vlan.id, cabled] = tuple(doors(self._found, vlan, cabled))
        return self._known_doors[vlan.id, cabled]


def _reason(ways: Sequence[Way]) -> str:
    more = f" and {len(ways) - 1} more" if len(ways) > 1 else ""
    return f"we reach {ways[0]}{more} over it"
