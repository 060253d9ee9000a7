"""The desired state of a lab, as documents: what a reconciler has to make of it when it is bare.

The switch and the underlay are what the topology itself says with its startup configuration and ``exec`` lines (of
the configuration VLANs, access ports, SVIs and ``ip routing``); the cluster is what the lab was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from . import clusters, documents, exec_lines, facts
from .errors import LabError
from .exec_lines import Route
from .overlay import Overlay
from .stanzas import Stanza, stanzas
from .state import Interface, Kubernetes, Lab, Member, Side

JSON = dict[str, Any]


def check(lab: Lab) -> None:
    """Raise unless the topology has the underlay that the overlay goes over."""
    found = [(node, side) for node in lab.nodes if node.kubernetes for side in node.kubernetes.sides]
    for node, side in found:
        if side.underlay is None:
            words = f"`ip address add ADDRESS/LENGTH dev INTERFACE` with an IPv{side.version} address"
            raise LabError(f"{node.name} has no {words} in its exec lines, where {lab.overlay.cni} starts from.")
    subnets = {(side.version, side.underlay.network) for _, side in found if side.underlay}
    if lab.overlay.one_vlan and len(subnets) > len(lab.overlay.versions):
        raise LabError(f"All nodes have to be in one subnet, as --nodes has them: {lab.overlay.why_one_vlan}.")


def write(lab: Lab) -> None:
    """Write ``desired/`` into the lab's folder."""
    folder = lab.folder / "desired"
    folder.mkdir()
    documents.write(folder / "switch.yaml", [_switch(member) for member in lab.switches if member.startup])
    documents.write(folder / "nodes.yaml", [_node(lab, node) for node in lab.nodes])
    for name, wanted in clusters.documents(lab).items():
        documents.write(folder / name, wanted)


def _switch(member: Member) -> JSON:
    sections = list(stanzas(member.startup or ""))
    spec = {
        "routing": any(section.header == "ip routing" for section in sections),
        "vlans": {int(s.subject): _vlan(s) for s in sections if s.header.startswith("vlan ") and s.subject.isdigit()},
        "interfaces": {s.subject: _port(s) for s in sections if s.header.startswith("interface Ethernet")},
        "svis": {
            int(s.subject.removeprefix("Vlan")): _svi(s) for s in sections if s.header.startswith("interface Vlan")
        },
    }
    return {"apiVersion": "reconciler/v1", "kind": "Switch", "metadata": {"name": member.name}, "spec": spec}


def _vlan(section: Stanza) -> JSON:
    return _present(name=section.value("name"))


def _port(section: Stanza) -> JSON:
    access = section.value("switchport access vlan")
    return _present(description=section.value("description"), access=int(access) if access else None)


def _svi(section: Stanza) -> JSON:
    address = section.value("ip address")
    return _present(addresses=[address] if address else None, description=section.value("description"))


def _present(**fields: Any) -> JSON:
    return {name: value for name, value in fields.items() if value is not None}


def _node(lab: Lab, node: Member) -> JSON:
    addresses = list(exec_lines.addresses(node.exec))
    interfaces = {dev: [str(address) for address, of in addresses if of == dev] for _, dev in addresses}
    spec: JSON = {"interfaces": {dev: {"addresses": given} for dev, given in interfaces.items()}}
    if node.kubernetes:
        spec |= _overlay(lab.overlay, node, node.kubernetes)
    routes = [_route(route, addresses) for route in exec_lines.routes(node.exec)]
    if routes:
        spec["routes"] = routes
    return {"apiVersion": "reconciler/v1", "kind": "Node", "metadata": {"name": node.name}, "spec": spec}


def _route(route: Route, addresses: list[tuple[Interface, str]]) -> JSON:
    """A route as a document; the device is where the gateway is a neighbour, as the kernel would find it."""
    gateway = ip_address(route.gateway)
    dev = route.dev or next((dev for address, dev in addresses if gateway in address.network), None)
    return _present(dst=route.dst, via=route.gateway, dev=dev)


def _overlay(overlay: Overlay, node: Member, kubernetes: Kubernetes) -> JSON:
    """The facts of a cluster's node: where its underlay is, its ends of the tunnels, its pods' networks."""
    ends = dict(_ends(overlay, node, kubernetes))
    return {
        **({} if overlay.seeds else {"underlay": _underlay(node, kubernetes)}),
        **({"tunnel": ends} if ends else {}),
        **({"podCIDRs": [str(side.block) for side in kubernetes.sides]} if overlay.plugins else {}),
    }


def _underlay(node: Member, kubernetes: Kubernetes) -> JSON:
    """The addresses that the overlay goes by, and the gateway to the other subnets where there is one."""
    own = [side.underlay for side in kubernetes.sides if side.underlay]
    dev = next((dev for address, dev in exec_lines.addresses(node.exec) if address in own), None)
    keys = {4: "address", 6: "address6"}
    gateway = next((route.gateway for route in exec_lines.routes(node.exec)), None)
    return _present(dev=dev, **{keys[address.version]: str(address) for address in own}, gateway=gateway)


def _ends(overlay: Overlay, node: Member, kubernetes: Kubernetes) -> Iterator[tuple[str, JSON]]:
    for side in kubernetes.sides:
        if side.tunnel is not None:
            yield ("vxlan" if side.version == 4 else "vxlan6"), _end(overlay, node, side)


def _end(overlay: Overlay, node: Member, side: Side) -> JSON:
    """Flannel's address follows from the pod CIDR; Calico's is its IPAM's to choose."""
    mac = facts.vtep_mac(overlay, node.name, side.version)
    return {"mac": mac} if overlay.plugins else {"address": str(side.tunnel), "mac": mac}
