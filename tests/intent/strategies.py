"""Clusters of every CNI that is written, as documents: every mode, IP version and release, complete or with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from .vectors import documents

Document = dict[str, Any]
VERSIONS = ("3.29", "3.30", "3.31", "3.32", "3.32.1", "3.33")
POOLS = (
    {"vxlan": "Always"},
    {"vxlan": "CrossSubnet"},
    {"vxlan": "Never", "ipip": "Always"},
    {"vxlan": "Never", "ipip": "CrossSubnet"},
    {"vxlan": "Never", "ipip": "Never"},
)
BACKENDS = ("vxlan", "host-gw", "ipip", "wireguard")
FACTS = ("ip4", "ip6", "dev", "vxlan4", "vxlan6", "ipip4", "wg_key", "pod4", "vtep_mac", "vtep_mac6")
"""What a node's document may fail to tell."""


@st.composite
def worlds(draw: st.DrawFn, *, calico: bool | None = None, gaps: bool = False) -> list[Document]:
    """A cluster of up to five nodes in two subnets; with ``gaps``, documents leave some facts out.

    ``calico``: of that CNI, or of flannel; ``None``: of either.
    """
    names = [f"node{number}" for number in range(draw(st.integers(1, 5)))]
    calico = draw(st.booleans()) if calico is None else calico
    six = draw(st.booleans())
    nodes = [_underlay(number, name, draw(st.integers(0, 1)), six) for number, name in enumerate(names)]
    world = draw(_calico(nodes, six) if calico else _flannel(nodes, six))
    if gaps:
        for node in world["input"]["nodes"]:
            for fact in draw(st.sets(st.sampled_from(FACTS), max_size=2)):
                node.pop(fact, None)
    return list(documents(world))


def _underlay(number: int, name: str, side: int, six: bool) -> dict[str, Any]:
    node: dict[str, Any] = {"name": name, "dev": "eth0", "ifaces": {"eth0": 1500, "eth1": 9000}}
    node |= {"ip4": f"10.9.{side}.{number + 1}/24", "gateway6": f"fd00:9:{side}::fe"}
    return node | ({"ip6": f"fd00:9:{side}::{number + 1}/64"} if six else {})


def _gateways(nodes: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {node["name"]: node["ip4"].rpartition(".")[0] + ".254" for node in nodes}


@st.composite
def _calico(draw: st.DrawFn, nodes: list[dict[str, Any]], six: bool) -> dict[str, Any]:
    """Two pools of IPv4 and perhaps one of IPv6, blocks of each, addresses and ends of tunnels on loan."""
    names = [node["name"] for node in nodes]
    wireguard = draw(st.booleans())
    for number, node in enumerate(nodes):
        ends = [f"10.0.{number}.0", f"10.1.{number}.0", f"10.0.{(number + 1) % len(nodes)}.9"]
        node |= {"vxlan4": draw(st.sampled_from(ends)), "ipip4": f"10.1.{number}.1"}
        node |= {"vxlan6": f"fd00:10:{number}::1"} if six else {}
        if wireguard and draw(st.booleans()):
            node |= {"wg_key": f"K{number}", "wg4": f"10.1.{number}.2"}
        if draw(st.integers(0, 4)) == 0:
            node |= {"vtep_mac4": f"66:00:00:00:00:{number:02x}"}
    pools = [{"cidr": f"10.{n}.0.0/16", "block_size": 26} | draw(st.sampled_from(POOLS)) for n in (0, 1)]
    blocks = [
        {"cidr": f"10.{pool}.{number}.0/26", "node": name, "borrowed": draw(_loans(f"10.{pool}.{number}.5", names))}
        for number, name in enumerate(names)
        for pool in (0, 1)
        if number == pool == 0 or draw(st.booleans())
    ]
    if six:
        modes = [pool for pool in POOLS if pool.get("ipip", "Never") == "Never"]
        pools.append({"cidr": "fd00:10::/32", "block_size": 122} | draw(st.sampled_from(modes)))
        blocks += [{"cidr": f"fd00:10:{number}::/122", "node": name} for number, name in enumerate(names)]
    programs = draw(st.sampled_from((None, [], ["ipip"], ["none"], ["ipip", "none"])))
    profile = {"cni": "calico", "version": draw(st.sampled_from(VERSIONS)), "felix_programs": programs}
    world = {"nodes": nodes, "pools": pools, "blocks": blocks, "underlay_gateways": _gateways(nodes)}
    return {"profile": profile, "input": world}


def _loans(address: str, names: Sequence[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(st.builds(lambda node: {"ip": address, "node": node}, st.sampled_from(names)), max_size=1)


@st.composite
def _flannel(draw: st.DrawFn, nodes: list[dict[str, Any]], six: bool) -> dict[str, Any]:
    backend = draw(st.sampled_from(BACKENDS))
    six = six and backend != "ipip"
    for number, node in enumerate(nodes):
        node |= {"pod4": f"10.42.{number}.0/24", "vtep_mac": f"3a:00:00:00:00:{number:02x}", "wg_key": f"K{number}"}
        more = {
            "pod6": f"fd00:42:0:{number}::/64",
            "vtep_mac6": f"3a:00:00:00:06:{number:02x}",
            "wg_key6": f"L{number}",
        }
        node |= more if six else {}
    direct = draw(st.booleans()) if backend in ("vxlan", "ipip") else None
    profile = {"cni": "flannel", "backend": backend, "direct_routing": direct}
    networks = {"network4": "10.42.0.0/16"} | ({"network6": "fd00:42::/56"} if six else {})
    return {"profile": profile, "input": {"nodes": nodes, "underlay_gateways": _gateways(nodes), **networks}}
