"""A world made ready to be walked through: every state understood once, and who answers to which address where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from reconciler.core.resource import State
from reconciler.switch.addresses import DYNAMIC
from reconciler.switch.kinds import Interface, Svi
from reconciler.walk.domains import TAG, Domain, Domains, Plug
from reconciler.walk.kept import Kept
from reconciler.walk.node import VIRTUAL, Node
from reconciler.walk.packet import Outcome, Used, dropped, unknown
from reconciler.walk.prefixes import Prefix, prefix_of
from reconciler.walk.switch import Switch
from reconciler.walk.topology import EOS, End, Topology, World

STATES: Kept[Any] = Kept(4096)
DOMAINS: Kept[Domains] = Kept(64)


class Arrival(NamedTuple):
    """Who takes a packet on the wire, and by which interface it comes in there (an SVI's name on a switch)."""

    device: str
    interface: str


class Reached(NamedTuple):
    """Who answers to a next hop. ``arrivals`` empty: ``trouble`` says why nobody does."""

    arrivals: tuple[Arrival, ...]
    used: tuple[Used, ...] = ()
    trouble: Outcome | None = None


class Scene:
    """One world, with its topology. ``nodes`` and ``switches``: those that are known."""

    def __init__(self, world: World, topology: Topology) -> None:
        self.topology = topology
        eos = {name for name in world if topology.platforms.get(name) == EOS}
        self.nodes: dict[str, Node] = {name: node_of(world[name]) for name in world if name not in eos}
        self.switches: dict[str, Switch] = {name: _switch(world[name]) for name in eos}
        states = [world[name] for name in sorted(eos)]
        self.domains = DOMAINS.of([*states, topology], lambda: Domains(self.switches, topology))
        self._reached: dict[tuple[str, str, str], Reached] = {}

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        """Address -> the nodes that have it."""
        found: dict[str, list[str]] = {}
        for name, node in self.nodes.items():
            for address in node.addresses:
                found.setdefault(address, []).append(name)
        return found

    @cached_property
    def macs(self) -> dict[str, list[Arrival]]:
        """MAC -> interfaces of nodes that have it."""
        found: dict[str, list[Arrival]] = {}
        for name, node in self.nodes.items():
            for link in node.links.values():
                if link.address is not None and link.info_kind not in VIRTUAL:
                    found.setdefault(link.address, []).append(Arrival(name, link.ifname))
        return found

    def reach(self, device: str, dev: str, hop: str) -> Reached:
        """Who answers to ``hop`` on a node's interface."""
        key = (device, dev, hop)
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = self._directed(device, dev, hop, self._reach(device, dev, hop))
        return found

    def beyond(self, switch: str, out: Svi | Interface, hop: str) -> Reached:
        """Who answers to ``hop`` on one of a switch's own interfaces."""
        key = (switch, out.name, hop)
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = self.in_domain(self.domain_of(switch, out), hop, switch)
        return found

    def _reach(self, device: str, dev: str, hop: str) -> Reached:
        node = self.nodes[device]
        plugs = [plug for port in node.ports(dev) if (plug := self.domains.plug(End(device, port))) is not None]
        if not plugs:
            return self._by_subnet(device, dev, hop)
        alive = next((plug for plug in plugs if plug.domain is not None), plugs[0])
        if alive.domain is None:
            return Reached((), alive.used, alive.trouble)
        return self.in_domain(alive.domain, hop, device, alive.used)

    def in_domain(self, domain: Domain, hop: str, asking: str, used: tuple[Used, ...] = ()) -> Reached:
        """Who has ``hop`` in a broadcast domain; what is plugged in nowhere we know of counts as being there."""
        there = [*self._nodes_there(domain, hop, asking), *self._switches_there(domain, hop, asking)]
        if there:
            return Reached(tuple(one for one, _ in there), (*used, *(more for _, found in there for more in found)))
        loose = tuple(self._loose(hop, asking)) if self._fits(domain, hop) else ()
        if loose:
            return Reached(loose, used)
        why = f"nobody answers to {hop} in {domain}{self._elsewhere(hop)}"
        return Reached((), used, unknown(why) if self._may_be_anywhere(hop) else dropped(why))

    def _nodes_there(self, domain: Domain, hop: str, asking: str) -> Iterator[tuple[Arrival, tuple[Used, ...]]]:
        for name in self.owners.get(hop, ()):
            ends = (end for end in self._ends(name) if name != asking and self._hears(end, domain))
            for end in ends:
                dev = self.nodes[name].master(end.interface)
                plug = self.domains.plug(end)
                if self.nodes[name].has(hop, dev) and self.nodes[name].is_up(dev):
                    yield Arrival(name, dev), () if plug is None else plug.used
                    break

    def _ends(self, name: str) -> Iterator[End]:
        """The interfaces of a node that frames may come in by."""
        node = self.nodes[name]
        devs = (*self._cabled.get(name, ()), *(dev for dev in node.links if TAG in dev))
        return (End(name, dev) for dev in devs if node.is_up(dev))

    @cached_property
    def _cabled(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for end in self.topology.cables:
            found.setdefault(end.device, []).append(end.interface)
        return found

    def _hears(self, end: End, domain: Domain) -> bool:
        plug = self.domains.plug(end)
        return plug is not None and plug.domain == domain

    def _switches_there(self, domain: Domain, hop: str, asking: str) -> Iterator[tuple[Arrival, tuple[Used, ...]]]:
        for name, switch in self.switches.items():
            for one in switch.owners.get(hop, ()):
                if name != asking and self.domain_of(name, one) == domain and not switch.interface_down(one):
                    yield Arrival(name, one.name), ((name, one.key),)

    def domain_of(self, switch: str, one: Svi | Interface) -> Domain:
        """Where a switch's own interface sends its frames."""
        if isinstance(one, Svi):
            return self.domains.of_vlan(switch, one.vlan)
        return self.domains.of_port(switch, one.ifname)

    def _fits(self, domain: Domain, hop: str) -> bool:
        """Whether ``hop`` may be in a domain by the subnets that switches have there; where they have none it may."""
        here = [prefix for prefix, where in self._subnets if where == domain and (":" in hop) == (prefix.version == 6)]
        return not here or any(prefix.contains(hop) for prefix in here)

    @cached_property
    def _subnets(self) -> list[tuple[Prefix, Domain]]:
        """Of the switches' own interfaces, each with the domain that it is in."""
        return [
            (prefix_of(address), self.domain_of(name, one))
            for name, switch in self.switches.items()
            for owners in switch.owners.values()
            for one in owners
            for address in one.addresses or ()
            if address != DYNAMIC
        ]

    def _loose(self, hop: str, asking: str) -> Iterator[Arrival]:
        """Nodes' interfaces with the address ``hop`` of which no cable is known."""
        for name in self.owners.get(hop, ()):
            for dev in self._standing(name, hop) if name != asking else ():
                if all(self.domains.plug(End(name, port)) is None for port in self.nodes[name].ports(dev)):
                    yield Arrival(name, dev)

    def _standing(self, name: str, hop: str) -> Iterator[str]:
        """The interfaces of a node, up and fit for a cable, that ``hop`` stands on."""
        node = self.nodes[name]
        for address in node.addresses.get(hop, ()):
            if node.is_up(address.dev) and node.kind(address.dev) not in VIRTUAL and address.scope == "global":
                yield address.dev

    def _by_subnet(self, device: str, dev: str, hop: str) -> Reached:
        """No cable is known: whoever has an address in the same subnet is taken to be on the same wire."""
        near = self.nodes[device].networks(dev)
        if not near or any(network.contains(hop) for network in near):
            others = [name for name in self.owners.get(hop, ()) if name != device]
            found = [Arrival(name, one) for name in others for one in self._standing(name, hop)]
            found += [
                Arrival(name, one.name)
                for name, switch in self.switches.items()
                for one in switch.owners.get(hop, ())
                if not switch.interface_down(one)
            ]
            if found:
                return Reached(tuple(found))
        why = f"nobody answers to {hop} on {dev} of {device}"
        return Reached((), (), dropped(why) if self._knows_switches else unknown(f"{why}: no switch is known there"))

    @property
    def _knows_switches(self) -> bool:
        """Whether all switches that the documents tell of are known, and there are any."""
        told = [name for name, platform in self.topology.platforms.items() if platform == EOS]
        return bool(told) and all(name in self.switches for name in told)

    def _directed(self, device: str, dev: str, hop: str, found: Reached) -> Reached:
        """A PERMANENT neighbour decides which MAC the frames are for, whoever has the address."""
        entry = self.nodes[device].neighbours.get((dev, hop))
        if entry is None:
            return found
        used = (*found.used, (device, entry.key))
        named = [one for one in self.macs.get(entry.lladdr, ()) if one.device != device]
        if named:
            return Reached(tuple(named), used)
        told = [self.nodes[one.device].links.get(one.interface) for one in found.arrivals if one.device in self.nodes]
        if told and all(link is not None and link.address is not None for link in told):
            return Reached((), used, dropped(f"{device} sends packets for {hop} to {entry.lladdr}, which nobody has"))
        return found._replace(used=used)

    def _may_be_anywhere(self, hop: str) -> bool:
        """Whether a node that has the address is plugged into what is not known, perhaps into the same domain."""
        plugs = (self.domains.plug(end) for name in self.owners.get(hop, ()) for end in self._ends(name))
        return any(
            plug is not None and plug.trouble is not None and plug.trouble.verdict == "unknown" for plug in plugs
        )

    def _elsewhere(self, hop: str) -> str:
        """Where the address is instead."""
        for name in self.owners.get(hop, ()):
            for end in self._ends(name):
                plug = self.domains.plug(end)
                if plug is not None and (plug.domain is not None or plug.trouble is not None):
                    return f" ({_place(name, end.interface, plug)})"
        for name, switch in self.switches.items():
            for one in switch.owners.get(hop, ()):
                down = switch.interface_down(one)
                return f" ({name}: {down})" if down else f" ({name} has it on {one.name})"
        return ""


def _place(name: str, dev: str, plug: Plug) -> str:
    if plug.domain is not None:
        return f"{name} is in {plug.domain}"
    assert plug.trouble is not None, "one of both is there"
    return f"{name}: {plug.trouble.why}"


def node_of(state: State) -> Node:
    """A state of a node, understood once."""
    found: Node = STATES.of([state], lambda: Node(state))
    return found


def _switch(state: State) -> Switch:
    found: Switch = STATES.of([state], lambda: Switch(state))
    return found


def scene_of(world: World, topology: Topology) -> Scene:
    """The scene of a world, made once for as long as its states and the topology are the same objects."""
    states = [world[name] for name in sorted(world)]
    return SCENES.of([*states, topology], lambda: Scene(world, topology))


SCENES: Kept[Scene] = Kept(16)
