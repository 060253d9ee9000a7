"""What the kernel has to look like for a configuration: bridges, ports, addresses, routes, forwarding. Pure.

A VLAN in use is a bridge, its SVI the bridge's address. Trunks and LAG members belong to no bridge, and what is in a
VRF has no address in the kernel: those are configuration only. ``eth0`` is never touched, our own session is on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import ids, names
from .config import DEFAULT_VRF, Config, Interface, RouteKey
from .operation import JUMBO

STANDARD_MTU = 1500
MANAGEMENT = "eth0"


@dataclass(frozen=True, slots=True)
class Link:
    """A bridge, a port or the loopback. ``master``: the bridge that a port belongs to."""

    up: bool = True
    mtu: int = STANDARD_MTU
    master: str | None = None
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kernel:
    """All that is ours in the namespace. ``routes``: `ip route` words without verb, by their identity there."""

    bridges: dict[str, Link] = field(default_factory=dict)
    ports: dict[str, Link] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    forward4: bool = False
    forward6: bool = False


def wanted(config: Config, devices: Iterable[str]) -> Kernel:
    """The kernel for ``config``; ``devices``: the Linux interfaces of the ports that are there."""
    bridges = {bridge(vlan): _bridge(config, vlan) for vlan in sorted(_in_use(config))}
    ports = {device: _port(config, device, bridges) for device in devices if device != MANAGEMENT}
    ports["lo"] = Link(mtu=65536, addresses=frozenset(_loopbacks(config)))
    return Kernel(
        bridges,
        ports,
        dict(_routes(config)),
        forward4=DEFAULT_VRF in config.routing,
        forward6=DEFAULT_VRF in config.routing6,
    )


def bridge(vlan: int) -> str:
    """Not longer than a Linux interface may be called."""
    return f"vlan{vlan}"


def _in_use(config: Config) -> Iterator[int]:
    """Active VLANs with an SVI or an access port: 4,000 empty bridges would forward nothing, slowly."""
    used = {names.vlan_of(name) for name in config.interfaces}
    used |= {port.access_vlan for name, port in config.interfaces.items() if config.is_switched(name)}
    return (vlan for vlan, body in config.vlans.items() if vlan in used and not body.suspended)


def _bridge(config: Config, vlan: int) -> Link:
    """Without its SVI, or with the SVI shut down, a bridge still carries the VLAN."""
    svi = config.interfaces.get(f"Vlan{vlan}", Interface(shutdown=True))
    return Link(mtu=svi.mtu or STANDARD_MTU, addresses=_addresses(svi))


def _port(config: Config, device: str, bridges: Iterable[str]) -> Link:
    name = names.port(device)
    port = config.interfaces.get(name or "", Interface())
    if name is None or not config.is_switched(name):
        return Link(not port.shutdown, port.mtu or STANDARD_MTU, addresses=_addresses(port))
    access = port.mode == "access" and port.channel_group is None
    master = bridge(port.access_vlan) if access and bridge(port.access_vlan) in bridges else None
    return Link(not port.shutdown, JUMBO, master)


def _addresses(port: Interface) -> frozenset[str]:
    if port.shutdown or port.vrf != DEFAULT_VRF:
        return frozenset()
    gateways = (f"{address}/32" for address in port.virtual_router)
    return frozenset([*map(str, port.addresses), *map(str, port.ipv6), *gateways])


def _loopbacks(config: Config) -> Iterator[str]:
    for name, port in config.interfaces.items():
        if names.kind(name) == "Loopback":
            yield from _addresses(port)


def _routes(config: Config) -> Iterator[tuple[str, str]]:
    """Next hops of equal distance are one route to the kernel. EOS's distance is the kernel's metric."""
    alike: dict[tuple[str, int], list[str]] = {}
    for key, route in config.routes.items():
        hop = _hop(key)
        if key.vrf == DEFAULT_VRF and hop is not None:
            alike.setdefault((str(key.prefix), route.distance), []).append(hop)
    for (prefix, distance), hops in alike.items():
        identity = f"{prefix} proto static metric {distance}"
        ways = [way for way in hops if way] or [""]
        yield identity, _words(identity, sorted(ways))


def _words(identity: str, ways: list[str]) -> str:
    if ways == [""]:
        return f"blackhole {identity}"
    return f"{identity} " + (ways[0] if len(ways) == 1 else " ".join(f"nexthop {way}" for way in ways))


def _hop(key: RouteKey) -> str | None:
    """``via ... dev ...``; empty for Null0; None for an interface that the kernel does not have."""
    if key.interface == "Null0":
        return ""
    via = f"via {key.hop}" if key.hop else ""
    if key.interface is None:
        return via
    vlan = names.vlan_of(key.interface)
    device = bridge(vlan) if vlan in ids.ALL_VLANS and vlan is not None else names.device(key.interface)
    return f"{via} dev {device}".strip() if device else None
