"""Which entries can ever matter to a packet: those that cover an address on its way, in any state before or after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.core.resource import Key, Resource, State
from reconciler.schedule.entries import table_of
from reconciler.walk.flow import Flow
from reconciler.walk.prefixes import Prefix

Relevant = Mapping[str, frozenset[Key] | None]
"""Device -> keys of its entries; None of a switch: all of it matters to everybody."""


class Atlas:
    """Of every device all entries that it has, and ``more`` that it may come to have."""

    def __init__(self, world: Mapping[str, State], more: Mapping[str, Iterable[Resource]], switches: Iterable[str]):
        self._switches = tuple(switches)
        self._tables = {device: table_of(state, (*more.get(device, ()),)) for device, state in world.items()}
        self._owners: dict[str, list[str]] = {}
        for device, table in self._tables.items():
            for name in table.owned:
                self._owners.setdefault(name, []).append(device)

    def relevant(self, flow: Flow) -> Relevant:
        """Closed: wherever the packet may come to, all that may be looked up there matters."""
        found: dict[str, set[Key]] = {}
        done: set[tuple[str, str]] = set()
        todo = [(flow.source, flow.src), (flow.source, flow.dst), (flow.target, flow.dst)]
        while todo:
            place = todo.pop()
            if place not in done and place[0] in self._tables:
                done.add(place)
                todo += self._next(place, found)
        for name in (*self._switches, flow.source, flow.target):
            if name in self._tables:
                found.setdefault(name, set(self._tables[name].always))
        return {name: None if name in self._switches else frozenset(found[name]) for name in sorted(found)}

    def _next(self, place: tuple[str, str], found: dict[str, set[Key]]) -> Iterator[tuple[str, str]]:
        """Where the packet may come to after a look-up of an address on a device."""
        name, address = place
        table = self._tables[name]
        hit = table.about(address)
        found.setdefault(name, set(table.always)).update(hit.keys)
        yield from ((name, outer) for outer in hit.outer)
        yield from ((switch, address) for switch in self._switches)
        for hop in (address, *hit.hops, *hit.outer):
            for owner in self._owners.get(hop, ()):
                found.setdefault(owner, set(self._tables[owner].always)).update(self._tables[owner].own(hop))
                yield owner, address

    def transits(self, device: str, homes: Sequence[Prefix]) -> bool:
        """Whether somebody sends over ``device`` what is not for one of its ``homes``."""
        own = self._tables[device].owned
        return any(table.elsewhere(own, homes) for name, table in self._tables.items() if name != device)

    def is_shared(self, address: str) -> bool:
        """Whether several devices have it, or may come to."""
        return len(self._owners.get(address, ())) > 1
