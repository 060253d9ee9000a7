"""The lab's cables: every namespace, the jump host's management bridge, a veth for each link and for Calico's pods."""

from __future__ import annotations

from collections.abc import Iterator

from .pods import cable
from .state import Lab, Member

BRIDGE = "management"


def make(lab: Lab) -> Iterator[str]:
    """Lines for one ``ip -batch`` on the machine; both ends of a veth are born in their namespaces, none outside."""
    for namespace in lab.namespaces:
        yield f"netns add {namespace}"
    yield from _management(lab)
    namespace_of = {member.name: member.namespace for member in lab.members}
    for a, port_a, b, port_b in lab.links:
        yield f"link add {port_a} netns {namespace_of[a]} type veth peer name {port_b} netns {namespace_of[b]}"
    for member in () if lab.overlay.plugins else lab.members:
        for pod in member.pods:
            yield cable(member, pod, lab.overlay)


def jump(lab: Lab) -> list[str]:
    """The jump host's links: the bridge that every management interface is plugged into."""
    ports = [line for member in lab.members for line in _port(member)]
    return [
        "link set lo up",
        f"link add {BRIDGE} type bridge",
        f"address add {lab.jump} dev {BRIDGE}",
        f"link set {BRIDGE} up",
        *ports,
    ]


def _management(lab: Lab) -> Iterator[str]:
    for member in lab.members:
        peer = f"peer name {_plug(member)} netns {lab.jump_namespace}"
        yield f"link add eth0 netns {member.namespace} type veth {peer}"


def _port(member: Member) -> list[str]:
    return [f"link set {_plug(member)} master {BRIDGE}", f"link set {_plug(member)} up"]


def _plug(member: Member) -> str:
    """The jump host's end of a management cable: names of interfaces are short, so by the address."""
    third, fourth = str(member.address).split(".")[2:]
    return f"to-{third}-{fourth}"
