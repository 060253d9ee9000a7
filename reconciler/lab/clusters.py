"""The documents of a lab's Kubernetes clusters: which CNI fills their tables, how, and who has which pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import blocks, facts
from .overlay import Overlay
from .state import Kubernetes, Lab

JSON = dict[str, Any]


def documents(lab: Lab) -> Mapping[str, list[JSON]]:
    """The files and what is in them; Calico's pools are the same for all clusters of a lab."""
    members = [(node.name, node.kubernetes) for node in lab.nodes if node.kubernetes]
    names = dict.fromkeys(kubernetes.cluster for _, kubernetes in members)
    wanted = [_cluster(name, members, lab.overlay) for name in names]
    if lab.overlay.plugins:
        return {"cluster.yaml": wanted}
    pools = [_pool(lab.overlay, version) for version in lab.overlay.versions]
    affinities = [_affinity(node, str(side.block)) for node, kubernetes in members for side in kubernetes.sides]
    return {"cluster.yaml": [*wanted, *pools], "affinities.yaml": affinities}


def _cluster(name: str, members: list[tuple[str, Kubernetes]], overlay: Overlay) -> JSON:
    own = {node: kubernetes for node, kubernetes in members if kubernetes.cluster == name}
    spec = {
        "cni": overlay.cni,
        "nodes": list(own),
        "apiNode": next(node for node, kubernetes in own.items() if kubernetes.api),
        **(_flannel(overlay) if overlay.plugins else _calico(overlay)),
    }
    return {"apiVersion": "reconciler/v1", "kind": "Cluster", "metadata": {"name": name}, "spec": spec}


def _calico(overlay: Overlay) -> JSON:
    version = ".".join(facts.calico_version(overlay).removeprefix("v").split(".")[:2])
    if overlay.what.tunnelled:
        return {"calico": {"version": version}}
    if overlay.mode == "none-felix":
        return {"calico": {"version": version, "clusterRoutes": {"none": "felix"}}}
    return {"switchRoutes": "static", "calico": {"version": version, "clusterRoutes": {"none": "bird"}}}


def _flannel(overlay: Overlay) -> JSON:
    keys = {4: "network", 6: "network6"}
    networks = {keys[version]: str(blocks.network(overlay, version)) for version in overlay.versions}
    direct = {"directRouting": True} if overlay.mode == "vxlan-directrouting" else {}
    return {"flannel": {**networks, "backend": {"type": facts.flannel_backend(overlay), **direct}}}


def _pool(overlay: Overlay, version: int) -> JSON:
    """As the seed's; BIRD tells nobody about blocks of a pool that is not exported."""
    spec = {
        "cidr": str(blocks.network(overlay, version)),
        "blockSize": blocks.LENGTHS[overlay.cni][version],
        "vxlanMode": overlay.what.vxlan,
        "ipipMode": "Never",
        "natOutgoing": True,
        "nodeSelector": "all()",
        "allowedUses": ["Workload", "Tunnel"],
        "assignmentMode": "Automatic",
        "disableBGPExport": overlay.what.tunnelled,
    }
    metadata = {"name": f"default-ipv{version}-ippool"}
    return {"apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": metadata, "spec": spec}


def _affinity(node: str, block: str) -> JSON:
    name = f"{node}-{block}".translate(str.maketrans("./:", "---"))
    spec = {"node": node, "cidr": block, "state": "confirmed"}
    return {"apiVersion": "crd.projectcalico.org/v1", "kind": "BlockAffinity", "metadata": {"name": name}, "spec": spec}
