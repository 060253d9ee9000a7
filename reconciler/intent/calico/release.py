"""What shows of Calico's release in a node's tables (overlay reference, 1.9 and 2.2, read at each tag)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["vxlan", "ipip", "none"]
"""How a pool's packets travel between nodes; ``none`` is without encapsulation."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one Calico release differs from the others.

    ``tunnel_routes``: every remote tunnel address inside a block has a /32 of its own (PR 9698, undone by 12180).
    ``host_routes``: so has a node address inside a block, by mistake (until PR 13116).
    ``route_mtu``: routes over the VXLAN tunnel carry its MTU.
    ``felix_may``: ``programClusterRoutes`` exists; ``felix``: what Felix programs by default besides VXLAN, BIRD has
    the rest. ``bird_metric``: that of IPv4 routes which BIRD learned. ``fwmark``: the bit of WireGuard's device.
    ``bird_spares_wireguard``: BIRD writes no routes to peers that WireGuard reaches (``processWireguardPeerFilter``).
    """

    version: str
    tunnel_routes: bool = False
    host_routes: bool = False
    route_mtu: bool = True
    felix_may: bool = True
    felix: frozenset[Kind] = frozenset()
    bird_metric: int = 1024
    fwmark: str = "0x200000"
    bird_spares_wireguard: bool = False


PROFILES = (
    Profile("3.29", route_mtu=False, felix_may=False, bird_metric=0, fwmark="0x100000"),
    Profile("3.30", tunnel_routes=True, host_routes=True, route_mtu=False, felix_may=False, bird_metric=0),
    Profile("3.31", tunnel_routes=True, host_routes=True, bird_metric=0),
    Profile("3.32"),
    Profile("3.33", felix=frozenset({"ipip"}), bird_spares_wireguard=True),
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


def may_have_host_routes(version: str | None) -> bool:
    """Whether a node's address inside a block may have a route of its own there, told only by the patch release."""
    return version is not None and version.removeprefix("v") in {"3.32", *_HOST_ROUTE_RELEASES}


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
