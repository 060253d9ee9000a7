"""A Linux node's language: questions to iproute2 and `wg` in one round trip, and lines for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, ClassVar

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Line, Reading, Script, Unreadable
from reconciler.core.resource import Resource, State, state_of
from reconciler.core.watching import Program, watching
from reconciler.linux import address, fdb, link, managers, neighbour, route, rule, tables, wireguard
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.interlock import AsRead
from reconciler.linux.leftovers import left
from reconciler.linux.link import Link
from reconciler.linux.memory import Memory
from reconciler.linux.monitor import PROGRAMS
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.operation import KINDS, Operation, operations
from reconciler.linux.route import Route
from reconciler.linux.rule import Rule
from reconciler.linux.rumour import LinuxRumours
from reconciler.linux.session import QUESTION, Session, session_of
from reconciler.linux.stand_in import shell_lines
from reconciler.linux.tables import TABLES, Tables

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
    made, gone = operations(changes, found)
    return Script(tuple(chain.from_iterable(map(_lines, made))), tuple(chain.from_iterable(map(_lines, gone))))


def _lines(operation: Operation) -> Iterator[Line]:
    """Raises: ValueError for a word that cannot stand in a line."""
    change, before, after = operation
    if after is None:
        yield Line(_program(operation.subject), DROP[operation.subject.kind](before), change)
    elif not isinstance(after, Link):
        yield Line(_program(after), PUT[after.kind](after), change)
    else:
        old = before if isinstance(before, Link) else None
        for text in link.create(after) if old is None else link.modify(old, after):
            yield Line(_program(after), text, change)
        for text in wireguard.lines(after.ifname, {} if old is None else old.values, after.values):
            yield Line(wireguard.PROGRAM, text, change)
        for text in () if old else shell_lines(after):
            yield Line("echo", text, change)


def _program(resource: Resource) -> str:
    match resource:
        case FdbEntry():
            return "bridge"
        case Rule():
            return rule.program(resource)
        case _:
            return "ip"
