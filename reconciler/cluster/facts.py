"""What a cluster knows about its nodes and their blocks: the facts that documents may leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.cluster.kubectl import CRD, Document, documents, get, get_calico, items
from reconciler.core.driver import Answer, Unreadable

CALICO = "projectcalico.org/"
FLANNEL = "flannel.alpha.coreos.com/"
KINDS = ("nodes", "blockaffinities", "ipamblocks", "clusterinformations", "felixconfigurations")
# What a cluster does not serve (no Calico, no API server of Calico's) is null; without its nodes it is no cluster.
QUESTION = " && ".join(
    [
        get("/api/v1/nodes"),
        *(
            f"{{ {asked} 2>/dev/null || echo null; }}"
            for asked in (
                get_calico("blockaffinities"),
                get(f"/apis/{CRD}/ipamblocks"),
                get_calico("clusterinformations"),
                get_calico("felixconfigurations"),
            )
        ),
    ]
)
ANNOTATIONS = {
    "addresses": {4: f"{CALICO}IPv4Address", 6: f"{CALICO}IPv6Address"},
    "tunnels": {4: f"{CALICO}IPv4VXLANTunnelAddr", 6: f"{CALICO}IPv6VXLANTunnelAddr"},
    "macs": {4: f"{CALICO}VXLANTunnelMACAddr", 6: f"{CALICO}VXLANTunnelMACAddrV6"},
}
"""Calico's facts on a Kubernetes Node, by IP version (libcalico-go, backend/k8s/resources/node.go)."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One Node. By IP version: ``addresses`` with prefix length, VXLAN ``tunnels`` and ``macs`` (only if overridden).

    ``flannel``: that CNI's annotations without their prefix (``backend-data``, ``public-ip``).
    """

    addresses: Mapping[int, str] = field(default_factory=dict)
    tunnels: Mapping[int, str] = field(default_factory=dict)
    macs: Mapping[int, str] = field(default_factory=dict)
    pod_cidrs: tuple[str, ...] = ()
    flannel: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """A cluster in its own words. ``affinities``, ``blocks`` and ``felix`` are specs as kubectl prints them.

    ``calico_version`` as ClusterInformation has it (``v3.30.2``). What was not read is empty, and ``missing`` says why.
    """

    calico_version: str | None = None
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    affinities: Sequence[Document] = ()
    blocks: Sequence[Document] = ()
    felix: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""


def read(answer: Answer) -> ClusterFacts:
    """Facts are a help, so their absence is no failure of the node: it is told in ``missing``."""
    try:
        told = documents("nodes and what Calico knows of them", answer, len(KINDS))
        nodes, *calico = (items(kind, one) if one is not None else () for kind, one in zip(KINDS, told, strict=True))
        affinities, blocks, information, felix = (list(_specs(one)) for one in calico)
        return ClusterFacts(
            calico_version=_default(calico[2]).get("calicoVersion") if information else None,
            nodes={node["metadata"]["name"]: _node(node) for node in nodes},
            affinities=affinities,
            blocks=blocks,
            felix=_default(calico[3]) if felix else {},
        )
    except Unreadable as error:
        return ClusterFacts(missing=str(error))
    except (KeyError, TypeError, AttributeError) as error:
        return ClusterFacts(missing=f"kubectl get: an object that is none ({type(error).__name__} {error})")


def _specs(found: Sequence[Document]) -> Iterator[Document]:
    return (item["spec"] for item in found)


def _default(found: Sequence[Document]) -> Mapping[str, Any]:
    """The spec of the object that holds for the whole cluster."""
    specs: Iterator[Mapping[str, Any]] = (item["spec"] for item in found if item["metadata"]["name"] == "default")
    return next(specs, {})


def _node(node: Document) -> NodeFacts:
    notes = node["metadata"].get("annotations", {})
    told = {name: {v: notes[key] for v, key in keys.items() if key in notes} for name, keys in ANNOTATIONS.items()}
    flannel = {key.removeprefix(FLANNEL): text for key, text in notes.items() if key.startswith(FLANNEL)}
    spec = node.get("spec", {})
    cidrs = spec.get("podCIDRs") or [cidr for cidr in [spec.get("podCIDR")] if cidr]
    return NodeFacts(**told, pod_cidrs=tuple(cidrs), flannel=flannel)
