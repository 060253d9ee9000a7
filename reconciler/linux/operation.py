"""What is done to a node's tables, entry by entry in an order that the kernel takes, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.order import breaks, kind_order, makes
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.address import Address
from reconciler.linux.devices import FALLBACK_DEVICES
from reconciler.linux.fallout import fallout, in_its_place, seconds, stand_ins
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.onlink import depth, in_the_way
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule

KINDS: tuple[type[Resource], ...] = (Link, Address, Neighbour, FdbEntry, Route, Rule)
ORDER = kind_order(KINDS)
FIRST = -1
"""Before every place among a kind."""


class Operation(NamedTuple):
    """One entry, for the sake of ``change``: without ``after`` it is deleted, without ``before`` it is written.

    What is written takes the place of whatever has its key. An interface with both is changed in place.
    """

    change: Change
    before: Resource | None
    after: Resource | None

    @property
    def subject(self) -> Resource:
        subject = self.after or self.before
        assert subject is not None, "an operation is about an entry"
        return subject


Cleared = frozenset[tuple[str | None, str]]
"""Interface and kind of entry."""
Placed = tuple[tuple[int, int], Operation]


def operations(changes: Sequence[Change], found: State) -> tuple[list[Operation], list[Operation]]:
    """Makes and breaks that carry ``changes`` out where there is ``found``. Makes go outside in, breaks inside out."""
    changed = frozenset(change.key for change in changes)
    links = [change for change in changes if isinstance(change.subject, Link)]
    again, second = _made_again(links), seconds(changes, found)
    cleared = again | _removed(links)
    by_then, others = ({**found, **second}, changed - second.keys()) if second else (found, changed)
    makers = {change.key: _Writer(change, found, changed, again) for change in changes}
    first = in_the_way(changes)
    away = [makers[key].drop_first() for key in sorted(first)]
    made = [makers[change.key].make() for change in makes(changes, ORDER)]
    late = [change for change in breaks(changes, ORDER) if change.key not in first]
    gone = [_Writer(change, by_then, others, cleared).unmake() for change in late]
    by_table = sorted(chain(*away, *made), key=lambda pair: pair[0])  # replays join the entries of their kind
    return [operation for _, operation in by_table], [operation for _, operation in chain(*gone)]


@dataclass(frozen=True, slots=True)
class _Writer:
    """The operations of one change, each with its place: by the kind of entry that it writes, and among its kind.

    ``found``: what is there by the time that it goes to work. From ``cleared`` interfaces nothing of these kinds has to
    be removed: the kernel has done so by then, or does with the interface.
    """

    change: Change
    found: State
    changed: frozenset[Key]
    cleared: Cleared

    def drop_first(self) -> Iterator[Placed]:
        """What has gone is in the way of others no longer: before all others of its kind."""
        assert self.change.before is not None, "what is not there is in nobody's way"
        for (place, _), operation in self._drop(self.change.before):
            yield (place, FIRST), operation

    def make(self) -> Iterator[Placed]:
        before, after = self.change.before, self.change.after
        if before is not None and self.change.recreates:
            yield from self._drop(before)
        if after is not None:
            stays = isinstance(after, Link) and not self.change.recreates
            yield _place(after), Operation(self.change, before if stays else None, after)
        yield from map(self._put, self.change.replays)
        if self.change.recreates or isinstance(after, Link):
            yield from self._restore()

    def unmake(self) -> Iterator[Placed]:
        meanwhile = [*stand_ins(self.change, self.found, self.changed)]
        yield from map(self._put, meanwhile)
        yield from self._drop(self.change.subject)
        yield from self._restore()
        yield from chain.from_iterable(map(self._drop, reversed(meanwhile)))

    def _restore(self) -> Iterator[Placed]:
        return map(self._put, fallout(self.change, self.found, self.changed))

    def _drop(self, resource: Resource) -> Iterator[Placed]:
        if (resource.link, resource.kind) not in self.cleared:
            for _ in range(1 + len(in_its_place(resource, self.found, self.changed))):
                yield _place(resource), Operation(self.change, resource, None)

    def _put(self, resource: Resource) -> Placed:
        return _place(resource), Operation(self.change, None, resource)


def _made_again(links: Sequence[Change]) -> Cleared:
    """All of an interface that is made again; neighbours where another MAC is given."""
    again = {link.subject.name for link in links if link.recreates} - FALLBACK_DEVICES
    renewed = {link.subject.name for link in links if "address" in link.fields}
    return frozenset({*product(again, ORDER), *product(renewed, (Neighbour.kind,))})


def _removed(links: Sequence[Change]) -> Cleared:
    """All of an interface that goes for good, which it does last of all.

    The kernel's own ``tunl0`` stays with all that is on it, though its delete is taken (docs/KERNEL.md, fact 35).
    """
    return frozenset(product({link.subject.name for link in links if link.after is None} - FALLBACK_DEVICES, ORDER))


def _place(resource: Resource) -> tuple[int, int]:
    return ORDER.index(resource.kind), depth(resource)
