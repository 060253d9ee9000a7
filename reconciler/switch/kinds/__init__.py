"""What a switch is made of, whatever its make: VLANs, ports, SVIs, VRFs, routing, static routes, BGP."""

from reconciler.switch.kinds.bgp import Bgp, BgpListen, BgpNeighbor
from reconciler.switch.kinds.open import Open
from reconciler.switch.kinds.port import ALL_VLANS, DEFAULT_MTU, NO_CHANNEL, Interface, Svi, routed_by_nature
from reconciler.switch.kinds.routing import DEFAULT_VRF, Routing, Routing6, StaticRoute, Vrf
from reconciler.switch.kinds.vlan import Vlan

__all__ = [
    "ALL_VLANS",
    "DEFAULT_MTU",
    "DEFAULT_VRF",
    "NO_CHANNEL",
    "Bgp",
    "BgpListen",
    "BgpNeighbor",
    "Interface",
    "Open",
    "Routing",
    "Routing6",
    "StaticRoute",
    "Svi",
    "Vlan",
    "Vrf",
    "routed_by_nature",
]
