"""Node documents: addresses and MTUs of interfaces, and the routes, neighbours and FDB entries written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network

from reconciler.core.resource import State
from reconciler.desired.documents import Cluster, Node
from reconciler.desired.documents import node as written
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent import interfaces
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.linux.claim import OUR_PROTOCOL, LinuxClaim, is_cni_device
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import IPV6_DEFAULT_METRIC, NextHop, Route

LOCAL_TABLE = 255


def parts(repository: Repository) -> Iterator[Part]:
    watched = {name for c in repository.of(Cluster) if c.spec.mode == "audit" for name in c.spec.nodes}
    return (NodePart(document, document.name in watched) for document in repository.of(Node))


@dataclass(frozen=True, slots=True)
class NodePart(Part):
    """``watched``: its cluster is in ``audit`` mode, so nobody may write on the CNI's devices."""

    document: Document[Node]
    watched: bool = False

    @property
    def devices(self) -> Sequence[str]:
        return (self.document.name,)

    def rows(self, device: str) -> Iterator[Row]:
        yield from interfaces.rows(self.document)
        for number, route in enumerate(self.document.spec.routes):
            yield _route(route, self.document.spec, self.document.origin("spec", "routes", number))
        for number, entry in enumerate(self.document.spec.neighbors):
            yield _neighbour(entry, self.document.origin("spec", "neighbors", number))
        for number, row in enumerate(self.document.spec.fdb):
            yield _fdb(row, self.document.origin("spec", "fdb", number))

    def claim(self, device: str, declared: State, owns: Owns) -> LinuxClaim:
        given = self.document.spec.interfaces.items()
        listed = frozenset(name for name, interface in given if interface.addresses is not None)
        return LinuxClaim(declared, listed, owns.excepted)

    def problems(self, device: str, owns: Owns) -> Iterator[Problem]:
        yield from self._unclear_gateways()
        for section in ("neighbors", "fdb") if self.watched else ():
            for number, row in enumerate(getattr(self.document.spec, section)):
                if is_cni_device(row.dev):
                    what, right = f"{row.dev} is the CNI's, and its cluster is only watched", "mode: enforce"
                    yield problem(self.document, what, right, section, number)

    def _unclear_gateways(self) -> Iterator[Problem]:
        """A gateway whose interface is neither named nor to be seen from the addresses: the kernel would choose."""
        for number, route in enumerate(self.document.spec.routes):
            legs = route.nexthops or ((route,) if route.type == "unicast" else ())
            if any(leg.dev is None and _behind(self.document.spec, leg.via) is None for leg in legs):
                what = f"no declared interface has a subnet with the gateway of {route.dst}"
                yield problem(self.document, what, "dev: the interface that leads to it", "routes", number)


def _route(route: written.Route, node: Node, origin: str) -> Route:
    """The FIB entry as the kernel keeps it, with what iproute2 fills in."""
    version = _version(route)
    return Route(
        table=_table(route),
        type=route.type,
        dst=_destination(route.dst, version),
        gateway=route.via,
        dev=_device(route, node, version),
        protocol=route.protocol,
        scope=_scope(route, version),
        metric=route.metric or (IPV6_DEFAULT_METRIC if version == 6 else 0),
        prefsrc=route.src,
        mtu=route.mtu,
        onlink=route.onlink or None,
        nexthops=tuple(_leg(leg, node) for leg in route.nexthops) if route.nexthops else None,
        origin=origin,
    )


def _version(route: written.Route) -> int:
    """The family of ``default`` is that of its gateway or source, IPv4 where there is neither."""
    if route.dst != "default":
        return ip_network(route.dst).version
    hints = [route.via, route.src, *(leg.via for leg in route.nexthops or ())]
    return next((ip_address(hint).version for hint in hints if hint is not None), 4)


def _destination(dst: str, version: int) -> str:
    default = "0.0.0.0/0" if version == 4 else "::/0"
    return default if dst == "default" else dst


def _table(route: written.Route) -> int:
    """iproute2 puts local routes into the local table unless told otherwise."""
    return LOCAL_TABLE if route.type == "local" and "table" not in route.model_fields_set else route.table


def _device(route: written.Route, node: Node, version: int) -> str | None:
    if route.dev is not None or route.nexthops:
        return route.dev
    if route.via is not None:
        return _behind(node, route.via)
    return "lo" if version == 6 else None


def _scope(route: written.Route, version: int) -> str:
    """iproute2's choice for IPv4 (iproute.c ``iproute_modify``); an IPv6 route has no scope and reads back global."""
    if version == 6:
        return "global"
    if route.scope is not None:
        return route.scope
    if route.type == "local":
        return "host"
    return "link" if route.type == "unicast" and route.via is None and not route.nexthops else "global"


def _leg(leg: written.NextHop, node: Node) -> NextHop:
    dev = leg.dev or _behind(node, leg.via)
    return NextHop(gateway=leg.via, dev=dev, weight=leg.weight, onlink=leg.onlink or None)


def _behind(node: Node, gateway: str | None) -> str | None:
    """The declared interface whose subnet holds ``gateway``, as the kernel would find it."""
    if gateway is None:
        return None
    for ifname, interface in node.interfaces.items():
        if any(ip_address(gateway) in ip_interface(text).network for text in interface.addresses or ()):
            return ifname
    return None


def _neighbour(entry: written.Neighbor, origin: str) -> Neighbour:
    return Neighbour(dev=entry.dev, dst=entry.dst, lladdr=entry.mac, protocol=OUR_PROTOCOL, origin=origin)


def _fdb(row: written.FdbEntry, origin: str) -> FdbEntry:
    """Our mark is ``extern_learn``; on a CNI's device it would mark nothing, since all there is the CNI's."""
    mark = None if is_cni_device(row.dev) else True
    return FdbEntry(dev=row.dev, mac=row.mac, dst=row.dst, extern_learn=mark, origin=origin)
