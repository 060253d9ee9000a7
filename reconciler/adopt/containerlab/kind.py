"""A cluster of kind (Kubernetes in Docker): how its containers are called, and which address each node goes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.desired.compose import compose
from reconciler.desired.tree import Tree

ROLES = ("control-plane", "worker")
MOST_NODES = 1000


@dataclass(frozen=True, slots=True)
class KindNode:
    """``address``: the ``node-ip`` that its kubelet is given; empty: the one of docker's network."""

    name: str
    role: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class KindCluster:
    """``own_network``: kind brings a network of its own (kindnet), which is no CNI that we know."""

    name: str
    nodes: tuple[KindNode, ...]
    own_network: bool = True

    @property
    def control_plane(self) -> str:
        """The first node that answers kubectl."""
        return next((node.name for node in self.nodes if node.role == ROLES[0]), self.nodes[0].name)


def kind_cluster(name: str, tree: Tree | None) -> KindCluster:
    """``name``: containerlab's, which counts more than the file's. Without a file kind makes one control plane."""
    listed = tree.child("nodes") if tree is not None else None
    trees = listed.value if listed is not None and isinstance(listed.value, list) else []
    nodes = tuple(_nodes(name, trees[:MOST_NODES])) or (KindNode(f"{name}-{ROLES[0]}", ROLES[0]),)
    network = tree.nearest(("networking",)).plain() if tree is not None else {}
    said: dict[str, Any] = network if isinstance(network, dict) else {}
    return KindCluster(name, nodes, said.get("disableDefaultCNI") is not True)


def _nodes(name: str, trees: list[Tree]) -> Iterator[KindNode]:
    """kind numbers the nodes of a role from the second on; one without a role is a control plane."""
    counts = dict.fromkeys(ROLES, 0)
    for tree in trees:
        said = tree.child("role")
        role = ROLES[0] if said is None else said.value
        if isinstance(role, str) and role in counts:
            counts[role] += 1
            number = "" if counts[role] == 1 else str(counts[role])
            yield KindNode(f"{name}-{role}{number}", role, _node_ip(tree))


def _node_ip(tree: Tree) -> str:
    """From the patches for kubeadm, which are YAML in a text."""
    patches = tree.child("kubeadmConfigPatches")
    for patch in patches.value if patches is not None and isinstance(patches.value, list) else ():
        for inner in compose(patch.value)[0] if isinstance(patch.value, str) else ():
            arguments = inner.nearest(("nodeRegistration", "kubeletExtraArgs"))
            given = arguments.child("node-ip")
            if given is None and isinstance(arguments.value, list):  # kubeadm v1beta4: name and value
                named = [one for one in arguments.value if one.nearest(("name",)).value == "node-ip"]
                given = named[0].child("value") if named else None
            if given is not None and isinstance(given.value, str):
                return given.value.partition(",")[0]
    return ""
