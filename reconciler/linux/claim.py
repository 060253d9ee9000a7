"""What on a node is ours: read from the entries themselves (their mark, their device), never from a memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from reconciler.core.resource import Resource, State
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import OUR_ALIAS, Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import KERNEL_PROTOCOL, OUR_PROTOCOL, Route
from reconciler.linux.rule import Rule

CNI_DEVICES = ("vxlan.calico", "vxlan-v6.calico", "wireguard.cali", "wg-v6.cali", "tunl0", "flannel*", "cilium_*")
POD_DEVICES = ("cali*", "lxc*", "veth*", "cni0", "cilium_*")
"""Pods hang on these: their routes and neighbours come and go with the pods, whatever a CNI counts as its own."""
KERNEL_AND_CNI_DEVICES = (*CNI_DEVICES, *POD_DEVICES, "*.cali", "kube-*")
"""Names under which somebody else makes interfaces: tunnels, pods' ends, IPVS."""
IPV6_BOOTSTRAP = (ip_network("fe80::/10"), ip_network("ff00::/8"))

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Except:
    """What the inventory takes out of our hands: device names (globs), table numbers, prefixes."""

    devices: frozenset[str] = frozenset()
    tables: frozenset[int] = frozenset()
    prefixes: frozenset[Network] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.devices or self.tables or self.prefixes)

    def covers(self, resource: Resource) -> bool:
        if self.devices and any(matches(dev, self.devices) for dev in devices_of(resource)):
            return True
        if isinstance(resource, Route | Rule) and resource.table in self.tables:
            return True
        return bool(self.prefixes) and any(inside(network, self.prefixes) for network in _networks_of(resource))


@dataclass(frozen=True, slots=True)
class LinuxClaim:
    """What is written by hand: declared rows, rows with our mark, and addresses of declared ``interfaces``.

    ``interfaces``: those whose document lists addresses (an empty list too); link-local ones are the kernel's.
    The mark is protocol 142 on routes and neighbours, ``extern_learn`` on FDB entries of devices of no CNI, the alias
    ``reconciler`` on links.
    """

    declared: State = field(default_factory=dict)
    interfaces: frozenset[str] = frozenset()
    excepted: Except = field(default_factory=Except)

    def owns(self, resource: Resource) -> bool:
        return not self.excepted.covers(resource) and (is_declared(resource, self.declared) or self._marked(resource))

    def otherwise(self, resource: Resource) -> str:
        return ""

    def _marked(self, resource: Resource) -> bool:
        match resource:
            case Route() | Neighbour() | Rule():
                return resource.protocol == OUR_PROTOCOL
            case FdbEntry():
                return bool(resource.extern_learn) and not is_cni_device(resource.dev)
            case Address():
                return resource.dev in self.interfaces and not resource.flags and not _is_local(resource)
            case Link():
                return resource.alias == OUR_ALIAS and not resource.is_hardware
            case _:
                return False


@dataclass(frozen=True, slots=True)
class CniClaim(ABC):
    """What a CNI counts as its own on a node, and its wanted rows; never what pods hang on."""

    declared: State = field(default_factory=dict)
    excepted: Except = field(default_factory=Except, kw_only=True)

    def owns(self, resource: Resource) -> bool:
        if self.excepted.covers(resource):
            return False
        return is_declared(resource, self.declared) or (self._counts(resource) and not is_spared(resource))

    @abstractmethod
    def otherwise(self, resource: Resource) -> str:
        """Who else would put it right, and when; empty: nobody."""

    @abstractmethod
    def _counts(self, resource: Resource) -> bool:
        """Whether the CNI's own agent would take the entry for one of its own."""


def is_declared(resource: Resource, declared: State) -> bool:
    """Whether it is the wanted entry, be its values wrong: another protocol number says that another owner sits there.

    The kernel lets one owner's ``ip route replace`` overwrite another's entry silently (docs/KERNEL.md, fact 2).
    """
    want = declared.get(resource.key)
    if isinstance(want, Route | Neighbour | Rule):
        seen = want.lens(resource)  # a rule may leave its protocol open
        return isinstance(seen, Route | Neighbour | Rule) and want.protocol == seen.protocol
    if isinstance(want, Link) and isinstance(resource, Link):
        return want.alias in (None, resource.alias)
    return want is not None


def _is_local(address: Address) -> bool:
    """Loopback's and link-local addresses, which the kernel (or zeroconf) makes by itself."""
    local = ip_address(address.local)
    return local.is_loopback or local.is_link_local


def is_cni_device(dev: str) -> bool:
    """Whether a CNI counts everything on this tunnel device as its own, whatever mark it carries."""
    return matches(dev, CNI_DEVICES)


def is_somebodys_device(dev: str) -> bool:
    """Whether the kernel, a CNI or kube-proxy makes interfaces of this name."""
    return matches(dev, KERNEL_AND_CNI_DEVICES)


def devices_of(resource: Resource) -> Iterator[str]:
    """Every interface that a resource is on or leads through."""
    if isinstance(resource, Link):
        yield resource.ifname
    if resource.link is not None:
        yield resource.link
    if isinstance(resource, Rule):
        yield from (dev for dev in (resource.iif, resource.oif) if dev is not None)
    if isinstance(resource, Route):
        yield from (leg.dev for leg in resource.nexthops or () if leg.dev is not None)


def inside(network: Network, prefixes: frozenset[Network] | tuple[Network, ...]) -> bool:
    """Whether one of ``prefixes`` contains the whole of ``network``."""
    return any(network.version == p.version and network.subnet_of(p) for p in prefixes)  # type: ignore[arg-type]


def is_spared(resource: Resource) -> bool:
    """What nobody but the kernel and the CNI's plugin may touch: pods' rows, connected routes, link-local addresses."""
    if any(matches(dev, POD_DEVICES) for dev in devices_of(resource)):
        return True
    if isinstance(resource, Route):
        direct = resource.gateway is None and resource.nexthops is None
        return direct and resource.type == "unicast" and resource.protocol == KERNEL_PROTOCOL
    return isinstance(resource, Address) and inside(ip_network(resource.local), IPV6_BOOTSTRAP)


def _networks_of(resource: Resource) -> Iterator[Network]:
    match resource:
        case Route():
            yield ip_network(resource.dst)
        case Neighbour():
            yield ip_network(ip_address(resource.dst))
        case Address():
            yield ip_network(ip_address(resource.local))
        case Rule():
            yield from (ip_network(side, strict=False) for side in (resource.src, resource.dst) if side)


def matches(dev: str, patterns: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether an interface's name is one of these, which may be globs."""
    return any(fnmatchcase(dev, pattern) for pattern in patterns)
