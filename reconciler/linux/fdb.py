"""Forwarding entries of a VXLAN device: behind which tunnel end a MAC lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reconciler.core.resource import Resource

FLOOD_MAC = "00:00:00:00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class FdbEntry(Resource):
    """One permanent ``self`` entry. One MAC has one ``dst``; only the all-zero flood MAC may have several (kernel)."""

    kind: ClassVar[str] = "fdb"
    after: ClassVar[frozenset[str]] = frozenset({"link", "address"})

    dev: str
    mac: str
    dst: str
    extern_learn: bool | None = None

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
