"""A Kubernetes cluster: which nodes it has, and which CNI fills their tables, configured how."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reconciler.desired.documents.ignore import IgnoreRule
from reconciler.desired.documents.spec import Many, Part, Spec
from reconciler.desired.documents.values import CalicoVersion, DeviceName, Mtu, Prefix

Programmer = Literal["felix", "bird"]
Vni = Annotated[int, Field(ge=0, le=16777215)]
UdpPort = Annotated[int, Field(ge=1, le=65535)]


class ClusterRoutes(Part):
    """Who programs the routes of pools with IPIP and with no encapsulation; absent: that version's default."""

    example: ClassVar[str] = "{ipip: bird}"
    ipip: Programmer | None = None
    none: Programmer | None = None


class CalicoVxlan(Part):
    """Calico's VXLAN device, where it is not the default one (4096, 4789, the host's MTU less 50)."""

    example: ClassVar[str] = "{vni: 4096}"
    vni: Vni | None = None
    port: UdpPort | None = None
    mtu: Mtu | None = None


class Calico(Part):
    """How Calico is configured; whatever is absent is what its own documents say, and then its default."""

    example: ClassVar[str] = '{version: "3.30"}'
    version: CalicoVersion | None = None
    cluster_routes: ClusterRoutes = ClusterRoutes()
    vxlan: CalicoVxlan = CalicoVxlan()
    wireguard: bool | None = None
    route_source: Literal["CalicoIPAM", "WorkloadIPs"] | None = None


class FlannelBackend(Part):
    """Flannel's ``Backend``, with its own defaults (flannel Documentation/backends.md)."""

    example: ClassVar[str] = "{type: vxlan}"
    type: Literal["vxlan", "host-gw", "ipip", "wireguard", "udp"] = "vxlan"
    vni: Vni = 1
    port: UdpPort = 8472
    mtu: Mtu | None = None
    direct_routing: bool = False


class Flannel(Part):
    """Flannel's ``net-conf.json``."""

    example: ClassVar[str] = "{network: 10.42.0.0/16}"
    network: Prefix | None = None
    network6: Prefix | None = None
    backend: FlannelBackend = FlannelBackend()


class Cilium(Part):
    """Cilium's routing mode: only ever read and reported."""

    example: ClassVar[str] = "{routing: tunnel}"
    routing: Literal["tunnel", "native"] = "tunnel"
    auto_direct_node_routes: bool = False


class Cluster(Spec):
    """``mode`` audit: plan and alert, never write this CNI's tables and pools. ``apiNode``: where kubectl runs."""

    cni: Literal["calico", "flannel", "cilium", "none"]
    nodes: Many[DeviceName]
    api_node: DeviceName | None = None
    switch_routes: Literal["static"] | None = None
    mode: Literal["enforce", "audit"] = "enforce"
    calico: Calico = Calico()
    flannel: Flannel = Flannel()
    cilium: Cilium = Cilium()
    ignore: Many[IgnoreRule] = ()
