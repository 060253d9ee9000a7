"""Cilium, recognised by `cilium_host` and the kernel routes that lead to it; it is only ever read and reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from reconciler.adopt.live.fabric import Fabric, Proposal
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.desired.prefixes import Network
from reconciler.intent.cilium import HOST, ROUTES
from reconciler.linux.address import Address
from reconciler.linux.route import Route

SETTINGS: tuple[dict[str, Any], ...] = ({}, {"routing": "native"}, {"routing": "native", "autoDirectNodeRoutes": True})


def proposals(fabric: Fabric) -> Iterator[Proposal]:
    """In every routing mode."""
    members = [node for node in fabric.nodes if any(node.on(Address, {HOST}))]
    if not members:
        return
    hosts = {node.name: _host(fabric, node) for node in members}
    shares = {node.name: _shares(fabric, node, hosts) for node in members}
    facts = {node.name: fabric.facts(node, _facts(hosts[node.name], shares[node.name])) for node in members}
    for settings in SETTINGS:
        spec: dict[str, Any] = {"cni": "cilium", "nodes": [node.name for node in members]}
        spec |= {"apiNode": fabric.api_node} if fabric.api_node else {}
        spec |= {"cilium": settings} if settings else {}
        yield Proposal(Sketch("Cluster", fabric.name, spec), [], facts)


def _host(fabric: Fabric, node: Seen) -> str | None:
    told = fabric.told_of(node.name).tunnels.get("cilium")
    mine = (row.local for row in node.on(Address, {HOST}) if ":" not in row.local)
    return told or next(mine, None)


def _shares(fabric: Fabric, node: Seen, hosts: Mapping[str, str | None]) -> list[Network]:
    """The node's pod CIDRs: Kubernetes' word, or its own route to its own host, whose MTU is nobody's tunnel's."""
    if told := fabric.told_of(node.name).pod_cidrs:
        return [ip_network(cidr) for cidr in told]
    rows = [row for row in node.on(Route, {HOST}) if row.protocol == ROUTES and row.gateway == hosts[node.name]]
    own = sorted({row.dst for row in rows if row.mtu is None and ":" not in row.dst})
    return [ip_network(dst) for dst in own]


def _facts(host: str | None, shares: Sequence[Network]) -> dict[str, Any]:
    tunnel = {"cilium": {"address": host}} if host else {}
    return {"tunnel": tunnel, "podCIDRs": [str(share) for share in shares]}
