"""Pods: a namespace each, wired to their node as Calico's CNI plugin does it."""

from __future__ import annotations

from .state import Member, Pod

MTU = 1450
"""The host's 1500 less VXLAN's 50 bytes: Calico gives pods the smallest of its encapsulations."""
HOST_MAC = "ee:ee:ee:ee:ee:ee"
"""Calico's MAC on the node's end: pods cannot tell one node from another after a move."""


def cable(node: Member, pod: Pod) -> str:
    """The line for ``ip -batch`` that makes the pod's veth."""
    ends = f"peer name {pod.interface} mtu {MTU} address {HOST_MAC} netns {node.namespace}"
    return f"link add eth0 mtu {MTU} netns {pod.namespace} type veth {ends}"


def links(pod: Pod) -> list[str]:
    """Inside the pod: one /32 and a gateway that exists nowhere; the node answers for it by proxy ARP."""
    return [
        "link set lo up",
        f"address add {pod.address}/32 dev eth0",
        "link set eth0 up",
        "route add 169.254.1.1 dev eth0 scope link",
        "route add default via 169.254.1.1 dev eth0",
    ]
