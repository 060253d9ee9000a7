"""Calico's own objects, taken as kubectl prints them: what we use is typed, everything else is kept as it is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from reconciler.desired.documents.ranges import Pattern
from reconciler.desired.documents.spec import CalicoPart, CalicoSpec, Many
from reconciler.desired.documents.values import Address, Ifname, Prefix

Encapsulation = Literal["Never", "Always", "CrossSubnet"]
ClusterRoutes = Literal["Enabled", "Disabled", "EnabledIPIPOnly", "EnabledNoEncapOnly"]
AllowedUse = Literal["Workload", "Tunnel", "LoadBalancer"]


class IPPool(CalicoSpec):
    """A range of pod addresses and how they travel (Calico api/pkg/apis/projectcalico/v3/ippool.go)."""

    cidr: Prefix
    block_size: int = 0
    vxlan_mode: Encapsulation | Literal[""] = "Never"
    ipip_mode: Encapsulation | Literal[""] = "Never"
    nat_outgoing: bool = False
    node_selector: str = "all()"
    namespace_selector: str = ""
    allowed_uses: Many[AllowedUse] = ("Workload", "Tunnel")
    assignment_mode: Literal["Automatic", "Manual"] = "Automatic"
    disabled: bool = False
    disable_bgp_export: bool = Field(default=False, alias="disableBGPExport")

    @property
    def block_length(self) -> int:
        """The prefix length of its blocks: 26 and 122 unless told (0 is not told)."""
        return self.block_size or (122 if ":" in self.cidr else 26)


class BlockAffinity(CalicoSpec):
    """Which node has which block. Calico's CRD spells ``deleted`` as a text."""

    node: str
    cidr: Prefix
    state: Literal["confirmed", "pending", "pendingDeletion"] = "confirmed"
    type: str = "host"
    deleted: bool | Literal["true", "false"] = False

    @property
    def stands(self) -> bool:
        """Whether the node has the block: confirmed, and not on its way out."""
        return self.state == "confirmed" and str(self.deleted).lower() == "false"


class FelixConfiguration(CalicoSpec):
    """Felix's settings, as far as they shape rows (Calico felix/config/config_params.go). Absent: the default."""

    vxlan_enabled: bool | None = None
    vxlan_vni: int | None = Field(default=None, alias="vxlanVNI", ge=0, le=16777215)
    vxlan_port: int | None = Field(default=None, ge=1, le=65535)
    vxlan_mtu: int | None = Field(default=None, alias="vxlanMTU", ge=0)
    vxlan_mtu_v6: int | None = Field(default=None, alias="vxlanMTUV6", ge=0)
    ipip_enabled: bool | None = None
    ipip_mtu: int | None = Field(default=None, alias="ipipMTU", ge=0)
    mtu_iface_pattern: Pattern | None = None
    device_route_protocol: int | None = Field(default=None, ge=0, le=255)
    device_route_source_address: Address | None = None
    device_route_source_address_ipv6: Address | None = Field(default=None, alias="deviceRouteSourceAddressIPv6")
    remove_external_routes: bool | None = None
    route_source: Literal["CalicoIPAM", "WorkloadIPs"] | None = None
    program_cluster_routes: ClusterRoutes | None = None
    wireguard_enabled: bool | None = None
    wireguard_enabled_v6: bool | None = Field(default=None, alias="wireguardEnabledV6")
    wireguard_mtu: int | None = Field(default=None, alias="wireguardMTU", ge=0)
    wireguard_mtu_v6: int | None = Field(default=None, alias="wireguardMTUV6", ge=0)
    wireguard_listening_port: int | None = Field(default=None, ge=1, le=65535)
    wireguard_listening_port_v6: int | None = Field(default=None, alias="wireguardListeningPortV6", ge=1, le=65535)
    wireguard_routing_rule_priority: int | None = Field(default=None, ge=1, le=32765)
    wireguard_interface_name: Ifname | None = None
    wireguard_interface_name_v6: Ifname | None = Field(default=None, alias="wireguardInterfaceNameV6")
    wireguard_host_encryption_enabled: bool | None = None


class BGPConfiguration(CalicoSpec):
    """BIRD's settings, as far as they shape rows."""

    program_cluster_routes: ClusterRoutes | None = None
    node_to_node_mesh_enabled: bool | None = None
    as_number: int | str | None = None


class Allocation(CalicoPart):
    """Who holds addresses of a block: ``secondary.node`` is the node (Calico's JSON spells ``handle_id`` so)."""

    handle_id: str | None = Field(default=None, alias="handle_id")
    secondary: dict[str, Any] | None = None


class IPAMBlock(CalicoSpec):
    """A block's addresses: ``allocations[i]`` is an index into ``attributes``, or null where the address is free."""

    cidr: Prefix
    affinity: str | None = None
    allocations: Many[int | None] = ()
    attributes: Many[Allocation] = ()


class ClusterInformation(CalicoSpec):
    """What Calico says of itself: ``calicoVersion`` such as ``v3.30.1``, ``clusterType`` such as ``k8s,bgp,aks``."""

    calico_version: str | None = None
    cluster_type: str | None = None
