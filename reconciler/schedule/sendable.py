"""What of a device's changes may go at one go: nothing that is refused now, or takes along what shall stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from reconciler.core.change import Change
from reconciler.core.resource import Key, State
from reconciler.linux.link import Link
from reconciler.linux.route import KERNEL_PROTOCOL, Route
from reconciler.schedule.trail import Trail, trail


class Pending:
    """The changes of one device that are still to come, from the ``state`` that it has by then."""

    def __init__(self, state: State, changes: Sequence[Change]) -> None:
        self.state = state
        self.changes = tuple(changes)

    @cached_property
    def _all(self) -> Trail:
        return trail(self.state, self.changes)

    @cached_property
    def _doomed(self) -> frozenset[Key]:
        """What is gone in the end, whatever the order."""
        return frozenset(key for key in self.state if key not in self._all.end)

    @cached_property
    def _is_whole(self) -> bool:
        """Whether all of them can go at one go."""
        return next(self._objections(self._all, self.changes), None) is None

    @cached_property
    def goes(self) -> tuple[Trail, ...]:
        """One order in which all of them can go, in as many goes as it takes; all at one go where there is none."""
        left, found = self, list[Trail]()
        while left.changes:
            way, sent = left._fitting(left.changes)
            if not sent:
                return (self._all,)
            found.append(way)
            left = left.after(way, sent)
        return tuple(found) or (self._all,)

    @cached_property
    def _is_stuck(self) -> bool:
        """Whether the device refuses some of them in every order: then nothing waits, and it says itself what it is."""
        return not self._is_whole and self.goes[0] is self._all

    @property
    def end(self) -> State:
        return self.goes[-1].end

    def trail(self, wanted: Sequence[Change]) -> tuple[Trail, tuple[Change, ...]]:
        """The way of as many of ``wanted`` as the device takes by themselves; and which these are."""
        if self._is_stuck:
            return trail(self.state, wanted), tuple(wanted)
        return self._fitting(wanted)

    def _fitting(self, wanted: Sequence[Change]) -> tuple[Trail, tuple[Change, ...]]:
        if len(wanted) == len(self.changes) and self._is_whole:
            return self._all, self.changes
        chosen = tuple(wanted)
        while chosen:
            way = trail(self.state, chosen)
            late = set(self._objections(way, chosen))
            if not late:
                return way, chosen
            chosen = tuple(change for change in chosen if change.key not in late)
        return trail(self.state, ()), ()

    def at_once(self) -> Trail:
        """All of them, whatever the device says to it."""
        return self._all

    def after(self, way: Trail, sent: Sequence[Change]) -> Pending:
        """What is left once ``sent`` has gone."""
        gone = {change.key for change in sent}
        return Pending(way.end, [change for change in self.changes if change.key not in gone])

    def _objections(self, way: Trail, chosen: Sequence[Change]) -> Iterator[Key]:
        """Changes of ``chosen`` that have to wait for others."""
        sent = {change.key: change for change in chosen}
        waiting = {change.key for change in self.changes} - sent.keys()
        yield from self._too_early(sent)
        for move in way.moves:
            if move.refusal:
                taker = _taker(way, move.change.key) if move.change.after is None else None
                yield taker or move.change.key
        for key, change in sent.items():
            if change.after is not None and key not in way.end:
                yield _taker(way, key) or key
        for key in _lost(way):
            if key not in sent and (key in waiting or not (key in self._doomed or _is_derived(way.start, key))):
                yield _taker(way, key) or key

    def _too_early(self, sent: Mapping[Key, Change]) -> Iterator[Key]:
        """What would stand on an interface that is made again later, and go with the old one."""
        again = {name for key, name in self._made_again.items() if key not in sent}
        for key, change in sent.items() if again else ():
            if change.after is not None and not again.isdisjoint(change.after.needs):
                yield key

    @cached_property
    def _made_again(self) -> Mapping[Key, str]:
        links = (change for change in self.changes if change.key.kind == Link.kind)
        return {change.key: change.subject.name for change in links if change.recreates}


def _lost(way: Trail) -> Iterator[Key]:
    """Those that were there and are not any more."""
    taken = {key for move in way.moves for key, left in move.delta.items() if left is None}
    return (key for key in taken if key in way.start and key not in way.end)


def _taker(way: Trail, lost: Key) -> Key | None:
    """The change that took it along."""
    takers = (move.change.key for move in way.moves if lost in move.delta and move.delta[lost] is None)
    return next((key for key in takers if key != lost), None)


def _is_derived(start: State, key: Key) -> bool:
    """Connected routes come and go with their addresses."""
    route = start.get(key)
    return isinstance(route, Route) and route.protocol == KERNEL_PROTOCOL
