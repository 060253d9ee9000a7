"""The cables of a topology: short endpoints (``node:eth1``) and long ones, interfaces as their devices call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reconciler.adopt.adopted import Remark
from reconciler.adopt.containerlab.topology import HOSTS, Lab, Member
from reconciler.desired.documents.switch_values import PORT
from reconciler.desired.documents.values import IFNAME
from reconciler.desired.tree import Tree

ON_SWITCH = re.compile(r"(?:eth|et|Ethernet|Et)(\d{1,3}(?:[_/]\d{1,3}){0,2})", re.ASCII)
"""Of a data port in the container (``eth1_1`` is Ethernet1/1); ``eth0`` is Management."""
NOT_NODES = ("host", "mgmt-net", "macvlan", "dummy", "vxlan", "vxlan-stitch", "bridge")
LONG_TO_ELSEWHERE = "the other end is no device of the lab: the port has no `to`"


class End(NamedTuple):
    """One end of a cable; ``interface`` as the device calls it."""

    node: str
    interface: str

    def __str__(self) -> str:
        return f"{self.node}:{self.interface}"


def cables(lab: Lab) -> tuple[dict[End, End | None], list[Remark]]:
    """Far end by near end, both ways; None: the cable leads out of the lab. A socket takes its first cable only."""
    found: dict[End, End | None] = {}
    remarks: list[Remark] = []
    links = lab.tree.nearest(("topology",)).child("links")
    for link in links.value if links is not None and isinstance(links.value, list) else ():
        ends = [_end(one, lab.members, lab.file, remarks) for one in _endpoints(link)]
        known = [end for end in ends if end is not None]
        if len(ends) not in (1, 2):
            remarks.append(Remark(lab.file, link.line, f"a link with {len(ends)} endpoints", "it has two; left out"))
        elif any(end in found for end in known) or (len(known) == 2 and known[0] == known[1]):
            remarks.append(Remark(lab.file, link.line, " and ".join(map(str, known)), "cabled already; left out"))
        elif len(known) == 2:
            found |= {known[0]: known[1], known[1]: known[0]}
        else:
            found |= dict.fromkeys(known)
            remarks += [Remark(lab.file, link.line, f"the cable at {end}", LONG_TO_ELSEWHERE) for end in known]
    return found, remarks


def _endpoints(link: Tree) -> list[Tree]:
    """``endpoints: [a, b]``, or ``endpoint: a`` of a link that leads to one node alone."""
    many, one = link.child("endpoints"), link.child("endpoint")
    if many is not None and isinstance(many.value, list):
        return list(many.value)
    return [] if one is None else [one]


def _end(tree: Tree, members: Mapping[str, Member], file: str, remarks: list[Remark]) -> End | None:
    node, interface = _words(tree)
    member = members.get(node)
    if member is None:
        if node not in NOT_NODES:
            remarks.append(Remark(file, tree.line, f"the endpoint {node}:{interface}", "the topology has no such node"))
        return None
    name = of_device(member, interface)
    if name is None:
        words = f"the endpoint {node}:{interface}"
        remarks += [Remark(file, tree.line, words, why) for why in _reasons(member)]
        return None
    return End(node, name)


def _words(tree: Tree) -> tuple[str, str]:
    if isinstance(tree.value, dict):
        node, interface = tree.child("node"), tree.child("interface")
        return (str(node.value) if node else ""), (str(interface.value) if interface else "")
    node_name, _, behind = str(tree.value).partition(":")
    return node_name, behind.partition(":")[0]


def of_device(member: Member, interface: str) -> str | None:
    """``eth1`` of a cEOS node is Ethernet1; None: no interface that documents speak of."""
    if not member.is_switch:
        return interface if member.kind in HOSTS and IFNAME.fullmatch(interface) else None
    found = ON_SWITCH.fullmatch(interface)
    name = f"Ethernet{found[1].replace('_', '/')}" if found else ""
    return name if PORT.fullmatch(name) and name != "Ethernet0" else None


def _reasons(member: Member) -> Iterator[str]:
    """Of a kind that we bring nothing over of, that has been said once already."""
    if member.is_switch or member.kind in HOSTS:
        yield "no name of an interface that documents know"
