"""A device as it was read, with what the inventory says of it: all that an import knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.core.driver import Reading
from reconciler.core.resource import Resource
from reconciler.intent.wish import Owns

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Seen:
    """``host``: where we reach it; empty: nobody knows. ``absent``: why it was not read; then ``reading`` is empty."""

    name: str
    is_switch: bool
    reading: Reading
    owns: Owns = field(default_factory=Owns)
    host: str = ""
    absent: str = ""

    def all(self, kind: type[R]) -> list[R]:
        """What it has of one kind, in the order of a listing."""
        return sorted((row for row in self.reading.found.values() if isinstance(row, kind)), key=lambda row: row.rank)

    def on(self, kind: type[R], devices: Collection[str]) -> Iterator[R]:
        """Those that stand on one of these interfaces."""
        return (row for row in self.all(kind) if row.link in devices)
