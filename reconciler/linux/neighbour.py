"""Permanent neighbour entries: which MAC stands behind an address on a link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar

from reconciler.core.resource import Resource
from reconciler.linux.words import Row, pairs, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour(Resource):
    """One PERMANENT entry; the kernel keys it on device and address. ``protocol`` is absent where none is set."""

    kind: ClassVar[str] = "neighbour"
    identity: ClassVar[frozenset[str]] = frozenset({"dev", "dst"})
    after: ClassVar[frozenset[str]] = frozenset({"link", "address"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"protocol"})  # `replace` without one keeps the old one

    dev: str
    dst: str
    lladdr: str
    protocol: int | None = None

    @property
    def name(self) -> str:
        return f"{self.dst} dev {self.dev}"

    @property
    def rank(self) -> tuple[object, ...]:
        address = ip_address(self.dst)
        return (self.dev, address.version, int(address))

    @property
    def link(self) -> str | None:
        return self.dev


def read(rows: Iterable[Row]) -> Iterator[Neighbour]:
    """Entries from ``ip -j -d -N neigh show nud permanent``; one without a MAC says nothing we could write."""
    for row in rows:
        if "lladdr" in row:
            protocol = int(row["protocol"]) if "protocol" in row else None
            yield Neighbour(dev=row["dev"], dst=row["dst"], lladdr=row["lladdr"].lower(), protocol=protocol)


def put(entry: Neighbour) -> str:
    """The line that writes an entry; a second time it changes nothing."""
    words = pairs(lladdr=entry.lladdr, dev=entry.dev, nud="permanent", protocol=entry.protocol)
    return f"neigh replace {word(entry.dst)}{words}"


def drop(entry: Neighbour) -> str:
    """The line that removes an entry."""
    return f"neigh del {word(entry.dst)}{pairs(dev=entry.dev)}"
