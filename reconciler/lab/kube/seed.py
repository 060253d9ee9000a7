"""The objects a lab's cluster starts with, and the state file that the API server reads them from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_interface
from pathlib import Path

from .lifecycle import birth
from .registry import CORE, CRD, kind_named
from .status import JSON
from .store import write_state

KUBELET = "v1.32.2"


def node(
    name: str,
    address: str,
    *,
    tunnel: str | None = None,
    pod_cidr: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> JSON:
    """A Ready node. ``address`` with prefix (``10.10.10.11/24``), ``tunnel`` its address on vxlan.calico without.

    Calico keeps both as annotations on the Node (libcalico-go, backend/k8s/resources/node.go).
    """
    tunnels = {"projectcalico.org/IPv4VXLANTunnelAddr": tunnel} if tunnel else {}
    return {
        "apiVersion": CORE,
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(labels or {})},
            "annotations": {"projectcalico.org/IPv4Address": address, **tunnels},
        },
        "spec": {"podCIDR": pod_cidr, "podCIDRs": [pod_cidr]} if pod_cidr else {},
        "status": _node_status(name, str(ip_interface(address).ip)),
    }


def _node_status(name: str, address: str) -> JSON:
    return {
        "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "reason": "KubeletReady",
                "message": "kubelet is posting ready status",
            }
        ],
        "nodeInfo": {"kubeletVersion": KUBELET, "operatingSystem": "linux", "osImage": "reconciler lab"},
    }


def block_affinity(node_name: str, cidr: str) -> JSON:
    """A confirmed affinity; its name is the node's and the CIDR's, as Calico forms it (names.CIDRToName)."""
    return {
        "apiVersion": CRD,
        "kind": "BlockAffinity",
        "metadata": {"name": f"{node_name}-{cidr.translate(str.maketrans('.:/', '---'))}"},
        "spec": {"cidr": cidr, "deleted": "false", "node": node_name, "state": "confirmed"},
    }


def cluster_information(calico_version: str = "v3.30.3") -> JSON:
    """The one ClusterInformation, from which a client learns Calico's version."""
    return {
        "apiVersion": CRD,
        "kind": "ClusterInformation",
        "metadata": {"name": "default"},
        "spec": {"calicoVersion": calico_version, "clusterType": "k8s,kdd", "datastoreReady": True},
    }


def write(path: Path, objects: Iterable[JSON]) -> None:
    """Make the state file of a server that is not running yet. KeyError: a kind that is not served."""
    stored: dict[str, dict[str, JSON]] = {}
    version = 1
    for version, obj in enumerate(objects, start=2):
        kind = kind_named(obj["kind"])
        given = {"generation": 1} if CORE not in kind.apis else {}
        metadata = {**obj["metadata"], **birth(), **given, "resourceVersion": str(version)}
        body = {key: value for key, value in obj.items() if key not in ("apiVersion", "kind")}
        stored.setdefault(kind.plural, {})[metadata["name"]] = {**body, "metadata": metadata}
    write_state(path, version, stored)
