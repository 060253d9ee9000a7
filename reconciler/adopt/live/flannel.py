"""Flannel, recognised by its devices, or by routes from each node's `cni0` network to every other's (host-gw)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_interface, ip_network
from typing import Any

from reconciler.adopt.live.fabric import Fabric, Proposal, usual
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.desired.prefixes import Network
from reconciler.intent.flannel.backends import WIREGUARD_OVERHEAD
from reconciler.intent.flannel.claim import DEVICES
from reconciler.intent.mtu import ETHERNET_MTU, OVERHEAD
from reconciler.linux.address import Address
from reconciler.linux.claim import matches
from reconciler.linux.link import Link
from reconciler.linux.route import BOOT_PROTOCOL, MAIN_TABLE, Route

PLUGIN = "cni0"
"""The bridge that flannel's CNI plugin makes with the first pod, in the node's subnet."""
BY_KIND = {"vxlan": "vxlan", "ipip": "ipip", "wireguard": "wireguard"}
USUAL = {"type": "vxlan"}
TAKES = {"vxlan": OVERHEAD["vxlan", 4], "ipip": OVERHEAD["ipip", 4], "wireguard": WIREGUARD_OVERHEAD}
USUAL_LENGTH = {4: 24, 6: 64}


def proposals(fabric: Fabric) -> Iterator[Proposal]:
    """With and without direct routing, where both are possible; without a device of flannel's, host-gw."""
    devices = {node.name: _links(node) for node in fabric.nodes if _links(node)}
    backend = usual(BY_KIND.get(link.info_kind or "") for links in devices.values() for link in links)
    shares = {node.name: _shares(fabric, node) for node in fabric.nodes}
    members = [node for node in fabric.nodes if node.name in devices or (shares[node.name] and not backend)]
    if not members or not (backend or _leads_directly(members, shares)):
        return
    settings = _settings(backend or "host-gw", [link for links in devices.values() for link in links])
    facts = {node.name: fabric.facts(node, _facts(fabric, node, shares[node.name])) for node in members}
    for direct in ({}, {"directRouting": True}) if backend in ("vxlan", "ipip") else ({},):
        spec: dict[str, Any] = {"cni": "flannel", "nodes": [node.name for node in members]}
        spec |= {"apiNode": fabric.api_node} if fabric.api_node else {}
        flannel: dict[str, Any] = dict(_networks(members)) if backend == "wireguard" else {}
        told = {**settings, **direct}
        flannel |= {"backend": told} if told != USUAL else {}
        spec |= {"flannel": flannel} if flannel else {}
        yield Proposal(Sketch("Cluster", fabric.name, spec), [], facts)


def _links(node: Seen) -> list[Link]:
    return [link for link in node.all(Link) if matches(link.ifname, (*DEVICES, "flannel.ipip"))]


def _shares(fabric: Fabric, node: Seen) -> list[Network]:
    """The node's own subnets: Kubernetes' word, the bridge's network, or the device's address and others' routes."""
    told = fabric.told_of(node.name).pod_cidrs
    if told:
        return [ip_network(cidr) for cidr in told]
    found: dict[int, Network] = {}
    for row in node.on(Address, {PLUGIN}):
        network = ip_interface(f"{row.local}/{row.prefixlen}").network
        if not network.is_link_local:
            found.setdefault(network.version, network)
    for row in (row for link in _links(node) for row in node.on(Address, {link.ifname})):
        version = 6 if ":" in row.local else 4
        if not ip_interface(row.local).is_link_local:
            found.setdefault(version, _beginning_with(fabric, row.local, version))
    return [found[version] for version in sorted(found)]


def _beginning_with(fabric: Fabric, address: str, version: int) -> Network:
    """The prefix of that network address that the nodes have routes to."""
    rows = (row.dst for node in fabric.nodes for row in node.all(Route) if row.dst.startswith(f"{address}/"))
    shorter = [dst for dst in rows if ip_network(dst).prefixlen < ip_network(dst).max_prefixlen]
    return ip_network(usual(shorter) or f"{address}/{USUAL_LENGTH[version]}", strict=False)


def _leads_directly(members: Sequence[Seen], shares: Mapping[str, Sequence[Network]]) -> bool:
    """Whether nodes have routes without a mark into each other's subnets."""
    known = {str(share): name for name, listed in shares.items() for share in listed}
    rows = ((node.name, row) for node in members for row in node.all(Route))
    return any(known.get(row.dst, name) != name and _is_flannels(row) for name, row in rows)


def _is_flannels(row: Route) -> bool:
    return row.protocol == BOOT_PROTOCOL and row.table == MAIN_TABLE and row.gateway is not None


def _facts(fabric: Fabric, node: Seen, shares: Sequence[Network]) -> dict[str, Any]:
    tunnel: dict[str, dict[str, str]] = {}
    told = fabric.told_of(node.name)
    for six, four in (("", True), ("6", False)):
        mine = next((link.address for link in _links(node) if _is_vxlan(link, four)), None)
        mac = told.macs.get(f"vxlan{six}") or _believed(fabric, node.name, four) or mine
        key = told.keys.get(f"wireguard{six}") or _key(fabric, node.name, four)
        if mac:
            tunnel[f"vxlan{six}"] = {"mac": mac}
        if key:
            tunnel.setdefault("wireguard", {})[f"publicKey{six}"] = key
    return {"tunnel": tunnel, "podCIDRs": [str(share) for share in shares]}


def _is_vxlan(link: Link, four: bool) -> bool:
    return link.info_kind == "vxlan" and (not link.ifname.startswith("flannel-v6")) == four


def _believed(fabric: Fabric, name: str, four: bool) -> str | None:
    """The MAC that most nodes, itself among them, take its tunnel's end to have."""
    found = [
        mac
        for node in fabric.nodes
        for link in _links(node)
        if _is_vxlan(link, four)
        for owner, _, mac in [*fabric.macs(node, link.ifname), (node.name, "", link.address)]
        if owner == name
    ]
    return None if not found else str(usual(found))


def _key(fabric: Fabric, name: str, four: bool) -> str | None:
    keys = [
        peer.public_key
        for node in fabric.nodes
        for link in _links(node)
        if (not link.ifname.endswith("-v6")) == four
        for peer in link.peers or ()
        if fabric.owner((peer.endpoint or "").rpartition(":")[0].strip("[]")) == name
    ]
    return None if not keys else str(usual(keys))


def _settings(backend: str, links: Sequence[Link]) -> dict[str, Any]:
    """The backend's, where they are not flannel's defaults. Its MTU is that of the underlay, before the tunnel."""
    found: dict[str, Any] = {"type": backend}
    if backend == "vxlan":
        vni, port = usual(link.id for link in links), usual(link.port for link in links)
        found |= {"vni": vni} if vni not in (None, 1) else {}
        found |= {"port": port} if port not in (None, 8472) else {}
    whole = _mtu(backend, links)
    return found | ({"mtu": whole} if links and whole < ETHERNET_MTU else {})


def _mtu(backend: str, links: Sequence[Link]) -> int:
    """Before the tunnel. A VXLAN device over IPv6 tells only what fits, which is less."""
    four = [link.mtu for link in links if not _is_six(link)]
    mtu = usual(four or [link.mtu for link in links])
    fits = ETHERNET_MTU - OVERHEAD["vxlan", 6]
    if mtu is None or (backend == "vxlan" and not four and mtu == fits):
        return ETHERNET_MTU
    return int(mtu) + TAKES.get(backend, 0)


def _is_six(link: Link) -> bool:
    """``flannel-v6.1``, ``flannel-wg-v6``."""
    return "-v6" in link.ifname


def _networks(members: Sequence[Seen]) -> dict[str, str]:
    """The one route that WireGuard's device has: to the whole network."""
    rows = [row for node in members for row in node.all(Route) if (row.dev or "").startswith("flannel-wg")]
    boot = [row.dst for row in rows if row.protocol == BOOT_PROTOCOL]
    four, six = (usual(dst for dst in boot if (":" in dst) == is_six) for is_six in (False, True))
    return {name: dst for name, dst in (("network", four), ("network6", six)) if dst}
