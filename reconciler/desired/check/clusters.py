"""What a cluster refers to must exist."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check.finding import Finding, Spot, World, twice
from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster, Node
from reconciler.desired.suggestion import did_you_mean

SECTIONS = ("calico", "flannel", "cilium")


def members(world: World) -> Iterator[Finding]:
    """Each node is documented, and in one cluster, once."""
    placed = [
        (name, Spot(cluster, ("spec", "nodes", index)))
        for cluster in world.of(Cluster)
        for index, name in enumerate(cluster.spec.nodes)
    ]
    yield from twice(
        placed, Code.NODE_IN_TWO_CLUSTERS, lambda name, other: f"node {name} is already in a cluster ({other})"
    )
    known = world.names(Node.__name__)
    for name, spot in placed:
        if world.lacks(Node.__name__, name):
            yield spot.error(Code.UNKNOWN_NODE, f"there is no Node {name!r}", _right(known, name))


def _right(known: list[str], name: str) -> str:
    return did_you_mean(name, known) if known else "add a Node document for it"


def api_node(world: World) -> Iterator[Finding]:
    """kubectl runs on a device that we know."""
    for cluster in world.of(Cluster):
        name = cluster.spec.api_node
        if name is not None and world.lacks(Node.__name__, name):
            spot = Spot(cluster, ("spec", "apiNode"))
            yield spot.error(Code.UNKNOWN_NODE, f"there is no Node {name!r}", _right(world.names(Node.__name__), name))


def sections(world: World) -> Iterator[Finding]:
    """Settings of a CNI that the cluster does not have are probably meant for another one."""
    for cluster in world.of(Cluster):
        for section in SECTIONS:
            if section in cluster.spec.model_fields_set and section != cluster.spec.cni:
                spot = Spot(cluster, ("spec", section))
                yield spot.warning(
                    Code.OTHER_CNI,
                    f"{section} is not this cluster's CNI, which is {cluster.spec.cni}",
                    f"remove the section, or set cni: {section}",
                )


def switch_routes(world: World) -> Iterator[Finding]:
    """Pod routes on the switch need a switch."""
    for cluster in world.of(Cluster):
        if cluster.spec.switch_routes and world.whole and not world.names("Switch"):
            spot = Spot(cluster, ("spec", "switchRoutes"))
            yield spot.error(
                Code.NO_SWITCH,
                "there is no switch to put the routes on",
                "add a Switch document, or remove switchRoutes",
            )
