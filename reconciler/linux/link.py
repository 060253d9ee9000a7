"""Interfaces: physical ones (their MTU and state), and the tunnel devices that an overlay stands on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.linux.words import Row, pairs, word

FELIX_COMPARES = ("external", "group", "group6", "gbp", "l2miss")
"""What makes a VXLAN device another one (Calico ``vxlanLinksIncompat``), though no wish can ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Resource):
    """One interface. In a wish, ``None`` leaves a field as it is on the node.

    ``address`` is the MAC in lower case; ``mtu`` in bytes; ``txqlen`` in packets; ``up`` the administrative state.
    ``id`` (VNI), ``port`` (UDP), ``local`` (outer source), ``link`` (lower device) and ``learning`` are VXLAN's.
    A VXLAN device is made again when type, VNI, port, lower device or local address differ (Calico
    ``vxlanLinksIncompat``; the kernel refuses to change them). ``extra``: what the node has beyond this model.
    """

    kind: ClassVar[str] = "link"
    identity: ClassVar[frozenset[str]] = frozenset({"ifname"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"info_kind", "id", "port", "local", "link", "extra"})

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
    extra: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        return self.ifname

    @property
    def needs(self) -> tuple[str, ...]:
        return () if self.lower is None else (self.lower,)

    @property
    def is_hardware(self) -> bool:
        return self.info_kind is None

    def lens(self, live: Resource) -> Resource:
        open_fields = {f.name for f in dataclasses.fields(self) if f.compare and getattr(self, f.name) is None}
        if self.info_kind is not None:  # who asks for a tunnel asks for one without options of somebody else's
            open_fields.discard("extra")
        blanks: dict[str, Any] = dict.fromkeys(open_fields)
        return dataclasses.replace(live, **blanks)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        extra = values.get("extra")
        return super(Link, cls).of_values({**values, "extra": None if extra is None else tuple(extra)})

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.lower is not None, self.ifname)  # a lower device's MTU bounds that of a tunnel on it


def read(rows: Iterable[Row]) -> Iterator[Link]:
    """Interfaces from ``ip -j -d -N address show``."""
    for row in rows:
        info = row.get("linkinfo", {})
        yield Link(
            ifname=row["ifname"],
            info_kind=info.get("info_kind"),
            address=row["address"].lower() if "address" in row else None,
            mtu=row["mtu"],
            txqlen=row.get("txqlen", 0),  # iproute2 does not print a zero
            up="UP" in row["flags"],
            **(_vxlan(info.get("info_data", {})) if info.get("info_kind") == "vxlan" else {}),
        )


def _vxlan(data: Row) -> dict[str, Any]:
    extra = tuple(f"{name} {data[name]}" for name in FELIX_COMPARES if data.get(name))
    return {
        "id": data["id"],
        "port": data["port"],
        "local": data.get("local", data.get("local6")),
        "lower": data.get("link"),
        "learning": data["learning"],
        "extra": extra or None,
    }


def create(want: Link) -> Iterator[str]:
    """Lines that make an interface; one without a kind (a network card) can only be changed, where it is."""
    if want.info_kind is None:
        yield from modify(None, want)
        return
    options = pairs(address=want.address, mtu=want.mtu, txqueuelen=want.txqlen)
    yield f"link add {word(want.ifname)}{options} type {word(want.info_kind)}{_options(want)}"
    if want.up is not None:
        yield f"link set dev {word(want.ifname)}{_state(want)}"


def modify(before: Link | None, want: Link) -> Iterator[str]:
    """Lines for the attributes that differ, and for no other; an open one of ``want`` stays as it is.

    The state comes last: an interface comes up as what it is to be.
    """
    old = {} if before is None else before.values
    changed = {name: value for name, value in want.values.items() if value is not None and value != old.get(name)}
    options = pairs(address=changed.get("address"), mtu=changed.get("mtu"), txqueuelen=changed.get("txqlen"))
    if "learning" in changed:
        yield f"link set dev {word(want.ifname)} type vxlan{_learning(want)}"
    if options or "up" in changed:
        yield f"link set dev {word(want.ifname)}{options}{_state(want) if 'up' in changed else ''}"


def drop(link: Link) -> str:
    """The line that deletes an interface, and with it all that stands on it."""
    return f"link del dev {word(link.ifname)}"


def _options(want: Link) -> str:
    words = pairs(id=want.id, dstport=want.port, local=want.local, dev=want.lower)
    return words + _learning(want)


def _learning(want: Link) -> str:
    return "" if want.learning is None else " learning" if want.learning else " nolearning"


def _state(want: Link) -> str:
    return "" if want.up is None else " up" if want.up else " down"
