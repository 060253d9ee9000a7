"""A device as it was read, with what the inventory says of it: all that an import knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import TypeVar, cast

from reconciler.core.driver import Reading
from reconciler.core.resource import Resource
from reconciler.intent.wish import Owns

R = TypeVar("R", bound=Resource)
TYPES: dict[str, type] = {
    **{kind.__name__: kind for kind in (str, int, bool, tuple)},
    "None": type(None),
    "Mapping": dict,
}


@dataclass(frozen=True)
class Seen:
    """``host``: where we reach it; empty: nobody knows. ``absent``: why it was not read; then ``reading`` is empty."""

    name: str
    is_switch: bool
    reading: Reading
    owns: Owns = field(default_factory=Owns)
    host: str = ""
    absent: str = ""

    @cached_property
    def _sorted(self) -> dict[type[Resource], list[Resource]]:
        """All that it has by kind, each kind in the order of a listing: asked for over and over again."""
        found: dict[type[Resource], list[Resource]] = {}
        for row in self.reading.found.values():
            found.setdefault(type(row), []).append(row)
        return {kind: sorted(rows, key=lambda row: row.rank) for kind, rows in found.items()}

    def all(self, kind: type[R]) -> list[R]:
        """What it has of one kind."""
        return cast("list[R]", self._sorted.get(kind, []))

    @cached_property
    def _standing(self) -> dict[str | None, list[Resource]]:
        found: dict[str | None, list[Resource]] = {}
        for rows in self._sorted.values():
            for row in rows:
                found.setdefault(row.link, []).append(row)
        return found

    def on(self, kind: type[R], devices: Collection[str]) -> Iterator[R]:
        """Those that stand on one of these interfaces."""
        return (row for dev in devices for row in self._standing.get(dev, ()) if isinstance(row, kind))


def sane(device: Seen) -> tuple[Seen, list[Resource]]:
    """The device without rows that make no sense, such as an address that is none, and these rows."""
    odd = {key: row for key, row in device.reading.found.items() if not _makes_sense(row)}
    if not odd:
        return device, []
    found = {key: row for key, row in device.reading.found.items() if key not in odd}
    return replace(device, reading=replace(device.reading, found=found)), list(odd.values())


def _makes_sense(row: Resource) -> bool:
    """A file may hold anything: texts where numbers belong, and the other way round."""
    try:
        return all(type(getattr(row, name)) in kinds for name, kinds in _types(type(row))) and bool(row.place)
    except (ValueError, TypeError):
        return False


@cache
def _types(kind: type[Resource]) -> tuple[tuple[str, frozenset[type]], ...]:
    """What each attribute may be, by the words of its annotation."""
    words = ((field.name, set(re.findall(r"\w+", str(field.type)))) for field in fields(kind) if field.compare)
    return tuple((name, frozenset(TYPES[word] for word in said & TYPES.keys())) for name, said in words)
