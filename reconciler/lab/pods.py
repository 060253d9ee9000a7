"""Pods: a namespace each, wired to their node as Calico's CNI plugin does it; flannel's are left to ``cni``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .overlay import Overlay
from .state import Member, Pod

HOST_MAC = "ee:ee:ee:ee:ee:ee"
"""Calico's MAC on the node's end: pods cannot tell one node from another after a move."""
GATEWAYS = {4: "169.254.1.1", 6: "fe80::ecee:eeff:feee:eeee"}
"""An address that exists nowhere, which the node answers for by proxy ARP; in IPv6 the node's end's own."""


def cable(node: Member, pod: Pod, overlay: Overlay) -> str:
    """The line for ``ip -batch`` that makes the pod's veth."""
    ends = f"peer name {pod.interface} mtu {overlay.pod_mtu} address {HOST_MAC} netns {node.namespace}"
    return f"link add eth0 mtu {overlay.pod_mtu} netns {pod.namespace} type veth {ends}"


def links(pod: Pod) -> list[str]:
    """Inside the pod: its own addresses alone, and a way out over the node's end."""
    return ["link set lo up", *_port(pod)]


def node_links(pod: Pod) -> Iterator[str]:
    """On the node: the way to the pod."""
    if pod.addresses:
        yield f"link set {pod.interface} up"
    yield from (f"route add {address} dev {pod.interface} scope link" for address in pod.addresses)


def no_duplicates() -> None:
    """In the current namespace: no wait for duplicate IPv6 addresses, of which a lab has none."""
    for switch in Path("/proc/sys/net/ipv6/conf").glob("*/accept_dad"):
        switch.write_text("0", encoding="ascii")


def _port(pod: Pod) -> Iterator[str]:
    if not pod.addresses:
        return
    yield from (f"address add {address}/{address.max_prefixlen} dev eth0" for address in pod.addresses)
    yield "link set eth0 up"
    for address in pod.addresses:
        gateway = GATEWAYS[address.version]
        yield f"route add {gateway} dev eth0 scope link"
        yield f"route add default via {gateway} dev eth0"
