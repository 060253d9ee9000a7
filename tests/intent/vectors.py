"""The worked cases of the overlay reference: each as documents of the contract, its expectations as plain records."""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.core.resource import Resource
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import MAIN_TABLE, Route
from reconciler.linux.rule import Rule

FILE = Path(__file__).with_name("overlay-vectors.yaml")
Record = Mapping[str, Any]
TUNNELS = {"vxlan": "vxlan4", "vxlan6": "vxlan6", "ipip": "ipip4", "wireguard": "wg4", "cilium": "cilium4"}
LISTS = ("links", "addrs", "routes", "neighs", "fdb", "rules")
PLUGIN = "cni0"
"""The CNI plugin makes this bridge with the first pod: it is nobody else's wish."""


@functools.cache
def _all() -> Record:
    """Read once: it takes a second."""
    found: Record = YAML(typ="safe").load(FILE)
    return found


def cases() -> list[Record]:
    return list(copy.deepcopy(_all()["vectors"]))


def table(name: str) -> list[Record]:
    """The cases of one of the reference's tables (V30 to V32)."""
    tables = copy.deepcopy(_all()["tables"])
    return next(list(entry["cases"]) for entry in tables if entry["id"] == name)


def documents(case: Record, given: Record | None = None) -> Iterator[dict[str, Any]]:
    """One document an object; ``given`` replaces the case's ``input`` (for the same world later)."""
    world = {**case["input"], **(given or {})}
    for node in world["nodes"]:
        yield _document("Node", node["name"], _node_spec(node, world.get("underlay_gateways", {})))
    cluster = _cluster_spec(case["profile"], world)
    if "switch_static_routes" in case:
        cluster["switchRoutes"] = "static"
        yield _document("Switch", "ceos01", _switch_spec(case["switch_static_routes"], world["underlay_gateways"]))
    yield _document("Cluster", "k01", cluster)
    for number, pool in enumerate(world.get("pools", [])):
        yield _document("IPPool", f"pool{number}", _pool_spec(pool), "projectcalico.org/v3")
    for block in world.get("blocks", []):
        yield from _block(block)


def write(folder: Path, made: Iterable[Mapping[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "world.yaml").open("w") as stream:
        YAML(typ="safe").dump_all(list(made), stream)
    return folder


def _document(kind: str, name: str, spec: Mapping[str, Any], api: str = "reconciler/v1") -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": _given(spec)}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def _node_spec(node: Record, gateways: Mapping[str, str]) -> dict[str, Any]:
    tunnel = {word: {"address": node.get(vector)} for word, vector in TUNNELS.items() if node.get(vector)}
    for word, vector in (("vxlan", "vtep_mac4"), ("vxlan", "vtep_mac"), ("vxlan6", "vtep_mac6")):
        if node.get(vector):
            tunnel.setdefault(word, {})["mac"] = node[vector]
    for word, vector in (("publicKey", "wg_key"), ("publicKey6", "wg_key6")):
        if node.get(vector):
            key = base64.b64encode(hashlib.sha256(node[vector].encode()).digest()).decode()
            tunnel.setdefault("wireguard", {})[word] = key
    underlay = {"dev": node.get("dev"), "address": node.get("ip4"), "address6": node.get("ip6")}
    routers = {"gateway": gateways.get(node["name"]), "gateway6": node.get("gateway6")}
    return {
        "interfaces": {name: {"mtu": mtu} for name, mtu in node.get("ifaces", {}).items()},
        "underlay": _given(underlay | routers),
        "tunnel": tunnel,
        "podCIDRs": [node[pod] for pod in ("pod4", "pod6") if node.get(pod)],
    }


def _cluster_spec(profile: Record, world: Record) -> dict[str, Any]:
    spec: dict[str, Any] = {"cni": profile["cni"], "nodes": [node["name"] for node in world["nodes"]]}
    if profile["cni"] == "calico":
        programs = profile.get("felix_programs")
        routes = {} if programs is None else {k: "felix" if k in programs else "bird" for k in ("ipip", "none")}
        keys = any(node.get("wg_key") for node in world["nodes"])
        calico = {"version": profile.get("version"), "routeSource": profile.get("route_source")}
        spec["calico"] = _given(calico | {"clusterRoutes": routes, "wireguard": keys or None})
    if profile["cni"] == "flannel":
        backend = _given({"type": profile.get("backend"), "directRouting": profile.get("direct_routing")})
        networks = {"network": world.get("network4"), "network6": world.get("network6")}
        spec["flannel"] = _given(networks | {"backend": backend})
    if profile["cni"] == "cilium":
        spec["mode"] = "audit"
        routing = {"routing": profile.get("routing"), "autoDirectNodeRoutes": profile.get("auto_direct")}
        spec["cilium"] = _given(routing)
    return spec


def _switch_spec(routes: Iterable[Record], gateways: Mapping[str, str]) -> dict[str, Any]:
    """The switch whose SVIs are the nodes' gateways, in /24 networks."""
    svis: dict[int, Any] = {}
    for route in routes:
        network = ip_network(f"{route['next_hop']}/24", strict=False)
        gateway = next(text for text in gateways.values() if ip_address(text) in network)
        svis[int(route["via_svi"].removeprefix("Vlan"))] = {"addresses": [f"{gateway}/24"]}
    return {"vlans": {vlan: {} for vlan in svis}, "svis": svis}


def _pool_spec(pool: Record) -> dict[str, Any]:
    words = {"cidr": "cidr", "block_size": "blockSize", "vxlan": "vxlanMode", "ipip": "ipipMode", "nat": "natOutgoing"}
    words |= {"uses": "allowedUses", "disabled": "disabled"}
    return {word: pool[vector] for vector, word in words.items() if vector in pool} | {"nodeSelector": "all()"}


def _block(block: Record) -> Iterator[dict[str, Any]]:
    name = block["cidr"].translate(str.maketrans("./:", "---"))
    if block.get("node"):
        spec = {"node": block["node"], "cidr": block["cidr"], "state": "confirmed"}
        yield _document("BlockAffinity", f"{block['node']}-{name}", spec, "crd.projectcalico.org/v1")
    if block.get("borrowed"):
        yield _document("IPAMBlock", name, _ipam(block), "crd.projectcalico.org/v1")


def _ipam(block: Record) -> dict[str, Any]:
    network = ip_network(block["cidr"])
    allocations: list[int | None] = [None] * network.num_addresses
    for index, loan in enumerate(block["borrowed"]):
        allocations[int(ip_address(loan["ip"])) - int(network.network_address)] = index
    attributes = [{"handle_id": f"h{i}", "secondary": {"node": b["node"]}} for i, b in enumerate(block["borrowed"])]
    return {
        "cidr": block["cidr"],
        "affinity": f"host:{block['node']}",
        "allocations": allocations,
        "attributes": attributes,
    }


def records(resources: Iterable[Resource]) -> dict[str, list[dict[str, Any]]]:
    """What was compiled, spelled as the vectors spell it; physical interfaces are left out."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
    for resource in resources:
        match resource:
            case Link() if resource.info_kind is not None:
                found["links"].append(_link(resource))
            case Address():
                local = f"{resource.local}/{resource.prefixlen}"
                found["addrs"].append({"dev": resource.dev, "addr": local, "scope": resource.scope})
            case Route():
                found["routes"].append(_route(resource))
            case Neighbour():
                where = {"dev": resource.dev, "ip": resource.dst, "mac": resource.lladdr}
                found["neighs"].append(where | {"state": "permanent"})
            case FdbEntry():
                where = {"dev": resource.dev, "mac": resource.mac, "dst": resource.dst}
                found["fdb"].append(where | {"self": True, "state": "permanent"})
            case Rule():
                found["rules"].append({name: value for name, value in resource.values.items() if value is not None})
    return found


def expected(state: Record) -> dict[str, list[dict[str, Any]]]:
    """What a case wants of a node, without what the CNI's plugin makes once there are pods."""
    return {name: [dict(row) for row in state.get(name, ()) if PLUGIN not in _names(row)] for name in LISTS}


def _names(row: Record) -> set[object]:
    return {row.get("name"), row.get("dev")}


def _link(link: Link) -> dict[str, Any]:
    words = {"ifname": "name", "info_kind": "kind", "address": "mac", "id": "vni", "link": "dev"}
    return {words.get(n, n): v for n, v in link.values.items() if v is not None and n != "peers"}


def _route(route: Route) -> dict[str, Any]:
    spelled = {
        "type": None if route.type == "unicast" else route.type,
        "dst": route.dst,
        "via": route.gateway,
        "dev": route.dev,
        "proto": route.protocol,
        "scope": route.scope,
        "metric": route.metric or None,
        "src": route.prefsrc,
        "mtu": route.mtu,
        "onlink": route.onlink,
        "table": None if route.table == MAIN_TABLE else route.table,
    }
    return {name: value for name, value in spelled.items() if value is not None}
