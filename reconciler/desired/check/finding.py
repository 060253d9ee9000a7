"""What the rules see, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from typing import Any, NamedTuple, TypeVar

from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.documents import Spec
from reconciler.desired.problem import Severity
from reconciler.desired.repository import Document

S = TypeVar("S", bound=Spec)
T = TypeVar("T")
Network = IPv4Network | IPv6Network
IpInterface = IPv4Interface | IPv6Interface
Path = tuple[str | int, ...]


class Finding(NamedTuple):
    """One fault in one file."""

    file: str
    fault: Fault
    severity: Severity


@dataclass(frozen=True, slots=True)
class World:
    """``named``: kind and name of all documents, those that do not fit their model too.

    ``whole``: everything could be read; otherwise nothing can be said to be missing.
    """

    documents: tuple[Document[Any], ...]
    named: frozenset[tuple[str, str]]
    whole: bool = True

    def of(self, kind: type[S]) -> list[Document[S]]:
        return [document for document in self.documents if document.kind == kind.__name__]

    def lacks(self, kind: str, name: str) -> bool:
        """Whether there is certainly no such document."""
        return self.whole and (kind, name) not in self.named

    def names(self, kind: str) -> list[str]:
        return sorted(name for of, name in self.named if of == kind)


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
        named = isinstance(places.nearest(self.path).value, dict) and len(self.path) > 0
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


def nested(placed: Iterable[tuple[Network, T]]) -> Iterator[tuple[tuple[Network, T], tuple[Network, T]]]:
    """Each network that lies in another one, after the closest that contains it (prefixes nest or are apart)."""
    around: list[tuple[Network, T]] = []
    for item in sorted(placed, key=lambda pair: (pair[0].version, int(pair[0].network_address), pair[0].prefixlen)):
        while around and not contains(around[-1][0], item[0]):
            around.pop()
        if around:
            yield around[-1], item
        around.append(item)


def contains(outer: Network, inner: Network) -> bool:
    """Whether all of ``inner`` is in ``outer``."""
    return outer.version == inner.version and outer.prefixlen <= inner.prefixlen and inner.network_address in outer
