"""Felix's configuration as far as a row depends on it: devices, protocols, MTUs, and who programs which routes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from reconciler.intent.calico.release import NEWEST, Kind, Profile
from reconciler.intent.mtu import AKS_EXTRA, DEFAULT_MTU_PATTERN, OVERHEAD, Encapsulation
from reconciler.intent.network import IPV4, Family
from reconciler.linux.route import BOOT_PROTOCOL

FELIX_PROTOCOL = 80
BIRD_PROTOCOL = 12
QUEUE_LENGTH = 1000
"""What the kernel gives a device for which nobody asked another queue."""
VXLAN_DEVICES = {4: "vxlan.calico", 6: "vxlan-v6.calico"}
IPIP_DEVICE = "tunl0"


@dataclass(frozen=True, slots=True)
class Wireguard:
    """WireGuard of one family (felix/config/config_params.go). ``table`` is the first of ``routeTableRanges``."""

    enabled: bool = False
    device: str = "wireguard.cali"
    port: int = 51820
    priority: int = 99
    table: int = 1


WIREGUARD = (Wireguard(), Wireguard(device="wg-v6.cali", port=51821))
"""Felix's defaults, by family."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One node's Felix. MTUs in bytes by encapsulation and IP version, those that are configured.

    ``vxlan_enabled`` and ``ipip_enabled`` overrule what the pools say. ``route_protocol`` is ``deviceRouteProtocol``,
    ``sources`` ``deviceRouteSourceAddress`` by IP version. ``felix`` and ``bird``: whose routes are those of pools
    with IPIP (``ipip``) and without encapsulation (``none``). ``azure``: WireGuard pays for Azure's encryption, too.
    """

    profile: Profile = NEWEST
    vni: int = 4096
    port: int = 4789
    mtus: tuple[tuple[tuple[Encapsulation, int], int], ...] = ()
    mtu_pattern: str = DEFAULT_MTU_PATTERN
    vxlan_enabled: bool | None = None
    ipip_enabled: bool | None = None
    route_protocol: int = BOOT_PROTOCOL
    sources: tuple[str | None, str | None] = (None, None)
    workload_routes: bool = False
    felix: frozenset[Kind] = frozenset()
    bird: frozenset[Kind] = field(default_factory=lambda: frozenset[Kind]({"ipip", "none"}))
    wireguard: tuple[Wireguard, Wireguard] = WIREGUARD
    host_encryption: bool = False
    azure: bool = False

    @property
    def own_protocol(self) -> int:
        """What marks Felix's own routes off the tunnel: 80, unless another protocol is configured for all."""
        return FELIX_PROTOCOL if self.route_protocol == BOOT_PROTOCOL else self.route_protocol

    def source(self, family: Family) -> str | None:
        return self.sources[0 if family is IPV4 else 1]

    def wireguard_of(self, family: Family) -> Wireguard:
        return self.wireguard[0 if family is IPV4 else 1]

    def device_mtu(self, encapsulation: Encapsulation, family: Family, host: int) -> int:
        """MTU of one of Felix's devices on a node whose host MTU is ``host``; a configured one wins, right or wrong."""
        configured = dict(self.mtus).get((encapsulation, family.version))
        extra = AKS_EXTRA if encapsulation == "wireguard" and self.azure and self.host_encryption else 0
        return configured or host - OVERHEAD[encapsulation, family.version] - extra


def vtep_mac(node: str, family: Family = IPV4) -> str:
    """The MAC that Calico derives for a node's VXLAN device (felix/calc/vxlan_resolver.go ``vtepMACForHost``)."""
    suffix = "" if family is IPV4 else "-v6"
    digest = hashlib.sha1(f"{node}{suffix}".encode(), usedforsecurity=False).digest()
    return (b"f" + digest[:5]).hex(":")
