"""Interfaces: ports, port channels, loopbacks, and the switch's own interfaces in its VLANs (SVIs)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from reconciler.core.resource import Resource
from reconciler.core.words import natural
from reconciler.switch.addresses import in_order, is_ipv6, routers_in_order
from reconciler.switch.kinds.open import Open

ALL_VLANS = "1-4094"
NO_CHANNEL = "none"
DEFAULT_MTU = 1500
OF_A_MODE = frozenset({"access", "trunk_allowed", "trunk_native", "trunk_groups", "addresses", "vrf"})
ROUTED = ("Loopback", "Management")


def routed_by_nature(ifname: str) -> bool:
    """Whether it is routed without a line that says so: loopbacks, Management, sub-interfaces."""
    return "." in ifname or ifname.startswith(ROUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface(Open):
    """One port, port channel or loopback (not an SVI). ``mode`` is access, trunk or routed (a live one may be another).

    A wish has only the fields of its mode, a live port also what it remembers for its other modes (``trunk_allowed`` of
    an access port). ``trunk_allowed`` is a sorted, compressed list such as ``10,20-22`` (``1-4094`` is all, ``none`` is
    none); ``mtu`` is absent at its default; ``addresses`` of a routed port, primary first, ``dhcp`` in place of the
    primary. Open: ``vrf``, ``trunk_groups``, ``channel_group`` (``10 active``, ``none``: no member), ``portfast``
    (``network`` is another sort of it) and ``bpduguard`` (``disable`` overrules a default of the whole switch).
    """

    kind: ClassVar[str] = "interface"
    after: ClassVar[frozenset[str]] = frozenset({"vlan", "vrf"})
    open: ClassVar[Mapping[str, object]] = {
        "vrf": "default",
        "trunk_groups": (),
        "channel_group": NO_CHANNEL,
        "portfast": False,
        "bpduguard": False,
    }

    ifname: str = field(metadata={"json": "name"})
    mode: str = "access"
    access: int | None = None
    trunk_allowed: str | None = None
    trunk_native: int | None = None
    description: str | None = None
    shutdown: bool = False
    mtu: int | None = None
    addresses: tuple[str, ...] | None = None
    vrf: str | None = None
    trunk_groups: tuple[str, ...] | None = None
    channel_group: str | None = None
    portfast: bool | str | None = None
    bpduguard: bool | str | None = None

    def __post_init__(self) -> None:
        if self.addresses:
            object.__setattr__(self, "addresses", in_order(self.addresses))
        if self.trunk_groups:
            object.__setattr__(self, "trunk_groups", tuple(sorted(set(self.trunk_groups))))

    def taking(self, names: Collection[str], live: Resource) -> Self:
        """What belongs to a mode goes with it: a port in another mode has nothing of it that could stay."""
        taken = set(names)
        if isinstance(live, Interface) and live.mode != self.mode:
            taken = taken | OF_A_MODE if "mode" in taken else taken - OF_A_MODE
        return Open.taking(self, taken, live)

    @property
    def name(self) -> str:
        return self.ifname

    @property
    def is_hardware(self) -> bool:
        """Ports are; a port channel, a loopback and a sub-interface are made by configuration."""
        return not self.ifname.startswith(("Port-Channel", "Loopback")) and "." not in self.ifname

    @property
    def rank(self) -> tuple[object, ...]:
        return natural(self.ifname)


@dataclass(frozen=True, slots=True, kw_only=True)
class Svi(Open):
    """The switch's own interface in a VLAN; ``addresses`` primary first; ``mtu`` absent at 1500, ``vrf`` at default.

    Open: ``virtual`` (addresses that several switches share, `ip address virtual`), ``virtual_router`` (the same beside
    an address of its own, `ip virtual-router address`), ``autostate`` (False: up without any port).
    """

    kind: ClassVar[str] = "svi"
    identity: ClassVar[frozenset[str]] = frozenset({"vlan"})
    after: ClassVar[frozenset[str]] = frozenset({"vlan", "vrf", "interface"})
    open: ClassVar[Mapping[str, object]] = {"virtual": (), "virtual_router": (), "autostate": True}

    vlan: int
    addresses: tuple[str, ...] = ()
    description: str | None = None
    shutdown: bool = False
    mtu: int | None = None
    vrf: str | None = None
    virtual: tuple[str, ...] | None = None
    virtual_router: tuple[str, ...] | None = None
    autostate: bool | None = None

    def __post_init__(self) -> None:
        for name in ("addresses", "virtual"):
            if listed := getattr(self, name):
                object.__setattr__(self, name, in_order(listed))
        if self.virtual_router:
            object.__setattr__(self, "virtual_router", routers_in_order(self.virtual_router))

    @property
    def _excludes_virtual(self) -> bool:
        """EOS takes `ip address` or `ip address virtual`: who wants the one does not leave the other open."""
        return self.virtual is None and any(not is_ipv6(address) for address in self.addresses)

    def lens(self, live: Resource) -> Resource:
        seen = Open.lens(self, live)
        shared = live.virtual if isinstance(live, Svi) and self._excludes_virtual else None
        return replace(seen, virtual=shared) if isinstance(seen, Svi) and shared else seen

    def filled(self, live: Self | None) -> Self:
        full = Open.filled(self, live)
        return replace(full, virtual=None) if self._excludes_virtual and full.virtual else full

    def taking(self, names: Collection[str], live: Resource) -> Self:
        """Addresses of its own and shared ones exclude each other: who leaves the one as it is leaves both."""
        both = {"addresses", "virtual"}
        return Open.taking(self, both.union(names) if both & set(names) else names, live)

    @property
    def name(self) -> str:
        return f"Vlan{self.vlan}"

    @property
    def rank(self) -> tuple[object, ...]:
        return (self.vlan,)
