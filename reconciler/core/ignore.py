"""What is left as it is although it differs: entries, and attributes of entries, that somebody else is in charge of."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from reconciler.core.resource import Key


@dataclass(frozen=True, slots=True)
class Ignore:
    """Entries of a ``kind`` whose name a shell pattern matches; of these ``fields`` alone, or (none) all.

    ``origin``: the file and line that say so.
    """

    kind: str
    name: str = "*"
    fields: frozenset[str] = frozenset()
    origin: str = ""

    def covers(self, key: Key) -> bool:
        return key.kind == self.kind and fnmatchcase(key.name, self.name)


@dataclass(frozen=True)
class Ignores:
    """All that is said of one device. It is false where nothing is."""

    rules: tuple[Ignore, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)

    @cached_property
    def _whole(self) -> tuple[Ignore, ...]:
        return tuple(rule for rule in self.rules if not rule.fields)

    @cached_property
    def _partly(self) -> tuple[Ignore, ...]:
        return tuple(rule for rule in self.rules if rule.fields)

    def leaves(self, key: Key) -> bool:
        """Whether the entry is neither made, nor changed, nor pruned."""
        return any(rule.covers(key) for rule in self._whole)

    def fields_of(self, key: Key) -> frozenset[str]:
        """The attributes of an entry that stay as they are once it is there."""
        return frozenset[str]().union(*(rule.fields for rule in self._partly if rule.covers(key)))

    def origin_of(self, key: Key) -> str:
        """The first line that says so."""
        return next((rule.origin for rule in self.rules if rule.covers(key)), "")


NOTHING = Ignores()
