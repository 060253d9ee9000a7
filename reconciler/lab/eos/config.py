"""The configuration as facts: VLANs, interfaces, VRFs, routes, users; every other section verbatim, in its place.

All parts are frozen, so that a copy (a session's snapshot, the way back of a commit timer) is a copy of a few
dictionaries, and two configurations are compared with ``==``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from typing import NamedTuple

from . import ids

DEFAULT_VRF = "default"
ROUTED_BY_DEFAULT = "switchport default mode routed"
SESSIONS = "service configuration session"


@dataclass(frozen=True, slots=True)
class Block:
    """A line that is kept as it was given, with the lines below it; ``mode``: it opens a mode, even without lines.

    ``literal``: free text that ends with a line EOF (a banner), whose lines are never indented.
    """

    line: str
    children: tuple[Block, ...] = ()
    mode: bool = False
    literal: bool = False

    @property
    def is_leaf(self) -> bool:
        return not (self.children or self.mode)

    @property
    def shown(self) -> tuple[Block, ...]:
        """Its lines, but for address families in which nothing is said (assumed; no recording has an empty one)."""
        return tuple(b for b in self.children if b.children or not b.line.startswith("address-family "))


@dataclass(frozen=True, slots=True)
class Vlan:
    """``name`` is absent while it is the default one."""

    name: str | None = None
    suspended: bool = False
    trunk_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interface:
    """Any interface. ``switchport`` is absent while it is the default; ``virtual``: `ip address virtual`."""

    description: str | None = None
    shutdown: bool = False
    mtu: int | None = None
    autostate: bool = True
    switchport: bool | None = None
    access_vlan: int = 1
    native_vlan: int = 1
    allowed: frozenset[int] = ids.ALL_VLANS
    mode: str = "access"
    trunk_groups: tuple[str, ...] = ()
    channel_group: tuple[int, str] | None = None
    vrf: str = DEFAULT_VRF
    dhcp: bool = False
    virtual: bool = False
    primary: IPv4Interface | None = None
    secondaries: tuple[IPv4Interface, ...] = ()
    ipv6: tuple[IPv6Interface, ...] = ()
    virtual_router: tuple[str, ...] = ()
    rest: tuple[Block, ...] = ()

    @property
    def addresses(self) -> tuple[IPv4Interface, ...]:
        return (*((self.primary,) if self.primary else ()), *self.secondaries)


@dataclass(frozen=True, slots=True)
class Vrf:
    """Its lines are kept verbatim."""

    rest: tuple[Block, ...] = ()


class RouteKey(NamedTuple):
    """What EOS tells static routes apart by; ``interface`` may be ``Null0``."""

    vrf: str
    prefix: IPv4Network | IPv6Network
    interface: str | None
    hop: str | None


@dataclass(frozen=True, slots=True)
class Route:
    """What else a static route says."""

    distance: int = 1
    track: str | None = None
    tag: int = 0
    name: str | None = None
    metric: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """``secret`` as it is stored: ``sha512 $6$...``, or absent for `nopassword`; ``key``: a public one for SSH."""

    privilege: int = 1
    role: str | None = None
    secret: str | None = None
    key: str | None = None


@dataclass(slots=True)
class Config:
    """A whole configuration; VLAN 1 is always there. ``routing`` and ``routing6``: the VRFs that route.

    ``enable``: the secret that `enable` asks for, as it is stored.
    """

    hostname: str | None = None
    enable: str | None = None
    users: dict[str, User] = field(default_factory=dict)
    vlans: dict[int, Vlan] = field(default_factory=lambda: {1: Vlan()})
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    routing: frozenset[str] = frozenset()
    routing6: frozenset[str] = frozenset()
    routes: dict[RouteKey, Route] = field(default_factory=dict)
    verbatim: tuple[Block, ...] = ()

    def copy(self) -> Config:
        return replace(
            self,
            users=dict(self.users),
            vlans=dict(self.vlans),
            vrfs=dict(self.vrfs),
            interfaces=dict(self.interfaces),
            routes=dict(self.routes),
        )

    @property
    def routed_by_default(self) -> bool:
        return has_line(self.verbatim, ROUTED_BY_DEFAULT)

    @property
    def merges_at_commit(self) -> bool:
        return has_line(self.verbatim, f"{SESSIONS} commit merge")

    @property
    def saves_at_commit(self) -> bool:
        return has_line(self.verbatim, f"{SESSIONS} commit save startup-config")

    def most_pending(self, default: int) -> int:
        """How many sessions may be pending."""
        return self._setting(f"{SESSIONS} max pending ", default)

    def most_completed(self, default: int) -> int:
        """How many completed sessions are kept."""
        return self._setting(f"{SESSIONS} max completed ", default)

    def _setting(self, beginning: str, default: int) -> int:
        said = [block.line.removeprefix(beginning) for block in self.verbatim if block.line.startswith(beginning)]
        return int(said[-1]) if said and said[-1].isdecimal() else default

    def is_switched(self, name: str) -> bool:
        """Whether a port bridges; only Ethernet and Port-Channel interfaces can."""
        if not name.startswith(("Ethernet", "Port-Channel")) or "." in name:
            return False
        switchport = self.interfaces[name].switchport
        return not self.routed_by_default if switchport is None else switchport


def has_line(blocks: Sequence[Block], line: str) -> bool:
    return any(block.line == line for block in blocks)
