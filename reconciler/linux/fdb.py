"""Forwarding entries of a VXLAN device: behind which tunnel end a MAC lives."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.linux.words import Row, pairs, word

FLOOD_MAC = "00:00:00:00:00:00"
BEYOND = {
    "port": "port",
    "vni": "vni",
    "src_vni": "src_vni",
    "viaIf": "via",
    "viaIfIndex": "viaIfIndex",
    "nhid": "nhid",
}
"""Words of the JSON -> words of `bridge fdb`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FdbEntry(Resource):
    """One permanent ``self`` entry. One MAC has one ``dst``; only the all-zero flood MAC may have several (kernel).

    ``extra``: UDP port, VNI and way out where they are not the device's own, in the words of `bridge fdb`.
    """

    kind: ClassVar[str] = "fdb"
    identity: ClassVar[frozenset[str]] = frozenset({"dev", "mac"})
    after: ClassVar[frozenset[str]] = frozenset({"link", "address"})
    # The kernel keeps a learned entry from taking over one that a user added (vxlan_fdb_update_existing).
    recreated_by: ClassVar[frozenset[str]] = frozenset({"extern_learn", "extra"})

    dev: str
    mac: str
    dst: str
    extern_learn: bool | None = None
    extra: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        flood = f" dst {self.dst}" if self.mac == FLOOD_MAC else ""
        return f"{self.mac} dev {self.dev}{flood}"

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.dev, self.mac, self.dst)

    @property
    def link(self) -> str | None:
        return self.dev

    def lens(self, live: Resource) -> Resource:
        """The kernel has one mark for all entries of a MAC: whoever made the first flood entry has chosen it."""
        assert isinstance(live, FdbEntry)
        return dataclasses.replace(live, extern_learn=self.extern_learn) if self.mac == FLOOD_MAC else live

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        extra = values.get("extra")
        return super(FdbEntry, cls).of_values({**values, "extra": None if extra is None else tuple(extra)})


def read(rows: Iterable[Row], devices: Collection[str]) -> Iterator[FdbEntry]:
    """Permanent entries of the VXLAN ``devices`` from ``bridge -j fdb show``.

    Entries of bridge ports, multicast filters of network cards and what a device learned by itself are no table of
    ours, and nothing that Felix looks at.
    """
    for row in rows:
        if row["ifname"] in devices and "dst" in row and row.get("state") == "permanent":
            yield FdbEntry(
                dev=row["ifname"],
                mac=row["mac"].lower(),
                dst=row["dst"],
                extern_learn=True if "extern_learn" in row["flags"] else None,
                extra=tuple(f"{said} {row[name]}" for name, said in BEYOND.items() if name in row) or None,
            )


def put(entry: FdbEntry) -> str:
    """The line that writes an entry; a second time it changes nothing. ``replace`` is refused for the flood MAC."""
    verb = "append" if entry.mac == FLOOD_MAC else "replace"
    return f"fdb {verb} {_entry(entry)} permanent{pairs(extern_learn=entry.extern_learn)}"


def drop(entry: FdbEntry) -> str:
    """The line that removes an entry."""
    return f"fdb del {_entry(entry)}"


def _entry(entry: FdbEntry) -> str:
    more = "".join(f" {word(part)}" for text in entry.extra or () for part in text.split())
    return f"{word(entry.mac)}{pairs(dev=entry.dev, dst=entry.dst)}{more} self"
