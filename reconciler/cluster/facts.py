"""What a cluster knows about its nodes and their blocks: the facts that documents may leave out."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_interface, ip_network
from typing import Any

from reconciler.cluster.kubectl import CRD, Document, documents, either, get, items
from reconciler.core.driver import Answer, Unreadable

CALICO = "projectcalico.org/"
FLANNEL = "flannel.alpha.coreos.com/"
KINDS = (
    "nodes",
    "blockaffinities",
    "ipamblocks",
    "clusterinformations",
    "felixconfigurations",
    "bgpconfigurations",
)


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
        _unless_not_served(*either("bgpconfigurations")),
    ]
)
ADDRESSES = {4: f"{CALICO}IPv4Address", 6: f"{CALICO}IPv6Address"}
TUNNELS = {
    "vxlan": f"{CALICO}IPv4VXLANTunnelAddr",
    "vxlan6": f"{CALICO}IPv6VXLANTunnelAddr",
    "ipip": f"{CALICO}IPv4IPIPTunnelAddr",
    "wireguard": f"{CALICO}IPv4WireguardInterfaceAddr",
    "wireguard6": f"{CALICO}IPv6WireguardInterfaceAddr",
    "cilium": "network.cilium.io/ipv4-cilium-host",
}
MACS = {"vxlan": f"{CALICO}VXLANTunnelMACAddr", "vxlan6": f"{CALICO}VXLANTunnelMACAddrV6"}
KEYS = {"wireguard": f"{CALICO}WireguardPublicKey", "wireguard6": f"{CALICO}WireguardPublicKeyV6"}
"""What a Kubernetes Node is annotated with (libcalico-go, backend/k8s/resources/node.go)."""
ADDRESS = re.compile(r"[0-9a-fA-F.:]+(?:/\d{1,3})?")
MAC = re.compile(r"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}")
KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
"""What an annotation may look like; anything else is not told: others rely on it."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One Node. ``addresses`` of the underlay by IP version, with prefix length (a host's where none is told).

    ``tunnels``, ``macs`` and ``keys`` by the names that a Node document has for them (``vxlan6``, ``ipip``, ...); a MAC
    of Calico's only where it is overridden. ``pod_cidrs`` is what Kubernetes gave the node.
    """

    addresses: Mapping[int, str] = field(default_factory=dict)
    tunnels: Mapping[str, str] = field(default_factory=dict)
    macs: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    pod_cidrs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """A cluster in its own words: specs as kubectl prints them, those of ``felix`` by the object's name.

    ``calico_version`` (``v3.30.2``) and ``cluster_type`` (``k8s,bgp``) as ClusterInformation has them. ``None`` is
    what the cluster did not tell; ``missing`` says why it told nothing at all.
    """

    calico_version: str | None = None
    cluster_type: str | None = None
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    affinities: Sequence[Document] | None = None
    blocks: Sequence[Document] | None = None
    felix: Mapping[str, Mapping[str, Any]] | None = None
    bgp: Mapping[str, Any] | None = None
    missing: str = ""


def read(answer: Answer) -> ClusterFacts:
    """Facts are a help, so their absence is no failure of the node: it is told in ``missing``."""
    try:
        told = documents("nodes and what Calico knows of them", answer, len(KINDS))
        nodes, affinities, blocks, information, felix, bgp = map(_items, KINDS, told)
        return ClusterFacts(
            calico_version=_default(information or ()).get("calicoVersion"),
            cluster_type=_default(information or ()).get("clusterType"),
            nodes={node["metadata"]["name"]: _node(node) for node in nodes or ()},
            affinities=_specs(affinities),
            blocks=_specs(blocks),
            felix=None if felix is None else {item["metadata"]["name"]: item["spec"] for item in felix},
            bgp=None if bgp is None else _default(bgp),
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
    notes: Mapping[str, str] = node["metadata"].get("annotations", {})
    spec = node.get("spec", {})
    cidrs = spec.get("podCIDRs") or [cidr for cidr in [spec.get("podCIDR")] if cidr]
    calico = NodeFacts(
        addresses={version: notes[key] for version, key in ADDRESSES.items() if _is_address(notes.get(key), version)},
        tunnels={kind: notes[key] for kind, key in TUNNELS.items() if _is_tunnel(notes.get(key), kind)},
        macs={kind: notes[key] for kind, key in MACS.items() if MAC.fullmatch(notes.get(key, ""))},
        keys={kind: notes[key] for kind, key in KEYS.items() if KEY.fullmatch(notes.get(key, ""))},
        pod_cidrs=tuple(filter(_is_prefix, cidrs)),
    )
    return _with_flannel(calico, {k.removeprefix(FLANNEL): v for k, v in notes.items() if k.startswith(FLANNEL)})


def _with_flannel(facts: NodeFacts, notes: Mapping[str, str]) -> NodeFacts:
    """Flannel's annotations (flannel pkg/subnet/kube/annotations.go), where Calico has said nothing."""
    public = {4: notes.get("public-ip"), 6: notes.get("public-ipv6")}
    ends = {"": _backend(notes.get("backend-data")), "6": _backend(notes.get("backend-v6-data"))}
    macs = {f"vxlan{six}": str(data.get("VtepMAC", "")).lower() for six, data in ends.items()}
    keys = {f"wireguard{six}": str(data.get("PublicKey", "")) for six, data in ends.items()}
    return dataclasses.replace(
        facts,
        addresses={v: text for v, text in public.items() if text and _is_address(text, v)} | dict(facts.addresses),
        macs={kind: mac for kind, mac in macs.items() if MAC.fullmatch(mac)} | dict(facts.macs),
        keys={kind: key for kind, key in keys.items() if KEY.fullmatch(key)} | dict(facts.keys),
    )


def _backend(text: str | None) -> Mapping[str, Any]:
    """What a flanneld says of its own end; ``null`` and anything that is no JSON object say nothing."""
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _is_address(text: str | None, version: int) -> bool:
    """Whether an annotation is an address of that family: a zone or a word would reach a command."""
    if text is None or not ADDRESS.fullmatch(text):
        return False
    try:
        return ip_interface(text).version == version
    except ValueError:
        return False


def _is_tunnel(text: str | None, kind: str) -> bool:
    return text is not None and "/" not in text and _is_address(text, 6 if kind.endswith("6") else 4)


def _is_prefix(text: object) -> bool:
    try:
        return isinstance(text, str) and "/" in text and bool(ip_network(text))
    except ValueError:
        return False
