"""Where a VXLAN device has to be made again (another VNI, say): a second one beside it, over which all go meanwhile."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.linux.stand_in import TWIN
from reconciler.schedule.way_point import Changes, Detour
from reconciler.walk.topology import World

MOST = 1_000
"""Entries that would stand on twins, of all nodes together: 15 nodes have some. To prove more takes too long."""
LAST_VNI = (1 << 24) - 1
Rows = Address | Neighbour | FdbEntry


def beside(changes: Changes, world: World) -> Detour | None:
    """The state in which every device that has to be made again has a twin, and its routes lead over that.

    The twin has a VNI that nobody has, before or after: so both can be there (docs/KERNEL.md, fact 46), and nothing
    has to be renamed. None where there is no such device, or too much stands on them.
    """
    vni = _spare(changes, world)
    twins = {name: twin for name, some in changes.items() if (twin := _twin(some, world.get(name, {}), vni))}
    if not twins or sum(len(twin.rows) + len(twin.routes) for twin in twins.values()) > MOST:
        return None
    then = {name: [*twins[name].afterwards(some)] if name in twins else [*some] for name, some in changes.items()}
    meanwhile = {name: (twin.link, *twin.rows) for name, twin in twins.items()}
    return Detour({name: [*twin.made()] for name, twin in twins.items()}, then, meanwhile)


@dataclasses.dataclass(frozen=True, slots=True)
class _Twin:
    """Beside a device that ``change`` makes again. ``rows``: what stands on the twin; ``routes``: as they are now."""

    change: Change
    link: Link
    rows: tuple[Resource, ...]
    routes: Mapping[Key, Route]

    def made(self) -> Iterator[Change]:
        yield from (Change(None, one) for one in (self.link, *self.rows))
        yield from (Change(route, self._over(route)) for route in self.routes.values())

    def afterwards(self, changes: Iterable[Change]) -> Iterator[Change]:
        """All that is to change, and the routes back. What stands on the twin goes with it."""
        asked = {change.key for change in changes}
        for change in changes:
            route = self.routes.get(change.key)
            if change is self.change:
                replays = tuple(one for one in change.replays if not isinstance(one, Route))
                yield dataclasses.replace(change, replays=replays)
            else:
                yield change if route is None else dataclasses.replace(change, before=self._over(route))
        yield from (Change(self._over(route), route) for key, route in self.routes.items() if key not in asked)
        yield Change(self.link, None)

    def _over(self, route: Route) -> Route:
        return dataclasses.replace(route, dev=self.link.ifname)


def _twin(changes: Sequence[Change], found: State, vni: int) -> _Twin | None:
    """Of the one device of a node that is made again; None where it has options that no twin could have."""
    again = [change for change in changes if isinstance(change.after, Link) and change.recreates]
    live = found.get(again[0].key) if len(again) == 1 else None
    name = f"{TWIN}{vni}"
    if not isinstance(live, Link) or live.info_kind != "vxlan" or live.extra or live.group or live.master:
        return None
    if Key(Link.kind, name) in found:
        return None
    link = dataclasses.replace(live, ifname=name, id=vni, alias=OUR_ALIAS, up=True, origin="")
    standing = [*again[0].replays, *(change.before for change in changes if change.before is not None)]
    mine = [one for one in standing if one.link == live.ifname]
    rows = tuple(_moved(one, name) for one in mine if isinstance(one, Rows))
    return _Twin(again[0], link, rows, {one.key: one for one in mine if isinstance(one, Route)})


def _moved(row: Rows, dev: str) -> Resource:
    fields: dict[str, Any] = {"dev": dev, "origin": ""}
    return dataclasses.replace(row, **fields)


def _spare(changes: Changes, world: World) -> int:
    """A VNI that no device has or is to have, next to one that is wanted."""
    wanted = [change.after.id for some in changes.values() for change in some if isinstance(change.after, Link)]
    there = (one.id for state in world.values() for one in state.values() if isinstance(one, Link))
    taken = {one for one in (*wanted, *there) if one is not None}
    return next(vni for vni in count(max(taken, default=0) % LAST_VNI + 1) if vni not in taken)
