"""Addresses of a node's interfaces, IPv4 and IPv6."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_interface
from typing import ClassVar

from reconciler.core.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Resource):
    """One address of one interface; ``scope`` is a name of ``/etc/iproute2/rt_scopes``."""

    kind: ClassVar[str] = "address"
    after: ClassVar[frozenset[str]] = frozenset({"link"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"scope"})

    dev: str
    local: str
    prefixlen: int
    scope: str = "global"

    @property
    def name(self) -> str:
        return f"{self.local}/{self.prefixlen} dev {self.dev}"

    @property
    def rank(self) -> tuple[object, ...]:
        interface = ip_interface(f"{self.local}/{self.prefixlen}")
        return (self.dev, interface.version, int(interface.ip), self.prefixlen)

    @property
    def link(self) -> str | None:
        return self.dev
