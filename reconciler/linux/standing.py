"""What of a node somebody wants or owns, by the interface that it stands on: what a link's fall takes along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from reconciler.core.driver import Reading
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.claim import devices_of
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.route import Route

Owns = Callable[[Resource], bool]


class Standing:
    """Of one reading and one wish. Made once for many events, and nothing of it before it is asked for."""

    def __init__(self, reading: Reading, desired: State, owns: Owns) -> None:
        self.reading, self.desired, self.owns = reading, desired, owns

    def fits(self, reading: Reading, desired: State, owns: Owns) -> bool:
        return self.reading is reading and self.desired is desired and self.owns == owns

    def concerns(self, key: Key, *said: Resource | None) -> bool:
        """Whether an entry is wanted, or ours: as it was read, or as it is ``said`` to be now."""
        if key in self.desired:
            return True
        return any(one is not None and self.owns(one) for one in (self.reading.found.get(key), *said))

    def carries(self, *foundations: str) -> bool:
        """Whether anything that is wanted or ours leans on one of these interfaces or source addresses."""
        if not self._wanted.isdisjoint(foundations):
            return True
        return any(self.owns(one) for name in foundations for one in self._read.get(name, ()))

    @cached_property
    def uses_nexthops(self) -> bool:
        """Whether a route or an FDB entry of these leads to a next hop object, with which it would silently go."""
        return any(
            self.concerns(one.key)
            for one in self.reading.found.values()
            if isinstance(one, Route | FdbEntry) and any(text.startswith("nhid ") for text in one.extra or ())
        )

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(name for one in self.desired.values() for name in _foundations(one))

    @cached_property
    def _read(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for name, one in _leaning(self.reading.found.values()):
            found.setdefault(name, []).append(one)
        return found


def _leaning(resources: Iterable[Resource]) -> Iterator[tuple[str, Resource]]:
    return ((name, one) for one in resources for name in _foundations(one))


def _foundations(resource: Resource) -> Iterator[str]:
    yield from devices_of(resource)
    if isinstance(resource, Route) and resource.prefsrc is not None:
        yield resource.prefsrc
