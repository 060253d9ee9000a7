"""The routing table that follows from the configuration and from what is up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address

from .config import Route, RouteKey
from .operation import Operation


@dataclass(frozen=True, slots=True)
class Via:
    """One way out: an interface, and the next hop behind it unless the network is connected."""

    interface: str
    hop: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A prefix with its best source: connected before static, the smallest distance before others."""

    prefix: IPv4Network
    vias: tuple[Via, ...]
    distance: int = 0
    static: bool = False


def table(operation: Operation, vrf: str) -> list[Entry]:
    """The IPv4 routes of ``vrf`` that are usable now; a static whose next hop is on no connected network is not."""
    connected = dict(_connected(operation, vrf))
    entries = {prefix: Entry(prefix, (Via(interface),)) for prefix, interface in connected.items()}
    for entry in sorted(_statics(operation, vrf, connected), key=lambda entry: entry.distance):
        known = entries.get(entry.prefix)
        if known is None:
            entries[entry.prefix] = entry
        elif known.static and known.distance == entry.distance:
            entries[entry.prefix] = Entry(entry.prefix, known.vias + entry.vias, entry.distance, static=True)
    return sorted(entries.values(), key=lambda entry: entry.prefix)


def _connected(operation: Operation, vrf: str) -> Iterator[tuple[IPv4Network, str]]:
    for name in operation.routed():
        port = operation.config.interfaces[name]
        if port.vrf == vrf and operation.state(name).is_up:
            yield from ((address.network, name) for address in port.addresses)


def _statics(operation: Operation, vrf: str, connected: dict[IPv4Network, str]) -> Iterator[Entry]:
    for key, route in operation.config.routes.items():
        if key.vrf == vrf and isinstance(key.prefix, IPv4Network):
            yield from _static(operation, key.prefix, key, route, connected)


def _static(
    operation: Operation, prefix: IPv4Network, key: RouteKey, route: Route, connected: dict[IPv4Network, str]
) -> Iterator[Entry]:
    """Nothing while there is no way out."""
    interface = key.interface or _towards(key.hop, connected)
    known = interface == "Null0" or interface in operation.config.interfaces
    if interface is None or not known:
        return
    if interface == "Null0" or operation.state(interface).is_up:
        yield Entry(prefix, (Via(interface, key.hop),), route.distance, static=True)


def _towards(hop: str | None, connected: dict[IPv4Network, str]) -> str | None:
    """The interface whose network ``hop`` is in: the longest match."""
    fitting = [network for network in connected if hop and ip_address(hop) in network]
    return connected[max(fitting, key=lambda network: network.prefixlen)] if fitting else None
