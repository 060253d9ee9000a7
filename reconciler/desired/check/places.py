"""Where nodes are plugged in: the VLAN of a port is the one whose subnet its node is in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_interface
from typing import NamedTuple

from reconciler.desired.check import switches
from reconciler.desired.check.finding import Finding, IpInterface, Spot, World
from reconciler.desired.check.nodes import addresses
from reconciler.desired.codes import Code
from reconciler.desired.documents import Node, Switch
from reconciler.desired.documents.switch import SwitchPort
from reconciler.desired.prefixes import Networks
from reconciler.desired.repository import Document
from reconciler.desired.suggestion import did_you_mean

WORD = re.compile(r"[A-Za-z0-9._-]+")
Nodes = dict[str, Document[Node]]


class _Plug(NamedTuple):
    """A port, and the node's interface behind it; ``said``: by ``to``, else a description has it."""

    port: Spot
    node: Document[Node]
    ifname: str
    said: bool


def vlans(world: World) -> Iterator[Finding]:
    """Untagged frames of a node reach the SVI of the port's VLAN, and no other one."""
    nodes = {node.name: node for node in world.of(Node)}
    for switch in world.of(Switch):
        placed = ((spot, one) for spot, _, one in switches.addresses(switch) if spot.path[1] == "svis")
        svis = Networks((one.network, int(spot.path[2])) for spot, one in placed)
        for plug in _plugs(switch, nodes):
            access = switch.spec.interfaces[str(plug.port.path[2])].access
            for spot, one in _addresses_of(plug):
                around = sorted(set(svis.around(one.ip)))
                if around and access not in around:
                    what = (
                        f"the port is in VLAN {access}, {one} of {plug.node.name} ({spot}) in that of VLAN {around[0]}"
                    )
                    say = plug.port.error if plug.said else plug.port.warning
                    yield say(Code.NODE_IN_OTHER_VLAN, what, f"set access: {around[0]}, or use another address")


def _plugs(switch: Document[Switch], nodes: Nodes) -> Iterator[_Plug]:
    for name, port in switch.spec.interfaces.items():
        if port.access is None:
            continue
        spot = Spot(switch, ("spec", "interfaces", name, "access"))
        device, _, ifname = (port.to or "").partition(":")
        if port.to is not None and device in nodes:
            yield _Plug(spot, nodes[device], ifname, said=True)
        elif port.to is None:
            yield from (_Plug(spot, node, only, said=False) for node, only in _described(port, nodes))


def _described(port: SwitchPort, nodes: Nodes) -> Iterator[tuple[Document[Node], str]]:
    """The one node that a description names, if it has one interface only."""
    named = sorted(set(WORD.findall(port.description or "")) & nodes.keys())
    given = [name for name in nodes[named[0]].spec.interfaces if name != "lo"] if len(named) == 1 else []
    if len(given) == 1:
        yield nodes[named[0]], given[0]


def _addresses_of(plug: _Plug) -> Iterator[tuple[Spot, IpInterface]]:
    given = [(spot, one) for spot, one in addresses(plug.node) if spot.path[2] == plug.ifname]
    facts = plug.node.spec.underlay
    if not given and facts is not None and facts.dev == plug.ifname and facts.address is not None:
        given = [(Spot(plug.node, ("spec", "underlay", "address")), ip_interface(facts.address))]
    yield from given


def interfaces(world: World) -> Iterator[Finding]:
    """A cable ends in an interface of the node, which its document mentions where it mentions any."""
    nodes = {node.name: node for node in world.of(Node)}
    for switch in world.of(Switch):
        for name, port in switch.spec.interfaces.items():
            device, _, ifname = (port.to or "").partition(":")
            known = sorted(_declared(nodes[device])) if device in nodes else []
            if known and ifname not in known:
                spot = Spot(switch, ("spec", "interfaces", name, "to"))
                what = f"{device} declares no interface {ifname}"
                yield spot.warning(Code.UNKNOWN_CABLE_INTERFACE, what, did_you_mean(ifname, known))


def _declared(node: Document[Node]) -> set[str]:
    facts = node.spec.underlay
    return {name for name in (*node.spec.interfaces, facts.dev if facts else None) if name and name != "lo"}
