"""Broadcast domains: which ports, over all switches and the cables between them, hear each other's frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reconciler.switch.kinds import Vlan
from reconciler.walk.packet import Outcome, Used, dropped, unknown
from reconciler.walk.switch import DEFAULT_VLAN, Switch
from reconciler.walk.topology import EOS, End, Topology

TAG = "."
"""``eth1.10`` is VLAN 10 on ``eth1``, as everybody names it; the kernel's own word for it is not read."""


class Domain(NamedTuple):
    """A VLAN of a switch, by its first switch and its number there, or the wire on a routed port or between nodes."""

    device: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.device}"


class Plug(NamedTuple):
    """Where a node's interface is plugged in: a domain, or why it hears nothing. ``used``: what decided that."""

    domain: Domain | None
    used: tuple[Used, ...]
    trouble: Outcome | None = None


def vlan_name(vlan: int) -> str:
    return f"VLAN {vlan}"


class Domains:
    """All domains of a world, made of the states of its switches alone."""

    def __init__(self, switches: Mapping[str, Switch], topology: Topology) -> None:
        self._switches, self._topology = switches, topology
        self._joined: dict[Domain, Domain] = {}
        for one, other in topology.cables.items():
            if one < other and one.device in switches and other.device in switches:
                self._join(one, other)
        self.plugs = {end: self._plug(end, far) for end, far in topology.cables.items() if not self._is_switch(end)}
        self.plugged: dict[Domain, list[End]] = {}
        for end, plug in self.plugs.items():
            if plug.domain is not None:
                self.plugged.setdefault(plug.domain, []).append(end)

    def _is_switch(self, end: End) -> bool:
        return self._topology.platforms.get(end.device) == EOS

    def plug(self, end: End) -> Plug | None:
        """Where an interface is plugged in; None: nobody knows. A tagged one is where its lower interface is."""
        found = self.plugs.get(end)
        if found is not None or TAG not in end.interface:
            return found
        lower, _, tag = end.interface.rpartition(TAG)
        far = self._topology.cables.get(End(end.device, lower))
        if far is None or not tag.isdigit() or far.device not in self._switches:
            return None
        return self._in_vlan(far, int(tag))

    def of_vlan(self, switch: str, vlan: int) -> Domain:
        return self._root(Domain(switch, vlan_name(vlan)))

    def of_port(self, switch: str, name: str) -> Domain:
        """The wire on a routed port."""
        return Domain(switch, self._switches[switch].port(name).interface.ifname)

    def _plug(self, end: End, far: End) -> Plug:
        if self._topology.platforms.get(far.device) != EOS and far.device in self._topology.platforms:
            return Plug(Domain(*min(end, far)), ())
        if far.device not in self._switches:
            return Plug(None, (), unknown(f"{end.device} {end.interface} leads to {far.device}, which is not known"))
        switch = self._switches[far.device]
        port = switch.port(far.interface)
        used = tuple((far.device, key) for key in port.keys)
        vlan = switch.untagged(port.interface)
        if port.down:
            return Plug(None, used, dropped(f"{far.device}: {port.down}"))
        if port.interface.mode == "routed":
            return Plug(self.of_port(far.device, far.interface), used)
        if vlan is None:
            return Plug(None, used, unknown(f"{far.device} {far.interface} is in mode {port.interface.mode}"))
        return self._in_vlan(far, vlan)

    def _in_vlan(self, far: End, vlan: int) -> Plug:
        switch = self._switches[far.device]
        port = switch.port(far.interface)
        used = tuple((far.device, key) for key in (*port.keys, Vlan(id=vlan).key))
        if down := port.down or switch.vlan_down(vlan):
            return Plug(None, used, dropped(f"{far.device}: {down}"))
        if not switch.carries(port.interface, vlan):
            return Plug(None, used, dropped(f"{far.device}: {port.interface.ifname} does not carry VLAN {vlan}"))
        return Plug(self.of_vlan(far.device, vlan), used)

    def _join(self, one: End, other: End) -> None:
        """A cable between two switches makes one domain of what both its ends carry alike."""
        heard = dict(self._tags(other))
        for tag, domain in self._tags(one):
            if tag in heard:
                roots = sorted((self._root(domain), self._root(heard[tag])))
                if roots[0] != roots[1]:
                    self._joined[roots[1]] = roots[0]

    def _tags(self, end: End) -> Iterator[tuple[int, Domain]]:
        """Tag -> domain of the frames that pass a switch's port; 0 is no tag."""
        switch = self._switches[end.device]
        port = switch.port(end.interface)
        native = switch.untagged(port.interface)
        if port.down or native is None:
            return
        for vlan in {DEFAULT_VLAN, *switch.vlans}:
            if not switch.vlan_down(vlan) and switch.carries(port.interface, vlan):
                yield 0 if vlan == native else vlan, Domain(end.device, vlan_name(vlan))

    def _root(self, domain: Domain) -> Domain:
        while domain in self._joined:
            domain = self._joined[domain]
        return domain
