"""What of a switch's configuration is ours: what is declared, and more only inside the inventory's ``owns``."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.resource import Key, Resource
from reconciler.switch.kinds import BgpListen, BgpNeighbor, Interface, StaticRoute, Svi, Vlan, Vrf


@dataclass(frozen=True, slots=True)
class SwitchClaim:
    """``declared``: keys that the documents name; the others: the inventory's ``owns`` (contract, 1).

    Undeclared routes with options that no document has a field for stay. VLAN 1 is never ours to remove: EOS always has
    it. Neither is the BGP router itself: others' lines stand in it.
    """

    declared: frozenset[Key] = frozenset()
    vlans: frozenset[int] = frozenset()
    routes: bool = False
    vrfs: bool = False
    bgp: bool = False
    loopbacks: bool = False

    def owns(self, resource: Resource) -> bool:
        return resource.key in self.declared or self._may_prune(resource)

    def otherwise(self, resource: Resource) -> str:
        return ""

    def _may_prune(self, resource: Resource) -> bool:
        match resource:
            case Vlan():
                return resource.id in self.vlans and resource.id != 1
            case Svi():
                return resource.vlan in self.vlans and resource.vlan != 1
            case StaticRoute():
                return self.routes and resource.track is None and resource.metric is None
            case Vrf():
                return self.vrfs
            case BgpNeighbor() | BgpListen():
                return self.bgp
            case Interface():
                return self.loopbacks and resource.ifname.startswith("Loopback")
            case _:
                return False
