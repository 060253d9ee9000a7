"""Interfaces of one node that do not fit each other, or that are somebody else's to make."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check.finding import Finding, Spot, World, twice
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node
from reconciler.desired.documents.interface import VxlanDevice
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import did_you_mean
from reconciler.linux.claim import is_somebodys_device

LOOPBACK = "lo"


def names(world: World) -> Iterator[Finding]:
    """Nobody makes an interface under a name that a CNI or the kernel gives away."""
    for node in world.of(Node):
        for name, interface in node.spec.interfaces.items():
            spot = _spot(node, name)
            if interface.made_as is not None and is_somebodys_device(name):
                yield spot.error(
                    Code.RESERVED_INTERFACE,
                    f"{name} is a CNI's or the kernel's to make",
                    "use a name of your own, such as vx100",
                )
            if name == LOOPBACK and (interface.made_as is not None or interface.master is not None):
                yield spot.error(
                    Code.RESERVED_INTERFACE,
                    "lo is the kernel's, and no bridge takes it",
                    "remove vxlan, bridge and master",
                )


def masters(world: World) -> Iterator[Finding]:
    """A port's bridge is one of the document's own."""
    for node in world.of(Node):
        bridges = [name for name, interface in node.spec.interfaces.items() if interface.bridge is not None]
        for name, interface in node.spec.interfaces.items():
            if interface.master is not None and interface.master not in bridges:
                spot = _spot(node, name, "master")
                right = (
                    did_you_mean(interface.master, bridges) if bridges else f"add {interface.master}: {{bridge: {{}}}}"
                )
                yield spot.error(Code.UNKNOWN_BRIDGE, f"{interface.master} is not declared as a bridge", right)


def lower_devices(world: World) -> Iterator[Finding]:
    """A tunnel's packets leave by an interface that is no tunnel, and not by the bridge that leads into it."""
    for node in world.of(Node):
        for name, tunnel in _tunnels(node):
            below = node.spec.interfaces.get(tunnel.dev or "")
            spot = _spot(node, name, "vxlan", "dev")
            if tunnel.dev == name or (below is not None and below.vxlan is not None):
                yield spot.error(
                    Code.TUNNEL_OVER_ITSELF,
                    f"{tunnel.dev} is a tunnel itself",
                    "use the interface that its packets leave by",
                )
            elif tunnel.dev is not None and tunnel.dev == node.spec.interfaces[name].master:
                what = f"{name} is a port of {tunnel.dev} and would send its packets through it"
                yield spot.error(Code.TUNNEL_OVER_ITSELF, what, "use the interface that its packets leave by")


def tunnel_ids(world: World) -> Iterator[Finding]:
    """The kernel has one VXLAN device for a VNI and a port, and refuses a second one."""
    for node in world.of(Node):
        rows = (((tunnel.id, tunnel.port), _spot(node, name, "vxlan", "id")) for name, tunnel in _tunnels(node))
        yield from twice(rows, Code.VNI_TWICE, lambda _, other: f"the VNI and port of another interface ({other})")


def _tunnels(node: Document[Node]) -> Iterator[tuple[str, VxlanDevice]]:
    for name, interface in node.spec.interfaces.items():
        if interface.vxlan is not None:
            yield name, interface.vxlan


def _spot(node: Document[Node], *path: str) -> Spot:
    return Spot(node, ("spec", "interfaces", *path))
