"""Node documents: addresses and MTUs of interfaces, and the routes, neighbours and FDB entries written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.resource import State
from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster, Node
from reconciler.desired.documents import node as written
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent import interfaces
from reconciler.intent.route import behind, route_row
from reconciler.intent.rule import rule_row
from reconciler.intent.wish import Owns, Part, Row, problem
from reconciler.linux.claim import LinuxClaim, is_cni_device
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import OUR_PROTOCOL


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
            yield route_row(route, self.document.spec, self.document.origin("spec", "routes", number))
        for number, rule in enumerate(self.document.spec.rules):
            yield rule_row(rule, self.document.origin("spec", "rules", number))
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
        yield from self._rules_alike()
        for section in ("neighbors", "fdb") if self.watched else ():
            for number, row in enumerate(getattr(self.document.spec, section)):
                if is_cni_device(row.dev):
                    what, right = f"{row.dev} is the CNI's, and its cluster is only watched", "mode: enforce"
                    yield problem(self.document, Code.CNI_DEVICE_WATCHED, what, right, section, number)

    def _rules_alike(self) -> Iterator[Problem]:
        """Rules of one priority that the kernel takes for each other when one of them is added or deleted."""
        rules = [rule_row(rule, "") for rule in self.document.spec.rules]
        alike: dict[tuple[int, int], list[int]] = {}
        for number, rule in enumerate(rules):
            before = alike.setdefault((rule.priority, rule.family), [])
            for other in before:
                if rule.may_stand_for(rules[other]) or rules[other].may_stand_for(rule):
                    place = self.document.origin("spec", "rules", other)
                    what = f"the kernel cannot tell this rule from that of {place}"
                    yield problem(self.document, Code.RULES_ALIKE, what, "a priority of its own", "rules", number)
            before.append(number)

    def _unclear_gateways(self) -> Iterator[Problem]:
        """A gateway whose interface is neither named nor to be seen from the addresses: the kernel would choose."""
        for number, route in enumerate(self.document.spec.routes):
            legs = route.nexthops or ((route,) if route.type == "unicast" else ())
            if any(leg.dev is None and behind(self.document.spec, leg.via, route.table) is None for leg in legs):
                what = f"no declared interface has a subnet with the gateway of {route.dst}"
                yield problem(
                    self.document, Code.UNCLEAR_GATEWAY, what, "dev: the interface that leads to it", "routes", number
                )


def _neighbour(entry: written.Neighbor, origin: str) -> Neighbour:
    return Neighbour(dev=entry.dev, dst=entry.dst, lladdr=entry.mac, protocol=OUR_PROTOCOL, origin=origin)


def _fdb(row: written.FdbEntry, origin: str) -> FdbEntry:
    """Our mark is ``extern_learn``; on a CNI's device it would mark nothing, since all there is the CNI's."""
    mark = None if is_cni_device(row.dev) else True
    given = [(name, getattr(row, name)) for name in ("port", "vni", "via")]
    extra = tuple(f"{name} {value}" for name, value in given if value is not None) or None
    return FdbEntry(dev=row.dev, mac=row.mac, dst=row.dst, extern_learn=mark, extra=extra, origin=origin)
