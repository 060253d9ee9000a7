"""What a switch routes with: channels, trunks, BGP neighbours, and whether it routes at all."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from reconciler.desired.check import switches
from reconciler.desired.check.finding import Finding, Path, Spot, World
from reconciler.desired.codes import Code
from reconciler.desired.documents import Switch
from reconciler.desired.prefixes import Networks
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import alike
from reconciler.switch.addresses import is_address
from reconciler.switch.kinds import DEFAULT_VRF
from reconciler.switch.names import expand


def off(world: World) -> Iterator[Finding]:
    """EOS keeps routes of a VRF that does not route, and forwards nothing by them."""
    for switch in world.of(Switch):
        used = {route.vrf for route in switch.spec.routes if ":" not in route.dst}
        used |= {DEFAULT_VRF} if switch.spec.bgp is not None else set()
        given: dict[str, tuple[Path, bool | None]] = {DEFAULT_VRF: (("spec", "routing"), switch.spec.routing)}
        given |= {name: (("spec", "vrfs", name, "routing"), vrf.routing) for name, vrf in switch.spec.vrfs.items()}
        for vrf, (path, routing) in given.items():
            if routing is False and vrf in used:
                what = f"routing is off in VRF {vrf}, and there are routes or BGP in it"
                yield Spot(switch, path).warning(Code.ROUTING_OFF, what, "set routing: true, or remove them")


def native(world: World) -> Iterator[Finding]:
    """A trunk drops the untagged frames of a native VLAN that it does not carry."""
    for switch in world.of(Switch):
        for name, port in switch.spec.interfaces.items():
            trunk = port.trunk
            if trunk is None or "native" not in trunk.model_fields_set or trunk.groups:
                continue
            if trunk.allowed == "none" or trunk.native not in set(expand(trunk.allowed)):
                spot = Spot(switch, ("spec", "interfaces", name, "trunk", "native"))
                what = f"the native VLAN {trunk.native} is not among the allowed ones"
                yield spot.warning(Code.NATIVE_VLAN_NOT_ALLOWED, what, f"add {trunk.native} to allowed")


def channels(world: World) -> Iterator[Finding]:
    """Members of one channel speak LACP all, or none; the channel itself is a port, too (eos.md 4)."""
    for switch in world.of(Switch):
        first: dict[int, tuple[str, Spot]] = {}
        for name, port in switch.spec.interfaces.items():
            group = port.channel_group
            if group is None or group.id is None:
                continue
            spot = Spot(switch, ("spec", "interfaces", name, "channelGroup"))
            yield from _undeclared(switch, group.id, spot)
            mode, other = first.setdefault(group.id, (group.mode, spot))
            if (mode == "on") != (group.mode == "on"):
                what = f"mode {group.mode} in channel {group.id}, and mode {mode} at {other}"
                yield spot.error(Code.CHANNEL_MODES_DIFFER, what, "use active or passive on all members, or on")


def _undeclared(switch: Document[Switch], group: int, spot: Spot) -> Iterator[Finding]:
    wanted = f"Port-Channel{group}"
    if wanted not in switch.spec.interfaces:
        known = [name for name in switch.spec.interfaces if name.startswith("Port-Channel") and "." not in name]
        right = alike(wanted, known) or f"add {wanted} under interfaces"
        yield spot.warning(Code.UNKNOWN_CHANNEL, f"{wanted} is not declared", right)


def neighbors(world: World) -> Iterator[Finding]:
    """An EBGP neighbour is on a connected subnet unless somebody says ``ebgp-multihop``; never is it ourselves."""
    for switch in world.of(Switch):
        bgp = switch.spec.bgp
        placed = [one for _, vrf, one in switches.addresses(switch) if vrf == DEFAULT_VRF]
        own, connected = {one.ip for one in placed}, Networks((one.network, one) for one in placed)
        for text, peer in bgp.neighbors.items() if bgp else ():
            spot, address = Spot(switch, ("spec", "bgp", "neighbors", text)), ip_address(text)
            if address in own:
                what = f"{text} is an address of {switch.name} itself"
                yield spot.error(Code.NEXT_HOP_IS_ITSELF, what, "use the neighbour's address")
            elif (
                placed
                and not address.is_link_local
                and not (bgp and bgp.is_internal(peer))
                and not connected.contain(address)
            ):
                right = "use an address in the subnet of an SVI or routed port"
                yield spot.warning(Code.NEIGHBOR_OFF_SUBNET, f"{text} is in no subnet of the switch", right)


def own_hops(world: World) -> Iterator[Finding]:
    """A route to oneself leads nowhere."""
    for switch in world.of(Switch):
        own = {(vrf, one.ip) for _, vrf, one in switches.addresses(switch)}
        for index, row in enumerate(switch.spec.routes):
            hop = row.via.split()[-1]
            if is_address(hop) and (row.vrf, ip_address(hop)) in own:
                spot = Spot(switch, ("spec", "routes", index, "via"))
                what = f"{hop} is an address of {switch.name} itself"
                yield spot.error(Code.NEXT_HOP_IS_ITSELF, what, "use the next router's address")
