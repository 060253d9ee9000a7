"""What our way to one device stands on, on a switch, and which other form of it would bear us no more."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_interface
from typing import NamedTuple

from reconciler.core.resource import Key, Resource
from reconciler.core.way import IpAddress
from reconciler.switch.addresses import DYNAMIC
from reconciler.switch.door import Door
from reconciler.switch.forwarding import Stage
from reconciler.switch.kinds import Interface, Routing, Routing6, StaticRoute, Svi, Vlan


class Way(NamedTuple):
    """To one device: ``stages`` as the switch forwards, ``doors`` as it bridges, ``keys``: all that it stands on."""

    device: str
    address: IpAddress
    stages: Sequence[Stage]
    doors: Sequence[Door]
    keys: frozenset[Key]

    def __str__(self) -> str:
        return f"{self.device} ({self.address})"


def broken(way: Way, live: Resource | None, after: Resource | None) -> str | None:
    """Whether ``live``, which it stands on, carries it no more as ``after``. Routes are looked up, in `Paths`."""
    if live is None or isinstance(live, StaticRoute):
        return None
    if after is None:
        return f"{live.key} would be deleted"
    if isinstance(after, (Routing, Routing6)):
        return None if after.enabled else f"VRF {after.vrf} would not route any more"
    if isinstance(after, Vlan) and after.state != "active":
        return f"VLAN {after.id} would be suspended"
    for door in way.doors:
        if reason := door.shut_by(after, live.key):
            return reason
    if isinstance(live, (Interface, Svi)) and isinstance(after, (Interface, Svi)):
        return _closed(way, live, after)
    return None


def _closed(way: Way, live: Interface | Svi, after: Interface | Svi) -> str | None:
    """Hosts answer over the address that they know: that the subnet stays is not enough."""
    is_door = any(live.key in door.keys for door in way.doors)
    if after.shutdown and not live.shutdown and not is_door:
        return f"{live.name} would be shut down"
    had, have = _addresses(live), _addresses(after)
    near = [ip_interface(address).network for address in had if "/" in address]
    if any(stage.target in network for stage in way.stages for network in near):
        gone = next((address for address in had if address not in have), None)
        return gone and f"{live.name} would lose its address {gone}"
    return None


def _addresses(one: Interface | Svi) -> list[str]:
    """Its own, and those that it shares with other switches."""
    shared = (*(one.virtual or ()), *(one.virtual_router or ())) if isinstance(one, Svi) else ()
    return [address for address in (*(one.addresses or ()), *shared) if address != DYNAMIC]
