"""What shows of Calico's version and Felix's configuration in a node's tables: profiles, VTEP MACs, MTUs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_MTU_PATTERN = r"^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)"
UNMATCHED_HOST_MTU = 1460
ETHERNET_MTU = 1500
FELIX_PROTOCOL = 80
BOOT_PROTOCOL = 3


@dataclass(frozen=True, slots=True)
class Family:
    """IPv4 or IPv6: the device of its own that Felix makes for it, and how the kernel keeps its routes."""

    version: int
    device: str
    mac_suffix: str
    overhead: int
    bits: int
    metric: int
    blackhole_dev: str | None


IPV4 = Family(4, "vxlan.calico", "", overhead=50, bits=32, metric=0, blackhole_dev=None)
IPV6 = Family(6, "vxlan-v6.calico", "-v6", overhead=70, bits=128, metric=1024, blackhole_dev="lo")
FAMILIES = (IPV4, IPV6)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one Calico release differs from the others (felix/dataplane/linux/vxlan_mgr.go, read at each tag).

    ``tunnel_routes``: every remote tunnel address inside a block has a /32 of its own (PR 9698, undone by 12180).
    ``host_routes``: so has a node address inside a block, by mistake (until PR 13116).
    ``route_mtu``: routes over the tunnel carry its MTU.
    """

    version: str
    tunnel_routes: bool = False
    host_routes: bool = False
    route_mtu: bool = True


PROFILES = (
    Profile("3.29", route_mtu=False),
    Profile("3.30", tunnel_routes=True, host_routes=True, route_mtu=False),
    Profile("3.31", tunnel_routes=True, host_routes=True),
    Profile("3.32"),
    Profile("3.33"),
)
OLDEST, NEWEST = PROFILES[0], PROFILES[-1]
_VERSION = re.compile(r"v?(\d+)\.(\d+)(\.\d+)?.*")
_HOST_ROUTE_RELEASES = frozenset({"3.32.0", "3.32.1"})


def is_version(version: str | None) -> bool:
    """Whether it names a release; a build of Calico's master calls itself ``master``."""
    return version is not None and _VERSION.fullmatch(version) is not None


def is_older(version: str | None) -> bool:
    """Whether it is a release from before those that have a profile."""
    return (release := _release(version)) is not None and release < _numbers(OLDEST.version)


def is_newer(version: str | None) -> bool:
    """Whether it is a release from after those that have a profile: nobody has read what it does."""
    return (release := _release(version)) is not None and release > _numbers(NEWEST.version)


def _release(version: str | None) -> tuple[int, ...] | None:
    match = _VERSION.fullmatch(version or "")
    return None if match is None else (int(match[1]), int(match[2]))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def profile_of(version: str | None) -> Profile:
    """The profile for ``3.30``, ``v3.30.2``, ...: a release outside 3.29 ... 3.33 has the nearest one's habits.

    What is no release has the newest one's.
    """
    wanted = _release(version)
    if version is None or wanted is None:
        return NEWEST
    if version.removeprefix("v") in _HOST_ROUTE_RELEASES:
        return Profile("3.32", host_routes=True)
    older = [profile for profile in PROFILES if _numbers(profile.version) <= wanted]
    return older[-1] if older else OLDEST


@dataclass(frozen=True, slots=True)
class Settings:
    """Felix's configuration as far as a compiled row depends on it; MTUs in bytes, ``None`` is derived.

    ``enabled`` overrides what the pools say (``vxlanEnabled``); ``route_protocol`` is ``deviceRouteProtocol``;
    ``sources`` holds ``deviceRouteSourceAddress`` by IP version.
    """

    profile: Profile = NEWEST
    vni: int = 4096
    port: int = 4789
    mtus: Mapping[int, int | None] | None = None
    mtu_pattern: str = DEFAULT_MTU_PATTERN
    enabled: bool | None = None
    route_protocol: int = BOOT_PROTOCOL
    sources: Mapping[int, str | None] | None = None
    workload_routes: bool = False

    @property
    def own_protocol(self) -> int:
        """What marks Felix's own routes off the tunnel: 80, unless another protocol is configured for all."""
        return FELIX_PROTOCOL if self.route_protocol == BOOT_PROTOCOL else self.route_protocol

    def source(self, family: Family) -> str | None:
        return (self.sources or {}).get(family.version)

    def device_mtu(self, family: Family, host: int) -> int:
        """MTU of the family's VXLAN device on a node with host MTU ``host``."""
        return (self.mtus or {}).get(family.version) or host - family.overhead


def host_mtu(mtus: Mapping[str, int | None], pattern: str = DEFAULT_MTU_PATTERN) -> int:
    """Smallest MTU among the interfaces that match ``pattern``, whichever of them carries the tunnel.

    ``mtus``: declared interfaces, ``None`` where the MTU is not declared. Source: Felix ``findHostMTU``.
    """
    matching = [mtu for name, mtu in mtus.items() if re.search(pattern, name)]
    declared = [mtu for mtu in matching if mtu is not None]
    if declared:
        return min(declared)
    only_strangers = not matching and any(mtu is not None for mtu in mtus.values())
    return UNMATCHED_HOST_MTU if only_strangers else ETHERNET_MTU


def vtep_mac(node: str, family: Family = IPV4) -> str:
    """The MAC that Calico derives for a node's VXLAN device (felix/calc/vxlan_resolver.go ``vtepMACForHost``)."""
    digest = hashlib.sha1(f"{node}{family.mac_suffix}".encode(), usedforsecurity=False).digest()
    return (b"f" + digest[:5]).hex(":")
