"""From changes to steps: each kind's own, made for what the switch has and what it will print afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from reconciler.core.change import Change
from reconciler.core.driver import Stays
from reconciler.core.resource import Resource
from reconciler.switch.eos import bgp_steps, port, routing, static_route, svi, vlan, vrf
from reconciler.switch.eos.addresses import Claims
from reconciler.switch.eos.configuration import Configuration
from reconciler.switch.eos.shown import shown
from reconciler.switch.eos.step import Step
from reconciler.switch.kinds import (
    Bgp,
    BgpListen,
    BgpNeighbor,
    Interface,
    Open,
    Routing,
    Routing6,
    StaticRoute,
    Svi,
    Vlan,
    Vrf,
)

R = TypeVar("R", bound=Resource)


def all_steps(changes: Sequence[Change], configuration: Configuration) -> Iterator[Step]:
    """Raises: ValueError for what no switch may be told."""
    work = _Work(changes, configuration)
    for change in changes:
        yield from work.steps(change)


def outcome(change: Change, live: Resource | None) -> Resource | None:
    """What the switch prints after ``change``: what the wish leaves open stays as it is."""
    after = change.after
    return after.filled(live if type(live) is type(after) else None) if isinstance(after, Open) else after


class _Work:
    """Changes of one switch, with all that they have to know of one another."""

    def __init__(self, changes: Sequence[Change], configuration: Configuration) -> None:
        self._claims = Claims.of(changes)
        self._changes = changes
        self._configuration = configuration

    def steps(self, change: Change) -> Iterator[Step]:
        match change.subject:
            case Vlan():
                return vlan.steps(change, *self._sides(change, Vlan))
            case Interface():
                routed = self._configuration.routed_by_default
                return port.steps(change, *self._sides(change, Interface), self._claims, routed_by_default=routed)
            case Svi():
                return svi.steps(change, *self._sides(change, Svi), self._claims)
            case Vrf():
                self._refuse_used(change)
                return vrf.steps(change, *self._sides(change, Vrf))
            case Routing():
                return routing.steps(change, *self._sides(change, Routing))
            case Routing6():
                return routing.steps(change, *self._sides(change, Routing6))
            case StaticRoute():
                return static_route.steps(change, *self._sides(change, StaticRoute))
        return self._bgp_steps(change)

    def _bgp_steps(self, change: Change) -> Iterator[Step]:
        match change.subject:
            case Bgp():
                others = self._configuration.rest.get(change.key, ())
                return bgp_steps.router(change, *self._sides(change, Bgp), others)
            case BgpNeighbor():
                return bgp_steps.neighbor(change, *self._sides(change, BgpNeighbor), self._asn)
            case BgpListen():
                return bgp_steps.listen(change, *self._sides(change, BgpListen), self._asn)
        raise ValueError(f"{change.key}: EOS has no such thing")

    def _sides(self, change: Change, kind: type[R]) -> tuple[R | None, R | None]:
        """What is there, and what will be: both whole, with nothing left open."""
        live = self._configuration.found.get(change.key, change.before)
        after = outcome(change, live)
        return live if isinstance(live, kind) else None, after if isinstance(after, kind) else None

    @property
    def _asn(self) -> int | None:
        """The AS number of the router that is there, or will be."""
        wanted = [change.after for change in self._changes if isinstance(change.after, Bgp)]
        routers = [one for one in (*wanted, *self._configuration.everything.values()) if isinstance(one, Bgp)]
        return routers[0].asn if routers else None

    def _refuse_used(self, change: Change) -> None:
        """EOS takes a VRF away with all that stands in it (eos.md 5.6). Raises: Stays while anything does."""
        if change.after is not None:
            return
        name = change.key.name
        gone = {other.key for other in self._changes if other.after is None}
        live = self._configuration.everything
        after = {
            **live,
            **{other.key: will for other in self._changes if (will := outcome(other, live.get(other.key)))},
        }
        inside = [one for key, one in after.items() if key not in gone and vrf.inside(one, name)]
        rest = [line for key, lines in self._configuration.rest.items() if key not in gone for line in lines]
        foreign = [line for lines in self._configuration.foreign for line in lines]
        used = str(inside[0].key) if inside else vrf.mentions([*rest, *foreign]).get(name)
        if used:
            raise Stays(change.key, f"{shown(used)} is still in it and not ours to delete")
