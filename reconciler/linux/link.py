"""Interfaces: physical ones (their MTU and state), and the tunnel devices that an overlay stands on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from reconciler.core.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Resource):
    """One interface. In a wish, ``None`` leaves a field as it is on the node.

    ``address`` is the MAC in lower case; ``mtu`` in bytes; ``txqlen`` in packets; ``up`` the administrative state.
    ``id`` (VNI), ``port`` (UDP), ``local`` (outer source), ``link`` (lower device) and ``learning`` are VXLAN's.
    A VXLAN device is made again when type, VNI, port, lower device or local address differ (Calico
    ``vxlanLinksIncompat``; the kernel refuses to change them).
    """

    kind: ClassVar[str] = "link"
    recreated_by: ClassVar[frozenset[str]] = frozenset({"info_kind", "id", "port", "local", "link"})

    ifname: str
    info_kind: str | None = None
    address: str | None = None
    mtu: int | None = None
    txqlen: int | None = None
    up: bool | None = None
    id: int | None = None
    port: int | None = None
    local: str | None = None
    lower: str | None = dataclasses.field(default=None, metadata={"json": "link"})
    learning: bool | None = None

    @property
    def name(self) -> str:
        return self.ifname

    def lens(self, live: Resource) -> Resource:
        open_fields = [f.name for f in dataclasses.fields(self) if f.compare and getattr(self, f.name) is None]
        blanks: dict[str, Any] = dict.fromkeys(open_fields)
        return dataclasses.replace(live, **blanks)
