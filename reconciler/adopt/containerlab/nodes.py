"""The nodes of a topology as documents: what its commands give them, and which address their overlay goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from reconciler.adopt.adopted import Made
from reconciler.adopt.containerlab.calico import Autodetection
from reconciler.adopt.containerlab.kind import KindNode
from reconciler.adopt.containerlab.node import node_state
from reconciler.adopt.containerlab.topology import Lab, Member
from reconciler.adopt.drafting import all_at, drafted
from reconciler.desired.style import Draft

MARKS = " Routes have the protocol that `ip` gave them; without it they get our mark, and go with their document."
FIELDS = {4: "address", 6: "address6"}


def node_draft(lab: Lab, member: Member, kind: KindNode | None, detect: Mapping[int, Autodetection]) -> Made:
    """``kind``: as the node of a cluster, whose underlay is said where it is not the first address."""
    state, remarks = node_state(member.exec, lab.file)
    spec = state.spec()
    if kind is not None and (underlay := _underlay(spec, kind, detect)):
        spec["underlay"] = underlay
    comment = f"{member.name}: from the exec lines of {lab.file}:{member.line}.{MARKS if state.routes else ''}"
    return drafted(Draft("Node", member.name, spec, comment), all_at(lab.file, member.line), remarks)


def _underlay(spec: Mapping[str, Any], kind: KindNode, detect: Mapping[int, Autodetection]) -> dict[str, str]:
    """Empty where the first address of each IP version is the one that Calico finds, too."""
    said: dict[str, str] = {}
    for version, field in FIELDS.items():
        own = [(dev, text) for dev, text in _addresses(spec) if ip_interface(text).version == version]
        chosen = [one for one in own if _is_found(one, kind, detect.get(version, Autodetection()))]
        if own and chosen and chosen[0] != own[0] and said.get("dev", chosen[0][0]) == chosen[0][0]:
            said |= {"dev": chosen[0][0], field: chosen[0][1]}
    return said


def _addresses(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for dev, interface in spec.get("interfaces", {}).items():
        for one in interface.get("addresses", ()):
            yield dev, one["address"] if isinstance(one, dict) else one


def _is_found(one: tuple[str, str], kind: KindNode, detect: Autodetection) -> bool:
    """As Calico looks for it; where it takes any, the address that the kubelet is given."""
    dev, text = one
    address = ip_interface(text).ip
    if detect.cidrs:
        return any(address in network for network in map(_network, detect.cidrs) if network is not None)
    if detect.interface:
        return any(_matches(pattern, dev) for pattern in detect.interface.split(","))
    return bool(kind.address) and str(address) == _plain(kind.address)


def _network(text: str) -> Any:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _matches(pattern: str, dev: str) -> bool:
    """A name, or the plain expressions that people use (``eth.*``); no others: a wild one may take for ever."""
    pattern = pattern.strip()
    simple = re.fullmatch(r"\^?([\w-]+)(\.\*)?\$?", pattern)
    if simple is None:
        return pattern == dev
    return dev.startswith(simple[1]) if simple[2] else dev == simple[1]


def _plain(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return text
