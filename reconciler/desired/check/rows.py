"""Rows by hand that a CNI would take for its own, and names of interfaces that are nearly declared ones."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check.finding import Finding, Path, Spot, World
from reconciler.desired.check.nodes import addresses, hops
from reconciler.desired.check.tunnels import members
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import alike
from reconciler.linux.claim import is_cni_device

OF_CALICO = {80: "Felix", 12: "BIRD"}
"""Who deletes routes of a protocol that it has not written itself (felix ownershippol, BIRD's kernel protocol)."""


def protocols(world: World) -> Iterator[Finding]:
    """Felix owns protocol 80 on any device, BIRD protocol 12."""
    for node in members(world, "calico"):
        for index, row in enumerate(node.spec.routes):
            if owner := OF_CALICO.get(row.protocol):
                spot = Spot(node, ("spec", "routes", index, "protocol"))
                what = f"protocol {row.protocol} is {owner}'s, which deletes routes of it that it does not want"
                yield spot.warning(Code.CNI_PROTOCOL, what, "leave protocol out")


def own_hops(world: World) -> Iterator[Finding]:
    """The kernel refuses a gateway that is an address of its own (Nexthop has invalid gateway)."""
    for node in world.of(Node):
        own = {interface.ip for _, interface in addresses(node)}
        for index, row in enumerate(node.spec.routes):
            for path, hop in hops(row):
                if hop.address in own:
                    spot = Spot(node, ("spec", "routes", index, *path))
                    what = f"{hop.address} is an address of {node.name} itself"
                    yield spot.error(Code.NEXT_HOP_IS_ITSELF, what, "use the next router's address")


def near_names(world: World) -> Iterator[Finding]:
    """An interface may be nobody's to declare; one whose letters are nearly those of a declared one is a slip."""
    for node in world.of(Node):
        known = tuple(node.spec.interfaces)
        letters = set(map(_letters, known))
        for spot, name in _named(node):
            if _letters(name) not in letters and not is_cni_device(name) and (meant := alike(name, known)):
                yield spot.warning(Code.UNKNOWN_INTERFACE, f"{name} is not declared", meant)


def _letters(name: str) -> str:
    return "".join(sign for sign in name if sign.isalpha())


def _named(node: Document[Node]) -> Iterator[tuple[Spot, str]]:
    """Each interface that something else of the document names, and where."""
    for path, name in (*_of_rows(node), *_of_facts(node)):
        if name is not None:
            yield Spot(node, ("spec", *path)), name


def _of_rows(node: Document[Node]) -> Iterator[tuple[Path, str | None]]:
    for index, route in enumerate(node.spec.routes):
        yield ("routes", index, "dev"), route.dev
        for leg, hop in enumerate(route.nexthops or ()):
            yield ("routes", index, "nexthops", leg, "dev"), hop.dev
    for index, neighbor in enumerate(node.spec.neighbors):
        yield ("neighbors", index, "dev"), neighbor.dev
    for index, entry in enumerate(node.spec.fdb):
        yield ("fdb", index, "dev"), entry.dev


def _of_facts(node: Document[Node]) -> Iterator[tuple[Path, str | None]]:
    for name, interface in node.spec.interfaces.items():
        if interface.vxlan is not None:
            yield ("interfaces", name, "vxlan", "dev"), interface.vxlan.dev
    if node.spec.underlay is not None:
        yield ("underlay", "dev"), node.spec.underlay.dev
