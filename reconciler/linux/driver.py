"""A Linux node's language: questions to iproute2 and `wg` in one round trip, and lines for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, ClassVar

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Line, Reading, Script, Unreadable
from reconciler.core.order import breaks, kind_order, makes
from reconciler.core.resource import Key, Resource, State, state_of
from reconciler.core.watching import Program, watching
from reconciler.linux import address, fdb, link, managers, neighbour, route, rule, tables, wireguard
from reconciler.linux.address import Address
from reconciler.linux.fallout import fallout, in_its_place
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.interlock import AsRead
from reconciler.linux.leftovers import left
from reconciler.linux.link import Link
from reconciler.linux.memory import Memory
from reconciler.linux.monitor import PROGRAMS
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.onlink import depth, in_the_way
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.linux.rumour import LinuxRumours
from reconciler.linux.session import QUESTION, Session, session_of
from reconciler.linux.tables import TABLES, Tables

KINDS: tuple[type[Resource], ...] = (Link, Address, Neighbour, FdbEntry, Route, Rule)
ORDER = kind_order(KINDS)
FIRST = -1
"""Before every place among a kind."""
Placed = tuple[tuple[int, int], Line]
PUT: dict[str, Callable[[Any], str]] = {
    Address.kind: address.put,
    Neighbour.kind: neighbour.put,
    FdbEntry.kind: fdb.put,
    Route.kind: route.put,
    Rule.kind: rule.put,
}
DROP: dict[str, Callable[[Any], str]] = {
    Link.kind: link.drop,
    Address.kind: address.drop,
    Neighbour.kind: neighbour.drop,
    FdbEntry.kind: fdb.drop,
    Route.kind: route.drop,
    Rule.kind: rule.drop,
}


class LinuxDriver:
    """All tables of a node that iproute2 shows. Makes go outside in, breaks inside out."""

    kinds: ClassVar[Sequence[type[Resource]]] = KINDS
    programs: ClassVar[Sequence[Program]] = PROGRAMS
    questions: ClassVar[Sequence[str]] = (*TABLES, wireguard.QUESTION, QUESTION, managers.QUESTION)

    def __init__(self) -> None:
        self._memory = Memory()
        self._last: tuple[Tables, Session, Reading] | None = None
        self._witness: dict[str, str] = {}

    @property
    def watch(self) -> str:
        return watching(self.programs)

    def rumours(self) -> LinuxRumours:
        return LinuxRumours()

    def read(self, answers: Sequence[Answer]) -> Reading:
        """Everything the node has; the same reading again, if nothing has changed.

        Raises: Unreadable, naming the question; half a table is no table.
        """
        *asked, told, of_session, managing = answers
        try:
            reading = self._read(tables.read(asked, told, self._memory), of_session, managing)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"an entry is not as iproute2 prints it: {type(error).__name__} {error}") from error
        self._witness |= {question: self._memory.witness(question) for question in TABLES}
        return reading

    def _read(self, now: Tables, answer: Answer, managing: Answer) -> Reading:
        last = self._last if self._last is not None and self._last[0].is_same(now) else None
        found = last[2].found if last else state_of(chain.from_iterable(now.entries))
        if last is None:
            self._memory.forget(QUESTION)
            self._memory.forget(managers.QUESTION)
        carriers = now.interfaces.carriers
        session = self._memory.recalled(QUESTION, (answer,), lambda: session_of(answer, carriers, found))
        advice = self._memory.recalled(managers.QUESTION, (managing,), lambda: managers.read(managing, carriers))
        advice += left(managing.greeting)
        if last is None or last[1] is not session or last[2].advice != advice:
            self._witness = {}  # of this reading alone: it goes on with every answer that means the same
            read = Reading(found, session=session.keys, way=session.way, advice=advice, witness=self._witness)
            self._last = (now, session, read)
        assert self._last is not None, "just made"
        return self._last[2]

    def write(self, changes: Sequence[Change], reading: Reading) -> Script:
        """Lines for ``ip``, ``bridge`` and ``wg``. Raises: ValueError for a word that cannot stand in a line."""
        script = _script(changes, reading.found)
        if not changes:
            return script
        return dataclasses.replace(script, expects=AsRead(tuple(changes), reading, partial(_script, changes)))


def _script(changes: Sequence[Change], found: State) -> Script:
    changed = frozenset(change.key for change in changes)
    fresh = frozenset(c.subject.name for c in changes if isinstance(c.subject, Link) and c.recreates)
    writers = {change.key: _Writer(change, found, changed, fresh) for change in changes}
    first = in_the_way(changes)
    away = [writers[key].drop_first() for key in sorted(first)]
    made = [writers[change.key].make() for change in makes(changes, ORDER)]
    gone = [writers[change.key].unmake() for change in breaks(changes, ORDER) if change.key not in first]
    by_table = sorted(chain(*away, *made), key=lambda pair: pair[0])  # replays join the entries of their kind
    return Script(tuple(line for _, line in by_table), tuple(line for _, line in chain(*gone)))


@dataclass(frozen=True, slots=True)
class _Writer:
    """The lines of one change, each with its place: by the kind of entry that it writes, and among its kind.

    On ``fresh`` interfaces nothing has to be removed: it has gone with the interface that was there before.
    """

    change: Change
    found: State
    changed: frozenset[Key]
    fresh: frozenset[str]

    def drop_first(self) -> Iterator[Placed]:
        """What has gone is in the way of others no longer: the line before all others of its kind."""
        assert self.change.before is not None, "what is not there is in nobody's way"
        for (place, _), line in self._drop(self.change.before):
            yield (place, FIRST), line

    def make(self) -> Iterator[Placed]:
        before, after = self.change.before, self.change.after
        if before is not None and self.change.recreates:
            yield from self._drop(before)
        if isinstance(after, Link):
            yield from self._interface(None if self.change.recreates else before, after)
        elif after is not None:
            yield self._put(after)
        yield from map(self._put, self.change.replays)
        if self.change.recreates:
            yield from self._restore()

    def _interface(self, before: Resource | None, after: Link) -> Iterator[Placed]:
        old = before if isinstance(before, Link) else None
        for text in link.create(after) if old is None else link.modify(old, after):
            yield self._line(after, text)
        for text in wireguard.lines(after.ifname, {} if old is None else old.values, after.values):
            yield _place(after), Line(wireguard.PROGRAM, text, self.change)

    def unmake(self) -> Iterator[Placed]:
        yield from self._drop(self.change.subject)
        yield from self._restore()

    def _restore(self) -> Iterator[Placed]:
        return map(self._put, fallout(self.change, self.found, self.changed))

    def _drop(self, resource: Resource) -> Iterator[Placed]:
        if resource.link not in self.fresh:
            for _ in range(1 + len(in_its_place(resource, self.found, self.changed))):
                yield self._line(resource, DROP[resource.kind](resource))

    def _put(self, resource: Resource) -> Placed:
        return self._line(resource, PUT[resource.kind](resource))

    def _line(self, resource: Resource, text: str) -> Placed:
        return _place(resource), Line(_program(resource), text, self.change)


def _place(resource: Resource) -> tuple[int, int]:
    return ORDER.index(resource.kind), depth(resource)


def _program(resource: Resource) -> str:
    match resource:
        case FdbEntry():
            return "bridge"
        case Rule():
            return rule.program(resource)
        case _:
            return "ip"
