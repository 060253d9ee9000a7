"""What the rules see, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any, NamedTuple, TypeVar

from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.documents import Spec
from reconciler.desired.problem import Severity
from reconciler.desired.repository import Document

S = TypeVar("S", bound=Spec)
IpInterface = IPv4Interface | IPv6Interface
Path = tuple[str | int, ...]


class Finding(NamedTuple):
    """One fault in one file."""

    file: str
    fault: Fault
    severity: Severity


@dataclass(frozen=True)
class World:
    """``named``: kind and name of all documents, those that do not fit their model too.

    ``whole``: everything could be read; otherwise nothing can be said to be missing.
    """

    documents: tuple[Document[Any], ...]
    named: frozenset[tuple[str, str]]
    whole: bool = True

    def of(self, kind: type[S]) -> list[Document[S]]:
        return self._of.get(kind.__name__, [])

    @cached_property
    def _of(self) -> dict[str, list[Document[Any]]]:
        found: dict[str, list[Document[Any]]] = {}
        for document in self.documents:
            found.setdefault(document.kind, []).append(document)
        return found

    def lacks(self, kind: str, name: str) -> bool:
        """Whether there is certainly no such document."""
        return self.whole and (kind, name) not in self.named

    def names(self, kind: str) -> list[str]:
        """All of one kind, sorted."""
        return self._names.get(kind, [])

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for kind, name in sorted(self.named):
            found.setdefault(kind, []).append(name)
        return found


class Spot(NamedTuple):
    """One place in one document."""

    document: Document[Any]
    path: Path

    def __str__(self) -> str:
        return self.document.origin(*self.path)

    def error(self, code: Code, what: str, right: str) -> Finding:
        """It cannot work, or cannot be meant."""
        return Finding(self.document.file, Fault(*self._place(), code, what, right), "error")

    def warning(self, code: Code, what: str, right: str) -> Finding:
        """It is legal but suspect."""
        return Finding(self.document.file, Fault(*self._place(), code, what, right), "warning")

    def _place(self) -> tuple[int, int]:
        places = self.document.places
        named = isinstance(places.nearest(self.path).value, dict)
        return places.key_place(self.path) if named else self.document.at(*self.path)


def twice(
    rows: Iterable[tuple[Hashable, Spot]], code: Code, what: Callable[[Hashable, Spot], str]
) -> Iterator[Finding]:
    """An error for each key that an earlier row has already; ``what`` names that row's line."""
    first: dict[Hashable, Spot] = {}
    for key, spot in rows:
        other = first.setdefault(key, spot)
        if other is not spot:
            yield spot.error(code, what(key, other), "remove one")
