"""A packet from device to device: looked up, sent, wrapped and unwrapped, until it arrives or is lost."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.resource import Key
from reconciler.switch.kinds import DEFAULT_VRF
from reconciler.walk.fib import Entry, Found, Leg
from reconciler.walk.node import Node
from reconciler.walk.packet import ANYONE, LOCAL, Load, Outcome, Packet, Used, dropped, unknown
from reconciler.walk.prefixes import version_of
from reconciler.walk.scene import Reached, Scene
from reconciler.walk.switch import Switch, Way
from reconciler.walk.topology import End
from reconciler.walk.tunnels import TUNNELS, Arriving, Sending

LIMIT = 64
"""Steps of one walk; whoever takes more goes round in circles (an IP packet lives for as many hops)."""
OPAQUE = ("gre", "sit", "ip6tnl", "ip6gre", "tun", "xfrm", "vti", "geneve")
"""Devices whose far end is not read."""
POD = "pod"
"""Where a pod's packets come in when nobody knows its interface."""


class Walker:
    """One walk, and what it has seen so far."""

    def __init__(self, scene: Scene, target: str) -> None:
        self._scene, self._target = scene, target
        self.hops: list[tuple[str, str]] = []
        self.used: set[Used] = set()
        self.devices: set[str] = set()
        self._steps = 0

    def start(self, source: str, src: str, dst: str) -> Outcome:
        node = self._scene.nodes.get(source)
        if node is None:
            return unknown(f"{source} is not known")
        if self._target not in self._scene.nodes and self._target not in self._scene.switches:
            return unknown(f"{self._target} is not known")
        return self._node(source, Packet(src, dst, iif=self._entrance(node, src)), None)

    def _entrance(self, node: Node, src: str) -> str:
        """A node's own packets come in by ``lo``, a pod's by its interface."""
        if node.has(src):
            return LOCAL
        found = node.lookup(Packet(ANYONE[version_of(src)], src))
        return found.legs[0].dev if found.legs else POD

    def _node(self, name: str, packet: Packet, load: Load | None) -> Outcome:
        """What the kernel of ``name`` does with a packet that is there."""
        self._steps += 1
        if self._steps > LIMIT:
            return dropped(f"packets to {packet.dst} go round in circles, {name} among others")
        node = self._scene.nodes.get(name)
        if node is None:
            return unknown(f"{name} is not known")
        self.devices.add(name)
        found = node.lookup(packet)
        self._use(name, found.used)
        if found.entry is None:
            return self._nowhere(name, packet, found)
        self.hops.append((name, found.entry.words))
        match found.entry.type:
            case "local":
                return self._arrived(name, packet, load)
            case "unicast":
                return self._worst(self._out(name, packet, load, leg) for leg in found.legs)
            case _:
                return self._end(name, packet, load, found.entry)

    def _nowhere(self, name: str, packet: Packet, found: Found) -> Outcome:
        if found.action:
            return dropped(f"{name}: a rule says {found.action} for packets to {packet.dst}")
        return dropped(f"{name} has no route to {packet.dst}")

    def _end(self, name: str, packet: Packet, load: Load | None, entry: Entry) -> Outcome:
        """At the target a block's blackhole means that the pod has gone: the packet has come to where it lived."""
        if entry.type == "blackhole" and load is None and name == self._target and entry.prefix.length:
            return Outcome("delivered", f"{name} has the block of {packet.dst}, and no such pod")
        return dropped(f"{name}: {entry.words}")

    def _arrived(self, name: str, packet: Packet, load: Load | None) -> Outcome:
        if load is not None:
            return self._unwrap(name, packet, load)
        if name == self._target:
            return Outcome("delivered", f"{name} has {packet.dst}")
        return dropped(f"packets to {packet.dst} end on {name} instead of {self._target}")

    def _out(self, name: str, packet: Packet, load: Load | None, leg: Leg) -> Outcome:
        """Out by one interface."""
        node, hop = self._scene.nodes[name], leg.gateway or packet.dst
        link, kind = node.links.get(leg.dev), node.kind(leg.dev)
        if leg.gateway is None and self._is_pods(name, node, leg.dev):
            if load is None and name == self._target:
                return Outcome("delivered", f"{name} has the pod {packet.dst} on {leg.dev}")
            return dropped(f"packets to {packet.dst} go to a pod of {name} instead of {self._target}")
        if kind in TUNNELS and link is not None:
            self._use(name, (link.key,))
            return self._wrap(Sending(name, node, link, packet, load, hop))
        if kind in OPAQUE or leg.dev.startswith("cilium_"):
            return unknown(f"{name}: what {leg.dev} does with packets is not in any table")
        if not leg.dev or leg.dev == LOCAL:
            return dropped(f"{name}: packets to {packet.dst} leave by no interface")
        return self._on_wire(name, self._scene.reach(name, leg.dev, hop), packet, load)

    def _is_pods(self, name: str, node: Node, dev: str) -> bool:
        return node.leads_to_pods(dev) and End(name, dev) not in self._scene.topology.cables

    def _on_wire(self, name: str, reached: Reached, packet: Packet, load: Load | None) -> Outcome:
        self.used.update(reached.used)
        self.devices.update(device for device, _ in reached.used)
        if not reached.arrivals:
            assert reached.trouble is not None, "nobody is there for a reason"
            return reached.trouble
        return self._worst(self._enter(one.device, one.interface, packet, load) for one in reached.arrivals)

    def _enter(self, device: str, interface: str, packet: Packet, load: Load | None) -> Outcome:
        switch = self._scene.switches.get(device)
        if switch is not None:
            return self._switch(device, switch, interface, packet, load)
        return self._node(device, packet._replace(mark=0, iif=interface, oif=None), load)

    def _wrap(self, sending: Sending) -> Outcome:
        """One of the outer packets has to arrive: a flooded frame is for one of those who hear it."""
        wrapped = sending.wrapped()
        if isinstance(wrapped, Outcome):
            return wrapped
        outcomes = []
        for one in wrapped:
            self._use(sending.name, one.used)
            outcomes.append(self._send(sending, one.packet, one.load))
        return max(outcomes, key=lambda outcome: outcome.rank)

    def _send(self, sending: Sending, outer: Packet, load: Load) -> Outcome:
        """IPv4 only leaves from an address of the node's own (``ip_route_output_key_hash_rcu``)."""
        node, name = sending.node, sending.name
        self.hops.append((name, f"{load.kind} {sending.link.ifname} to {outer.dst}"))
        if outer.src in ANYONE.values():
            found = node.lookup(outer)
            dev = found.legs[0].dev if found.legs else ""
            outer = outer._replace(src=node.source(dev, version_of(outer.dst)) or outer.src)
        elif node.is_whole and ":" not in outer.src and not node.has(outer.src):
            return dropped(f"{name}: {outer.src}, which {sending.link.ifname} sends from, is no address of its own")
        return self._node(name, outer, load)

    def _unwrap(self, name: str, outer: Packet, load: Load) -> Outcome:
        node = self._scene.nodes[name]
        device = Arriving(name, node, self._scene.nodes.get(load.sender), outer, load).unwrapped()
        if isinstance(device, Outcome):
            return device
        self._use(name, (device.key,))
        inner = load.packet._replace(mark=0, iif=device.ifname, oif=None)
        return self._node(name, inner, load.inner)

    def _switch(self, name: str, switch: Switch, came: str, packet: Packet, load: Load | None) -> Outcome:
        """What a switch does with a packet that came to one of its own interfaces."""
        self._steps += 1
        if self._steps > LIMIT:
            return dropped(f"packets to {packet.dst} go round in circles, {name} among others")
        self.devices.add(name)
        vrf = switch.vrfs.get(came, DEFAULT_VRF)
        if packet.dst in switch.owners:
            return self._arrived(name, packet, None) if load is None else dropped(f"{name} unwraps no tunnels")
        if not switch.routes(vrf, version_of(packet.dst)):
            return dropped(f"{name} does not route in VRF {vrf}")
        ways = switch.lookup(vrf, packet.dst)
        if switch.learns and all(way.prefix.length == 0 for way in ways):
            return unknown(f"{name}: what BGP has taught it of {packet.dst} is not in its configuration")
        if not ways:
            return dropped(f"{name} has no route to {packet.dst}")
        return self._worst(self._forward(name, way, packet, load) for way in ways)

    def _forward(self, name: str, way: Way, packet: Packet, load: Load | None) -> Outcome:
        self._use(name, (way.key,))
        if way.drops or way.interface is None:
            return dropped(f"{name}: {way.key.name} drops packets to {packet.dst}")
        self.hops.append((name, f"{way.key.name} on {way.interface.name}"))
        return self._on_wire(name, self._scene.beyond(name, way.interface, way.hop or packet.dst), packet, load)

    def _worst(self, outcomes: Iterable[Outcome]) -> Outcome:
        """Of several ways each is some flow's."""
        return min(outcomes, key=lambda outcome: outcome.rank)

    def _use(self, device: str, keys: Iterable[Key]) -> None:
        self.used.update((device, key) for key in keys)
