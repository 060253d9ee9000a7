"""Interfaces: physical ones (their MTU, state and bridge), and those that can be made: tunnels and bridges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.linux.devices import FALLBACK_DEVICES, STACKED, Values, device
from reconciler.linux.wireguard import WireguardPeer
from reconciler.linux.words import Row, pairs, word

OUR_ALIAS = "reconciler"
"""The mark on interfaces that were made because a document says so by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Resource):
    """One interface. In a wish, ``None`` leaves a field as it is on the node.

    ``address`` is the MAC in lower case; ``mtu`` in bytes; ``txqlen`` in packets; ``up`` the administrative state;
    ``alias`` a mark (``ifalias``); ``master`` the bridge that it is a port of.
    VXLAN: ``id`` (VNI), ``port`` (UDP), ``local`` (outer source), ``link`` (lower device), ``group`` (where unknown
    MACs go), ``learning``. IPIP: ``local``, ``link``. Macvlan: ``link``. Bridge: ``stp_state``, ``forward_delay`` and
    ``ageing_time`` in 1/100 s. WireGuard: ``listen_port`` (UDP), ``fwmark`` (``0x200000`` or ``off``), ``peers`` sorted
    by key.
    A tunnel is made again when type, VNI, port, lower device, local address or group differ (Calico
    ``vxlanLinksIncompat``, flannel's ``ipip.go``), but for a VXLAN device's local address: that the kernel changes in
    place within a family, and nothing on the device is lost (docs/KERNEL.md, fact 11). ``extra``: what the node has
    beyond this model.
    """

    kind: ClassVar[str] = "link"
    identity: ClassVar[frozenset[str]] = frozenset({"ifname"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"info_kind", "id", "port", "local", "link", "group", "extra"})

    ifname: str
    info_kind: str | None = None
    address: str | None = None
    mtu: int | None = None
    txqlen: int | None = None
    up: bool | None = None
    alias: str | None = None
    master: str | None = None
    id: int | None = None
    port: int | None = None
    local: str | None = None
    lower: str | None = dataclasses.field(default=None, metadata={"json": "link"})
    group: str | None = None
    learning: bool | None = None
    stp_state: bool | None = None
    forward_delay: int | None = None
    ageing_time: int | None = None
    listen_port: int | None = None
    fwmark: str | None = None
    peers: tuple[WireguardPeer, ...] | None = None
    extra: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.peers:
            object.__setattr__(self, "peers", tuple(sorted(self.peers, key=lambda peer: peer.public_key)))

    @property
    def name(self) -> str:
        return self.ifname

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dev for dev in (self.lower, self.master) if dev is not None)

    def is_made_again(self, fields: Mapping[str, tuple[object, object]]) -> bool:
        fixed = self.recreated_by & fields.keys()
        return fixed != set() and not (
            fixed == {"local"} and self.info_kind == "vxlan" and _is_one_family(*fields["local"])
        )

    @property
    def is_hardware(self) -> bool:
        return self.info_kind is None

    def lens(self, live: Resource) -> Resource:
        assert isinstance(live, Link)
        open_fields = {f.name for f in dataclasses.fields(self) if f.compare and getattr(self, f.name) is None}
        if self.info_kind is not None:  # who asks for a tunnel asks for one without options of somebody else's
            open_fields -= {"extra", "group"}
        if self.alias is not None:  # and what we made by hand has no more than its document says
            open_fields -= {"master", "local", "lower"}
        blanks: dict[str, Any] = dict.fromkeys(open_fields)
        if self.info_kind == live.info_kind and live.listen_port is None:  # a node without `wg` tells nothing of it
            blanks |= {name: getattr(self, name) for name in ("listen_port", "fwmark", "peers")}
        return dataclasses.replace(live, **blanks)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        revived: dict[str, Any] = {}
        if values.get("extra") is not None:
            revived["extra"] = tuple(values["extra"])
        if values.get("peers") is not None:
            revived["peers"] = tuple(WireguardPeer(**peer) for peer in values["peers"])
        return super(Link, cls).of_values({**values, **revived})

    @property
    def rank(self) -> tuple[object, ...]:
        """Bridges before their ports, and lower devices before the tunnels on them, whose MTU they bound."""
        place = 0 if self.info_kind == "bridge" else 1 if self.is_hardware else 2 if self.lower is None else 3
        return (place, self.ifname)


def read(rows: Iterable[Row], told: Mapping[str, Values]) -> Iterator[Link]:
    """Interfaces from ``ip -j -d -N address show``; ``told``: what ``wg`` says of some, by name."""
    for row in rows:
        info = row.get("linkinfo", {})
        kind = info.get("info_kind")
        yield Link(
            ifname=row["ifname"],
            info_kind=kind,
            address=row["address"].lower() if "address" in row else None,
            mtu=row["mtu"],
            txqlen=row.get("txqlen", 0),  # iproute2 does not print a zero
            up="UP" in row["flags"],
            alias=row.get("ifalias"),
            master=row.get("master"),
            **_below(row, kind),
            **device(kind).read(info.get("info_data", {})),
            **told.get(row["ifname"], {}),
        )


def _below(row: Row, kind: str | None) -> dict[str, Any]:
    return {"lower": row.get("link")} if kind in STACKED else {}


def create(want: Link) -> Iterator[str]:
    """Lines that make an interface; one that can only be there (a network card, ``tunl0``) is changed, where it is.

    The kernel heeds no alias at birth, and takes a bridge's MTU for chosen only when it is set later.
    """
    if want.info_kind is None or want.ifname in FALLBACK_DEVICES:
        yield from modify(None, want)
        return
    options = device(want.info_kind).options(want.values)
    lower = want.lower if want.info_kind in STACKED else None
    yield f"link add {word(want.ifname)}{pairs(link=lower, address=want.address)} type {word(want.info_kind)}{options}"
    later: dict[str, Any] = dict.fromkeys(("mtu", "txqlen", "up", "alias", "master"))
    yield from modify(dataclasses.replace(want, **later), want)


def modify(before: Link | None, want: Link) -> Iterator[str]:
    """Lines for the attributes that differ, and for no other; an open one of ``want`` stays as it is.

    The state comes last: an interface comes up as what it is to be.
    """
    old: Values = {} if before is None else before.values
    new: Values = want.values
    changed = {name: value for name, value in new.items() if value is not None and value != old.get(name)}
    if options := device(want.info_kind).options(changed):
        yield f"link set dev {word(want.ifname)} type {word(want.info_kind)}{options}"
    leaves = want.master is None and old.get("master") is not None
    words = pairs(
        address=changed.get("address"),
        mtu=changed.get("mtu"),
        txqueuelen=changed.get("txqlen"),
        alias=changed.get("alias"),
        master=changed.get("master"),
        nomaster=leaves,
    )
    if words or "up" in changed:
        yield f"link set dev {word(want.ifname)}{words}{_state(changed.get('up'))}"


def drop(link: Link) -> str:
    """The line that deletes an interface, and with it all that stands on it; a bridge lets go of its ports."""
    return f"link del dev {word(link.ifname)}"


def _is_one_family(old: object, new: object) -> bool:
    """Whether both are given and of one IP version."""
    return isinstance(old, str) and isinstance(new, str) and (":" in old) == (":" in new)


def _state(up: bool | None) -> str:
    return "" if up is None else " up" if up else " down"
