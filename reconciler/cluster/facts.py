"""What a cluster knows about its nodes and their blocks: the facts that documents may leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface
from typing import Any

from reconciler.cluster.kubectl import CRD, Document, documents, either, get, items
from reconciler.core.driver import Answer, Unreadable

CALICO = "projectcalico.org/"
FLANNEL = "flannel.alpha.coreos.com/"
KINDS = ("nodes", "blockaffinities", "ipamblocks", "clusterinformations", "felixconfigurations")


def _unless_not_served(*asked: str) -> str:
    """The first answer of these, ``null`` where each of them says that there is no such kind; else all refusals.

    One API's ``NotFound`` says nothing of a kind that the other one serves and refuses to show.
    """
    again = f"refusals=$({{ {'; '.join(asked)}; }} 2>&1 >/dev/null)"
    count = "$(printf '%s\\n' \"$refusals\" | grep -c '^Error from server (NotFound)')"
    verdict = f"if [ {count} = {len(asked)} ]; then echo null; else printf '%s\\n' \"$refusals\" >&2; false; fi"
    return f"{{ {' || '.join(f'{one} 2>/dev/null' for one in asked)} || {{ {again}; {verdict}; }}; }}"


QUESTION = " && ".join(
    [
        get("/api/v1/nodes"),
        _unless_not_served(*either("blockaffinities")),
        _unless_not_served(get(f"/apis/{CRD}/ipamblocks")),
        _unless_not_served(*either("clusterinformations")),
        _unless_not_served(*either("felixconfigurations")),
    ]
)
ANNOTATIONS = {
    "addresses": {4: f"{CALICO}IPv4Address", 6: f"{CALICO}IPv6Address"},
    "tunnels": {4: f"{CALICO}IPv4VXLANTunnelAddr", 6: f"{CALICO}IPv6VXLANTunnelAddr"},
    "macs": {4: f"{CALICO}VXLANTunnelMACAddr", 6: f"{CALICO}VXLANTunnelMACAddrV6"},
}
"""Calico's facts on a Kubernetes Node, by IP version (libcalico-go, backend/k8s/resources/node.go)."""
FORMS = {
    "addresses": re.compile(r"[0-9a-fA-F.:]+/\d{1,3}"),
    "tunnels": re.compile(r"[0-9a-fA-F.:]+"),
    "macs": re.compile(r"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}"),
}
"""What an annotation may look like; anything else is not told."""
MEANINGS = {"addresses": ip_interface, "tunnels": ip_address}


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

    ``calico_version`` as ClusterInformation has it (``v3.30.2``). ``None`` is what the cluster did not tell;
    ``missing`` says why it told nothing at all.
    """

    calico_version: str | None = None
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    affinities: Sequence[Document] | None = None
    blocks: Sequence[Document] | None = None
    felix: Mapping[str, Any] | None = None
    missing: str = ""


def read(answer: Answer) -> ClusterFacts:
    """Facts are a help, so their absence is no failure of the node: it is told in ``missing``."""
    try:
        told = documents("nodes and what Calico knows of them", answer, len(KINDS))
        nodes, affinities, blocks, information, felix = map(_items, KINDS, told)
        return ClusterFacts(
            calico_version=_default(information or ()).get("calicoVersion"),
            nodes={node["metadata"]["name"]: _node(node) for node in nodes or ()},
            affinities=_specs(affinities),
            blocks=_specs(blocks),
            felix=None if felix is None else _default(felix),
        )
    except Unreadable as error:
        return ClusterFacts(missing=str(error))
    except (KeyError, TypeError, AttributeError) as error:
        return ClusterFacts(missing=f"kubectl get: an object that is none ({type(error).__name__} {error})")


def _items(kind: str, told: Document | None) -> Sequence[Document] | None:
    return None if told is None else list(items(kind, told))


def _specs(found: Sequence[Document] | None) -> Sequence[Document] | None:
    return None if found is None else [item["spec"] for item in found]


def _default(found: Sequence[Document]) -> Mapping[str, Any]:
    """The spec of the object that holds for the whole cluster."""
    specs: Iterator[Mapping[str, Any]] = (item["spec"] for item in found if item["metadata"]["name"] == "default")
    return next(specs, {})


def _node(node: Document) -> NodeFacts:
    notes = node["metadata"].get("annotations", {})
    told = {
        name: {version: notes[key] for version, key in keys.items() if _fits(name, version, notes.get(key, ""))}
        for name, keys in ANNOTATIONS.items()
    }
    flannel = {key.removeprefix(FLANNEL): text for key, text in notes.items() if key.startswith(FLANNEL)}
    spec = node.get("spec", {})
    cidrs = spec.get("podCIDRs") or [cidr for cidr in [spec.get("podCIDR")] if cidr]
    return NodeFacts(**told, pod_cidrs=tuple(cidrs), flannel=flannel)


def _fits(name: str, version: int, text: str) -> bool:
    """Whether an annotation says what its key promises, an address of that family: others rely on it."""
    if not FORMS[name].fullmatch(text):
        return False
    try:
        return name not in MEANINGS or MEANINGS[name](text).version == version
    except ValueError:
        return False
