"""Rules that no single value can know: what clashes, what leads nowhere, what is legal but suspect."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check import (
    blocks,
    cables,
    clusters,
    fabric,
    interfaces,
    nodes,
    places,
    podcidrs,
    pools,
    routing,
    rows,
    subnets,
    switches,
    tunnels,
    underlay,
    vrfs,
)
from reconciler.desired.check.finding import Finding, World

RULES = (
    *(switches.svis_have_vlans, switches.ports_have_vlans, switches.vlan_one, switches.subnets, switches.routes),
    *(cables.ends, switches.vlans_in_use, vrfs.vrfs_exist, vrfs.natures, vrfs.bgp_groups, vrfs.bgp_ranges),
    *(nodes.routes, nodes.rows, nodes.next_hops, nodes.underlay),
    *(interfaces.names, interfaces.masters, interfaces.lower_devices, interfaces.tunnel_ids),
    *(clusters.members, clusters.api_node, clusters.sections, clusters.switch_routes),
    *(pools.encapsulation, pools.sizes, pools.range_, pools.uses, pools.selectors, pools.overlaps),
    *(podcidrs.overlaps, podcidrs.networks),
    *(blocks.owners, blocks.overlaps, blocks.pools, blocks.nodes_in_pools),
    *(
        blocks.affinities,
        tunnels.places,
        tunnels.versions,
        tunnels.readable,
        tunnels.selected,
        tunnels.vnis,
        tunnels.forwarding,
    ),
    *(subnets.of_one_node, subnets.masks, subnets.between_switches, subnets.pools_between, subnets.hosts),
    *(subnets.virtual_routers, subnets.mtus, places.vlans, places.interfaces, underlay.told, underlay.masks),
    *(rows.protocols, rows.own_hops, rows.near_names),
    *(routing.off, routing.native, routing.channels, routing.neighbors, routing.own_hops),
    *(fabric.addresses, fabric.macs, fabric.tunnel_ends, fabric.subnets, fabric.names),
)

__all__ = ["Finding", "World", "check"]


def check(world: World) -> Iterator[Finding]:
    """Everything that is wrong between values and documents, in no particular order."""
    for rule in RULES:
        yield from rule(world)
