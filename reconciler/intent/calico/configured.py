"""Felix's settings from where they are said: the Cluster document, then FelixConfiguration, then the release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reconciler.desired.documents import BGPConfiguration, FelixConfiguration
from reconciler.desired.documents.cluster import Calico
from reconciler.intent.calico.release import Kind, Profile, profile_of
from reconciler.intent.calico.settings import WIREGUARD, Settings, Wireguard
from reconciler.intent.mtu import DEFAULT_MTU_PATTERN, Encapsulation
from reconciler.linux.route import BOOT_PROTOCOL

CLUSTER_ROUTES: Mapping[str, frozenset[Kind]] = {
    "Enabled": frozenset({"ipip", "none"}),
    "EnabledIPIPOnly": frozenset({"ipip"}),
    "EnabledNoEncapOnly": frozenset({"none"}),
    "Disabled": frozenset(),
}
"""What each value of ``programClusterRoutes`` means, of Felix's and of BIRD's side alike (overlay reference, 2.2)."""
BOTH: frozenset[Kind] = frozenset({"ipip", "none"})


@dataclass(frozen=True)
class Configured:
    """All that says how Felix and BIRD are configured. ``felix`` by the object's name; ``special``: nodes with one.

    ``keyed``: the IP versions of which a Node document tells a WireGuard key, which only a cluster with it has.
    """

    calico: Calico
    version: str | None
    felix: Mapping[str, FelixConfiguration]
    bgp: BGPConfiguration | None = None
    keyed: frozenset[int] = frozenset()
    azure: bool = False

    @cached_property
    def special(self) -> frozenset[str]:
        return frozenset(name.removeprefix("node.") for name in self.felix if name.startswith("node."))

    @property
    def knows_wireguard(self) -> bool:
        """Whether somebody says if WireGuard is on: Felix's configuration does, by silence, too."""
        return self.calico.wireguard is not None or bool(self.keyed) or "default" in self.felix

    def settings(self, node: str = "") -> Settings:
        """What holds on ``node``, or, without one, where no node says anything of its own."""
        vxlan, profile = self.calico.vxlan, profile_of(self.version)
        felix = _Felix(tuple(filter(None, (self.felix.get(f"node.{node}"), self.felix.get("default")))))
        return Settings(
            profile=profile,
            vni=_first(vxlan.vni, felix.vxlan_vni, 4096),
            port=_first(vxlan.port, felix.vxlan_port, 4789),
            mtus=tuple(_mtus(felix, vxlan.mtu)),
            mtu_pattern=felix.mtu_iface_pattern or DEFAULT_MTU_PATTERN,
            vxlan_enabled=felix.vxlan_enabled,
            ipip_enabled=felix.ipip_enabled,
            route_protocol=_first(felix.device_route_protocol, BOOT_PROTOCOL),
            sources=(felix.device_route_source_address, felix.device_route_source_address_ipv6),
            workload_routes=(self.calico.route_source or felix.route_source) == "WorkloadIPs",
            felix=self._programmed_by("felix", profile, felix.program_cluster_routes),
            bird=self._programmed_by("bird", profile, getattr(self.bgp, "program_cluster_routes", None)),
            wireguard=self._wireguard(felix),
            host_encryption=bool(felix.wireguard_host_encryption_enabled),
            azure=self.azure,
        )

    def _programmed_by(self, who: str, profile: Profile, setting: str | None) -> frozenset[Kind]:
        """The Cluster document's word, else the side's own setting where the release has one, else the default."""
        default = profile.felix if who == "felix" else BOTH - profile.felix
        told = CLUSTER_ROUTES.get(setting or "", default) if profile.felix_may else default
        routes = self.calico.cluster_routes
        given: dict[Kind, str | None] = {"ipip": routes.ipip, "none": routes.none}
        return frozenset(kind for kind in BOTH if (given[kind] == who if given[kind] else kind in told))

    def _wireguard(self, felix: Any) -> tuple[Wireguard, Wireguard]:
        wanted = _first(self.calico.wireguard, felix.wireguard_enabled, 4 in self.keyed)
        four, six = WIREGUARD
        priority = _first(felix.wireguard_routing_rule_priority, four.priority)
        return (
            Wireguard(
                enabled=bool(wanted),
                device=felix.wireguard_interface_name or four.device,
                port=felix.wireguard_listening_port or four.port,
                priority=priority,
            ),
            Wireguard(
                enabled=bool(_first(felix.wireguard_enabled_v6, 6 in self.keyed)),
                device=felix.wireguard_interface_name_v6 or six.device,
                port=felix.wireguard_listening_port_v6 or six.port,
                priority=priority,
            ),
        )


@dataclass(frozen=True, slots=True)
class _Felix:
    """Several FelixConfigurations as one: the first that says something of a field counts."""

    layers: tuple[FelixConfiguration, ...]

    def __getattr__(self, name: str) -> Any:
        return _first(*(getattr(layer, name) for layer in self.layers))


def _mtus(felix: _Felix, vxlan: int | None) -> Iterator[tuple[tuple[Encapsulation, int], int]]:
    """The configured ones; 0 is Felix's word for a derived one."""
    told: dict[tuple[Encapsulation, int], int | None] = {
        ("vxlan", 4): vxlan or felix.vxlan_mtu,
        ("vxlan", 6): felix.vxlan_mtu_v6,
        ("ipip", 4): felix.ipip_mtu,
        ("wireguard", 4): felix.wireguard_mtu,
        ("wireguard", 6): felix.wireguard_mtu_v6,
    }
    return ((which, mtu) for which, mtu in told.items() if mtu)


def _first(*values: Any) -> Any:
    """The first value that is there; ``None``: none is."""
    return next((value for value in values if value is not None), None)
