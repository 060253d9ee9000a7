"""What on a node is somebody else's: the kernel's, DHCP's, a routing daemon's, pods', Docker's, its management."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface

from reconciler.adopt.live.seen import Seen
from reconciler.core.resource import Resource
from reconciler.linux.address import Address
from reconciler.linux.claim import Except, devices_of, is_somebodys_device, matches
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import BOOT_PROTOCOL, KERNEL_PROTOCOL, LOCAL_TABLE, OUR_PROTOCOL, Route
from reconciler.linux.rule import Rule
from reconciler.linux.rules import DEFAULT
from reconciler.switch.kinds import Interface

STATIC_PROTOCOL = 4
BY_HAND = frozenset({BOOT_PROTOCOL, STATIC_PROTOCOL, OUR_PROTOCOL})
"""What people and their tools write: iproute2 unless told otherwise, `proto static`, we."""
UNSAID = 0
"""What `ip rule` gives a rule that nobody said a protocol of."""
WRITERS = {
    9: "router advertisements",
    11: "FRR",
    12: "BIRD",
    16: "DHCP",
    18: "keepalived",
    80: "Felix",
} | dict.fromkeys((186, 187, 188, 189, 192), "routing daemons")
"""By protocol; FRR has one for each of its daemons."""
OF_CONTAINERS = (
    "docker*",
    "br-" + "?" * 12,
    "virbr*",
    "vnet*",
    "podman*",
    "lxcbr*",
    "lxdbr*",
    "nodelocaldns",
    "dummy0",
)
"""Interfaces that Docker, libvirt, Podman, LXC and Kubernetes' own helpers make."""
LOOPBACK = "lo"


@dataclass(frozen=True, slots=True)
class Foreign:
    """``management``: interfaces that a node is managed over, and no more; ``excepted``: the inventory's."""

    management: frozenset[str] = frozenset()
    excepted: Except = field(default_factory=Except)

    def why(self, row: Resource) -> str:
        """Whose it is, in words; empty: anybody may have written it by hand. What has our mark is ours."""
        if self.excepted.covers(row):
            return "excepted in the inventory"
        if self._is_marked(row):
            return ""
        devices = list(devices_of(row))
        if any(is_somebodys_device(dev) for dev in devices):
            return "on interfaces of pods and CNIs"
        if any(matches(dev, OF_CONTAINERS) for dev in devices):
            return "on interfaces of Docker and its like"
        if any(dev in self.management for dev in devices):
            return f"on the management interface {', '.join(sorted(self.management.intersection(devices)))}"
        return _writer(row)

    @staticmethod
    def _is_marked(row: Resource) -> bool:
        if isinstance(row, Link):
            return row.alias == OUR_ALIAS
        return isinstance(row, Route | Neighbour | Rule) and row.protocol == OUR_PROTOCOL


def _writer(row: Resource) -> str:
    match row:
        case Route() if row.protocol == KERNEL_PROTOCOL or row.table == LOCAL_TABLE:
            return "the kernel's"
        case Rule() if row.protocol == KERNEL_PROTOCOL:
            return "the kernel's"
        case Rule() if row.protocol == UNSAID:
            return "the kernel's" if row.priority in DEFAULT else ""
        case Route() | Rule() if row.protocol not in BY_HAND:
            return f"of {WRITERS.get(row.protocol or UNSAID, f'protocol {row.protocol}')}"
        case Address() if "dynamic" in (row.flags or ()):
            return "from DHCP or router advertisements"
        case Address() if ip_address(row.local).is_loopback or ip_address(row.local).is_link_local:
            return "the kernel's"
        case Link() if row.ifname == LOOPBACK:
            return "the kernel's"
        case _:
            return ""


def management_of(node: Seen, networks: Collection[str], carriers: Collection[str]) -> frozenset[str]:
    """The interfaces that have the address which we reach the node at, or one in the switches' management ``networks``.

    ``carriers``: interfaces that carry an overlay too: they are no mere way to manage the node.
    """
    session = {key.name for key in node.reading.session if key.kind == Link.kind}
    rows = [row for row in node.all(Address) if row.dev != LOOPBACK]
    reached = {row.dev for row in rows if row.local == node.host}
    beside = {row.dev for row in rows if _network(row) in networks}
    return frozenset((session | reached | beside) - set(carriers))


def management_networks(devices: Iterable[Seen]) -> frozenset[str]:
    """The subnets of the switches' Management interfaces."""
    return frozenset(_management_networks(devices))


def _management_networks(devices: Iterable[Seen]) -> Iterator[str]:
    for device in devices:
        for port in device.all(Interface):
            if port.ifname.startswith("Management"):
                yield from (str(ip_interface(one).network) for one in port.addresses or () if "/" in one)


def _network(row: Address) -> str:
    return str(ip_interface(f"{row.local}/{row.prefixlen}").network)
