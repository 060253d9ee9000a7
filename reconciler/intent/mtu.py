"""What an encapsulation takes of a packet, and the MTU that the projects derive from it (overlay reference, part 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

Encapsulation = Literal["vxlan", "ipip", "wireguard"]

OVERHEAD: Mapping[tuple[Encapsulation, int], int] = {
    ("vxlan", 4): 50,  # IP 20, UDP 8, VXLAN 8, the inner Ethernet header 14
    ("vxlan", 6): 70,
    ("ipip", 4): 20,
    ("wireguard", 4): 60,  # IP 20, UDP 8, WireGuard's header 16 and tag 16
    ("wireguard", 6): 80,
}
"""Bytes, by encapsulation and IP version of the underlay."""
AKS_EXTRA = 100
"""What Azure's own encryption takes beside WireGuard's (felix/dataplane/linux/int_dataplane.go)."""
ETHERNET_MTU = 1500
UNMATCHED_HOST_MTU = 1460
"""What Felix assumes where no interface matches its pattern (``findHostMTU``)."""
DEFAULT_MTU_PATTERN = r"^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)"


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


def pod_mtu(host: int, devices: Iterable[int]) -> int:
    """The MTU that pods get: a packet takes one encapsulation only, so the smallest device's (``determinePodMTU``)."""
    return min(devices, default=host)
