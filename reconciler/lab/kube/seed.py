"""The objects a lab's cluster starts with, and the state file that the API server reads them from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_interface
from pathlib import Path

from .lifecycle import birth
from .registry import CORE, CRD, kind_named
from .status import JSON
from .store import write_state

KUBELET = "v1.32.2"


def node(name: str, addresses: Sequence[str], notes: Mapping[str, str], pod_cidrs: Sequence[str] = ()) -> JSON:
    """A Ready node: addresses with prefix (``10.10.10.11/24``), and what its CNI annotates it with."""
    return {
        "apiVersion": CORE,
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
            "annotations": dict(notes),
        },
        "spec": {"podCIDR": pod_cidrs[0], "podCIDRs": list(pod_cidrs)} if pod_cidrs else {},
        "status": _node_status(name, [str(ip_interface(address).ip) for address in addresses]),
    }


def calico_notes(addresses: Iterable[str], tunnels: Iterable[str]) -> dict[str, str]:
    """Calico's annotations: node addresses with prefix, and those of its VXLAN devices without.

    libcalico-go, backend/k8s/resources/node.go.
    """
    own = {f"projectcalico.org/IPv{ip_interface(text).version}Address": text for text in addresses}
    ends = {f"projectcalico.org/IPv{ip_interface(text).version}VXLANTunnelAddr": text for text in tunnels}
    return {**own, **ends}


def flannel_notes(backend: str, addresses: Iterable[str], macs: Mapping[int, str]) -> dict[str, str]:
    """Flannel's annotations: ``macs`` are those of its VXLAN devices, by IP version; none for host-gw.

    flannel pkg/subnet/kube/annotations.go; the backend's data is ``null`` where it has none.
    """
    prefix = "flannel.alpha.coreos.com/"
    notes = {f"{prefix}backend-type": backend, f"{prefix}kube-subnet-manager": "true"}
    for address in (ip_interface(text).ip for text in addresses):
        data, public = ("backend-data", "public-ip") if address.version == 4 else ("backend-v6-data", "public-ipv6")
        mac = macs.get(address.version)
        text = json.dumps({"VNI": 1, "VtepMAC": mac} if mac else None, separators=(",", ":"))
        notes |= {f"{prefix}{data}": text, f"{prefix}{public}": str(address)}
    return notes


def _node_status(name: str, addresses: Sequence[str]) -> JSON:
    internal = [{"type": "InternalIP", "address": address} for address in addresses]
    return {
        "addresses": [*internal, {"type": "Hostname", "address": name}],
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
