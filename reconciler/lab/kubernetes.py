"""The lab's Kubernetes: an API server in the control-plane node's namespaces, and the objects it starts with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from . import daemons, facts
from .daemons import Daemon
from .kube import seed
from .state import Kubernetes, Lab, Member

PORT = 6443


def server(address: str) -> str:
    """Where the API server is found, as kubectl wants it."""
    return f"http://{address}:{PORT}"


def furnish(lab: Lab, member: Member) -> None:
    """Write what the API server of ``member``'s cluster knows at start. No IPPool: making it is the reconciler's."""
    assert member.kubernetes is not None
    cluster = member.kubernetes.cluster
    nodes = [(node, node.kubernetes) for node in lab.nodes if node.kubernetes and node.kubernetes.cluster == cluster]
    objects = [item for node, kubernetes in nodes for item in _objects(lab, node, kubernetes)]
    about = [] if lab.overlay.plugins else [seed.cluster_information(facts.calico_version(lab.overlay))]
    seed.write(lab.home(member) / "cluster.json", [*objects, *about])


def start(lab: Lab, member: Member) -> Daemon:
    """Start the API server within the node's processes and links, but on the machine's files.

    Python, or this repository, may lie below ``/root`` or ``/home``, which the node hides. Its ``ready`` line says
    nothing more: the process that can be seen from here is its parent's child.
    """
    enter = ["nsenter", "--target", str(member.pid), "--net", "--pid", "--uts", "--"]
    listen = ["--listen", "127.0.0.1", "--listen", str(member.address), "--port", str(PORT)]
    state = ["--state", str(lab.home(member) / "cluster.json")]
    command = [*enter, sys.executable, "-m", "reconciler.lab.kube", *listen, *state]
    return daemons.start(f"The API server of {member.name}", command, lab.home(member) / "kube.log")


def _objects(lab: Lab, node: Member, kubernetes: Kubernetes) -> Iterator[dict[str, Any]]:
    """A Node as its CNI has annotated it; with Calico, its blocks, too."""
    underlays = [str(side.underlay) for side in kubernetes.sides if side.underlay]
    addresses = underlays or [f"{node.address}/{lab.management.prefixlen}"]
    blocks = [str(side.block) for side in kubernetes.sides]
    if lab.overlay.plugins:
        macs = {side.version: facts.vtep_mac(lab.overlay, node.name, side.version) for side in kubernetes.sides}
        notes = seed.flannel_notes(facts.flannel_backend(lab.overlay), addresses, macs)
        yield seed.node(node.name, addresses, notes, blocks)
        return
    tunnels = [str(side.tunnel) for side in kubernetes.sides if side.tunnel]
    yield seed.node(node.name, addresses, seed.calico_notes(addresses, tunnels))
    yield from (seed.block_affinity(node.name, block) for block in blocks)
