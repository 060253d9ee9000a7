"""Addresses of a node's interfaces, IPv4 and IPv6."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Any, ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.linux.words import SCOPES, Row, named, pairs, word

FLAGS = ("secondary", "dynamic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Resource):
    """One address of one interface; ``scope`` is a name of ``/etc/iproute2/rt_scopes``.

    ``flags`` tells whose the address is: ``dynamic`` (it has a lifetime: DHCP, router advertisements) or ``secondary``
    (the kernel's verdict on a second address in one subnet). No wish asks for them. ``peer`` is the far end of a
    point-to-point address, whose ``prefixlen`` it then is. ``broadcast`` absent in a wish: left open.
    """

    kind: ClassVar[str] = "address"
    identity: ClassVar[frozenset[str]] = frozenset({"dev", "local", "prefixlen"})
    after: ClassVar[frozenset[str]] = frozenset({"link"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"scope", "peer", "broadcast"})  # `address replace` leaves them

    dev: str
    local: str
    prefixlen: int
    scope: str = "global"
    peer: str | None = None
    broadcast: str | None = None
    flags: tuple[str, ...] | None = None

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

    def lens(self, live: Resource) -> Resource:
        """An address that is declared is there, too, when DHCP brought it or the kernel counts it second."""
        assert isinstance(live, Address)
        broadcast = live.broadcast if self.broadcast else None
        return dataclasses.replace(live, flags=self.flags, broadcast=broadcast)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        flags = values.get("flags")
        return super(Address, cls).of_values({**values, "flags": None if flags is None else tuple(flags)})


def read(rows: Iterable[Row]) -> Iterator[Address]:
    """Addresses from ``ip -j -d -N address show``, link-local ones included: who owns what is not decided here."""
    for row in rows:
        for info in row["addr_info"]:
            yield Address(
                dev=row["ifname"],
                local=info["local"],
                prefixlen=info["prefixlen"],
                scope=_scope(info),
                peer=info.get("address"),
                broadcast=info.get("broadcast"),
                flags=tuple(flag for flag in FLAGS if info.get(flag)) or None,
            )


def _scope(info: Row) -> str:
    """An IPv6 address cannot be given a scope: what iproute2 calls ``site`` there (fec0::/10) is global to all else."""
    scope = named(SCOPES, info["scope"])
    return "global" if scope == "site" and ":" in info["local"] else scope


def put(address: Address) -> str:
    """The line that writes an address; a second time it changes nothing."""
    return f"address replace {_address(address)}{pairs(broadcast=address.broadcast, scope=address.scope)}"


def drop(address: Address) -> str:
    """The line that removes an address."""
    return f"address del {_address(address)}"


def _address(address: Address) -> str:
    if address.peer is None:
        return f"{word(address.local)}/{address.prefixlen:d} dev {word(address.dev)}"
    return f"{word(address.local)} peer {word(address.peer)}/{address.prefixlen:d} dev {word(address.dev)}"
