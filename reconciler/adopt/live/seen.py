"""A device as it was read, with what the inventory says of it: all that an import knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar, cast

from reconciler.core.codec import misfits
from reconciler.core.driver import Reading
from reconciler.core.resource import Resource
from reconciler.intent.wish import Owns

R = TypeVar("R", bound=Resource)


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
        return not misfits(row) and bool(row.place)
    except (ValueError, TypeError):
        return False
