"""What does not fit together on one switch: VRFs that nobody declares, port channels, BGP groups."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.check.finding import Finding, Spot, World, twice
from reconciler.desired.codes import Code
from reconciler.desired.documents import Switch
from reconciler.desired.documents.switch import SwitchPort
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import alike_or
from reconciler.switch.kinds import DEFAULT_VRF, routed_by_nature

LAYER2 = ("access", "trunk", "portfast", "bpduguard", "channel_group")
NAMES = {"channel_group": "channelGroup"}


def vrfs_exist(world: World) -> Iterator[Finding]:
    """A VRF may be somebody else's; where nobody makes it, EOS refuses what should stand in it."""
    for switch in world.of(Switch):
        for spot, vrf in _uses(switch):
            if vrf not in (None, DEFAULT_VRF) and vrf not in switch.spec.vrfs:
                yield spot.warning(
                    Code.UNKNOWN_VRF,
                    f"VRF {vrf} is not declared",
                    alike_or(str(vrf), switch.spec.vrfs, f"add {vrf} under vrfs"),
                )


def _uses(switch: Document[Switch]) -> Iterator[tuple[Spot, str | None]]:
    for vlan, svi in switch.spec.svis.items():
        yield Spot(switch, ("spec", "svis", vlan, "vrf")), svi.vrf
    for name, port in switch.spec.interfaces.items():
        yield Spot(switch, ("spec", "interfaces", name, "vrf")), port.vrf
    for index, route in enumerate(switch.spec.routes):
        yield Spot(switch, ("spec", "routes", index, "vrf")), route.vrf


def natures(world: World) -> Iterator[Finding]:
    """Loopbacks and sub-interfaces carry no VLANs, and a port channel is in no other."""
    for switch in world.of(Switch):
        for name, port in switch.spec.interfaces.items():
            for field in _unfit(name, port):
                said = NAMES.get(field, field)
                spot = Spot(switch, ("spec", "interfaces", name, said))
                yield spot.error(
                    Code.NOT_ON_THIS_PORT, f"{name} cannot have {said}", "remove it, or use an Ethernet port"
                )


def _unfit(name: str, port: SwitchPort) -> list[str]:
    never = LAYER2 if routed_by_nature(name) else LAYER2[-1:] if name.startswith("Port-Channel") else ()
    return [field for field in never if getattr(port, field) is not None]


def bgp_groups(world: World) -> Iterator[Finding]:
    """A group may be somebody else's."""
    for switch in world.of(Switch):
        for spot, group in _members(switch):
            if switch.spec.bgp is not None and group not in switch.spec.bgp.peer_groups:
                yield spot.warning(
                    Code.UNKNOWN_PEER_GROUP,
                    f"peer group {group} is not declared",
                    alike_or(group, switch.spec.bgp.peer_groups, f"add {group} under bgp.peerGroups"),
                )


def _members(switch: Document[Switch]) -> Iterator[tuple[Spot, str]]:
    bgp = switch.spec.bgp
    for address, peer in bgp.neighbors.items() if bgp else ():
        if peer.peer_group is not None:
            yield Spot(switch, ("spec", "bgp", "neighbors", address, "peerGroup")), peer.peer_group
    for index, one in enumerate(bgp.listen_ranges if bgp else ()):
        yield Spot(switch, ("spec", "bgp", "listenRanges", index, "peerGroup")), one.peer_group


def bgp_ranges(world: World) -> Iterator[Finding]:
    """EOS keys a listen range on its prefix."""
    for switch in world.of(Switch):
        ranges = switch.spec.bgp.listen_ranges if switch.spec.bgp else ()
        spots = [Spot(switch, ("spec", "bgp", "listenRanges", index)) for index in range(len(ranges))]
        keyed = ((one.prefix, spot) for one, spot in zip(ranges, spots, strict=True))
        yield from twice(
            keyed, Code.LISTEN_RANGE_TWICE, lambda _, other: f"duplicate listen range (same prefix) of {other}"
        )
