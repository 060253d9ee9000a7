"""One device that speaks several languages: its own, and another program's that runs on it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Driver, Reading, Script, Unreadable, Watches
from reconciler.core.part_rumours import PartsRumours
from reconciler.core.resource import Resource
from reconciler.core.watching import Program, watching

K = TypeVar("K")
V = TypeVar("V")


class Parts:
    """A driver made of drivers, asked in one round trip. ``main`` has to be readable, the others' kinds need not be."""

    def __init__(self, main: Driver, *others: Driver) -> None:
        self._parts = (main, *others)
        self.kinds: Sequence[type[Resource]] = [kind for part in self._parts for kind in part.kinds]
        self.questions: Sequence[str] = [question for part in self._parts for question in part.questions]
        self.quick_questions: Sequence[str] = main.questions
        watched = [part for part in self._parts if isinstance(part, Watches)]
        self.programs: Sequence[Program] = [program for part in watched for program in part.programs]
        self._last: tuple[Sequence[Reading], Reading] | None = None

    def read(self, answers: Sequence[Answer]) -> Reading:
        """All parts' readings as one; the same one, if each part's is the same. Raises: Unreadable, if the main is."""
        main, *others = self._split(answers)
        return self._whole([self._parts[0].read(main), *map(_part_read, self._parts[1:], others)])

    def read_quickly(self, answers: Sequence[Answer], last: Reading) -> Reading:
        """The main part anew, the others as they are in ``last``. Raises: Unreadable, if that was not the last one."""
        if self._last is None or self._last[1] is not last:
            raise Unreadable("only the last reading can be read on")
        return self._whole([self._parts[0].read(answers), *self._last[0][1:]])

    @property
    def watch(self) -> str:
        return watching(self.programs)

    def rumours(self) -> PartsRumours:
        return PartsRumours(*(part.rumours() for part in self._parts if isinstance(part, Watches)))

    def _whole(self, readings: Sequence[Reading]) -> Reading:
        if self._last is None or any(new is not old for new, old in zip(readings, self._last[0], strict=True)):
            self._last = (readings, _one(readings))
        return self._last[1]

    def write(self, changes: Sequence[Change], reading: Reading) -> Script:
        """Makes in the order of the parts, breaks the other way round."""
        scripts = [part.write(_of(part, changes), reading) for part in self._parts]
        makes = chain.from_iterable(script.makes for script in scripts)
        breaks = chain.from_iterable(script.breaks for script in reversed(scripts))
        notes = chain.from_iterable(script.notes for script in scripts)
        expects = next((script.expects for script in scripts if script.expects), None)
        return Script(tuple(makes), tuple(breaks), tuple(notes), expects)

    def _split(self, answers: Sequence[Answer]) -> Iterator[Sequence[Answer]]:
        start = 0
        for part in self._parts:
            yield answers[start : start + len(part.questions)]
            start += len(part.questions)


def _one(readings: Sequence[Reading]) -> Reading:
    return Reading(
        found=_merged(reading.found for reading in readings),
        unread=_merged(reading.unread for reading in readings),
        frozen=_merged(reading.frozen for reading in readings),
        partial=_merged(reading.partial for reading in readings),
        kept=_merged(reading.kept for reading in readings),
        session=_merged(reading.session for reading in readings),
        dialects=_merged(reading.dialects for reading in readings),
        facts=_merged(reading.facts for reading in readings),
        way=readings[0].way,
        advice=readings[0].advice,
        witness=ChainMap(*(reading.witness for reading in readings)),
    )


def _of(part: Driver, changes: Sequence[Change]) -> Sequence[Change]:
    names = {kind.kind for kind in part.kinds}
    return [change for change in changes if change.key.kind in names]


def _part_read(part: Driver, answers: Sequence[Answer]) -> Reading:
    try:
        return part.read(answers)
    except Unreadable as error:
        return Reading({}, unread={kind.kind: str(error) for kind in part.kinds})


def _merged(mappings: Iterable[Mapping[K, V]]) -> dict[K, V]:
    return dict(chain.from_iterable(mapping.items() for mapping in mappings))
