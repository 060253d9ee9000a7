"""Permanent neighbour entries: which MAC stands behind an address on a link."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar

from reconciler.core.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour(Resource):
    """One PERMANENT entry; the kernel keys it on device and address. ``protocol`` is absent where none is set."""

    kind: ClassVar[str] = "neighbour"
    after: ClassVar[frozenset[str]] = frozenset({"link", "address"})

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
