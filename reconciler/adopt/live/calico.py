"""Calico, recognised by Felix's devices, Felix's and BIRD's marks on routes, and what kubectl tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from itertools import product
from typing import Any

from reconciler.adopt.live import calico_plan
from reconciler.adopt.live.calico_plan import Plan
from reconciler.adopt.live.fabric import Fabric, Proposal, usual
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.cluster.ippool import IPPool
from reconciler.desired.check.pools import BLOCK_SIZES
from reconciler.desired.prefixes import Network
from reconciler.intent.calico.claim import VXLAN, WIREGUARDS
from reconciler.intent.calico.release import PROFILES
from reconciler.intent.calico.settings import BIRD_PROTOCOL, FELIX_PROTOCOL, IPIP_DEVICE, VXLAN_DEVICES
from reconciler.intent.mtu import ETHERNET_MTU, OVERHEAD
from reconciler.linux.address import Address
from reconciler.linux.claim import matches
from reconciler.linux.link import Link
from reconciler.linux.route import Route

VERSION = re.compile(r"v?(3\.[0-9]{1,3}(?:\.[0-9]{1,3})?)")
MODES: tuple[dict[str, str], ...] = (
    {"vxlanMode": "CrossSubnet"},
    {"vxlanMode": "Always"},
    {"ipipMode": "CrossSubnet"},
    {"ipipMode": "Always"},
    {},
)
"""How a pool's packets may travel: where two fit, the nodes are in one subnet or there is one node."""
OFF = {"vxlanMode": "Never", "ipipMode": "Never"}
USUAL_POOLS = tuple(map(ip_network, ("192.168.0.0/16", "10.244.0.0/16", "10.42.0.0/16", "10.0.0.0/8")))
"""Calico's default, kubeadm's, K3s's."""
DEFAULTS = {"vni": 4096, "port": 4789}
LENGTHS = {4: 26, 6: 122}


def proposals(fabric: Fabric) -> Iterator[Proposal]:
    """Every way in which Calico could be configured that what is told leaves open, the likeliest first."""
    members = [node for node in fabric.nodes if is_member(node) or fabric.is_told(node)]
    if not any(is_member(node) for node in members):
        return
    plan = calico_plan.of(fabric, members)
    facts = {node.name: fabric.facts(node, *_of_node(plan, node)) for node in members}
    for version, pools, routes in product(_versions(fabric), _pool_plans(fabric, plan), _programmers(fabric, plan)):
        cluster = _cluster(fabric, members, version, routes)
        yield Proposal(cluster, [*pools, *plan.affinities, *_settings(fabric)], facts)


def is_member(node: Seen) -> bool:
    """Whether Felix or BIRD has been at work: its devices, or routes with its mark."""
    if any(link.ifname in VXLAN | WIREGUARDS or matches(link.ifname, ("cali*",)) for link in node.all(Link)):
        return True
    if any(row.dev == IPIP_DEVICE for row in node.all(Address)):
        return True
    return any(_is_marked(row) for row in node.all(Route))


def _is_marked(row: Route) -> bool:
    return row.protocol == FELIX_PROTOCOL or (row.protocol == BIRD_PROTOCOL and row.type == "blackhole")


def _of_node(plan: Plan, node: Seen) -> tuple[dict[str, Any], str | None]:
    return {"tunnel": plan.tunnel(node.name)}, plan.gateway(node)


def _cluster(fabric: Fabric, members: Sequence[Seen], version: str, routes: Mapping[str, str]) -> Sketch:
    settings: dict[str, Any] = {"version": version}
    if routes:
        settings["clusterRoutes"] = dict(routes)
    if fabric.told.felix is None and (vxlan := _vxlan(fabric, members)):
        settings["vxlan"] = vxlan
    if fabric.told.felix is None and any(link.ifname in WIREGUARDS for node in members for link in node.all(Link)):
        settings["wireguard"] = True
    spec = {"cni": "calico", "nodes": [node.name for node in members], "apiNode": fabric.api_node, "calico": settings}
    lines = [] if fabric.told.calico_version else [f"Calico {version} is what fits these tables; nobody told it."]
    return Sketch("Cluster", fabric.name, {k: v for k, v in spec.items() if v is not None}, lines)


def _versions(fabric: Fabric) -> list[str]:
    told = VERSION.match(fabric.told.calico_version or "")
    return [told[1]] if told else [profile.version for profile in reversed(PROFILES)]


def _vxlan(fabric: Fabric, members: Sequence[Seen]) -> dict[str, int]:
    """What of the VXLAN device is not the default, on most nodes."""
    links = {node.name: link for node in members for link in node.all(Link) if link.ifname == VXLAN_DEVICES[4]}
    found = {"vni": usual(link.id for link in links.values()), "port": usual(link.port for link in links.values())}
    told = {name: value for name, value in found.items() if value not in (None, DEFAULTS[name])}
    odd = [link.mtu for name, link in links.items() if link.mtu != _derived(fabric.sketches[name])]
    return told | ({"mtu": usual(odd)} if 2 * len(odd) > len(links) else {})


def _derived(sketch: Sketch) -> int:
    """Felix's own choice: 50 below the smallest MTU that is declared."""
    mtus: list[int] = [
        spec.get("mtu") or 0 for spec in sketch.spec.get("interfaces", {}).values() if "vxlan" not in spec
    ]
    return min([mtu for mtu in mtus if mtu] or [ETHERNET_MTU]) - OVERHEAD["vxlan", 4]


def _programmers(fabric: Fabric, plan: Plan) -> list[dict[str, str]]:
    """Who writes the routes of pools without VXLAN, where it is not told and may be either."""
    if plan.only_vxlan:
        return [{}]
    return [{}, {"ipip": "felix", "none": "felix"}, {"ipip": "bird", "none": "bird"}]


def _pool_plans(fabric: Fabric, plan: Plan) -> list[list[Sketch]]:
    """The pools as kubectl prints them, or as the rows still have them; where there are none, one around all blocks."""
    told = {row.pool: row for node in fabric.nodes for row in node.all(IPPool)}
    if told:
        specs = [[(name, dict(row.spec)) for name, row in sorted(told.items())]]
        specs += [[(name, {**spec, **OFF, **mode}) for name, spec in specs[0]] for mode in _modes(plan)]
        return [[Sketch("IPPool", name, spec) for name, spec in pools] for pools in specs]
    around = {v: [one for one in plan.blocks or plan.tunnel_ends if one.version == v] for v in (4, 6)}
    guesses = [[_guess(v, blocks, mode) for v, blocks in around.items() if blocks] for mode in _modes(plan)]
    return guesses or [[]]


def _modes(plan: Plan) -> Sequence[dict[str, str]]:
    return MODES[:2] if plan.only_vxlan else MODES


def _guess(version: int, blocks: Sequence[Network], mode: Mapping[str, str]) -> Sketch:
    """A pool that nobody has shown us: its name and its range are ours, its mode is what fits the routes."""
    network = next((pool for pool in USUAL_POOLS if all(_within(block, pool) for block in blocks)), None)
    network = network or _around(blocks)
    length = usual(block.prefixlen for block in blocks if block.prefixlen < block.max_prefixlen)
    spec: dict[str, Any] = {"cidr": str(network), **(mode if version == 4 or "ipipMode" not in mode else {})}
    if length in BLOCK_SIZES[version] and length != LENGTHS[version]:
        spec["blockSize"] = length
    lines = ["Guessed from the nodes' tables, without kubectl: compare it with `kubectl get ippools -o yaml`."]
    return Sketch("IPPool", f"default-ipv{version}-ippool", spec, lines)


def _within(block: Network, pool: Network) -> bool:
    return block.version == pool.version and block.subnet_of(pool)  # type: ignore[arg-type]


def _around(blocks: Sequence[Network]) -> Network:
    network = blocks[0]
    while not all(_within(block, network) for block in blocks):
        network = network.supernet()
    return network


def _settings(fabric: Fabric) -> Iterator[Sketch]:
    """Felix's and BIRD's configuration, in the cluster's own words, where there is any."""
    for name, spec in sorted((fabric.told.felix or {}).items()):
        yield Sketch("FelixConfiguration", name, dict(spec))
    if fabric.told.bgp:
        yield Sketch("BGPConfiguration", "default", dict(fabric.told.bgp))
