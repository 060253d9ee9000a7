"""Small networks by chance: two to four nodes with a network of pods each, a switch, and a change of a few entries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.core.change import Change, diff
from reconciler.core.resource import Key, Live, Resource, State, state_of
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route
from reconciler.schedule.effect import after
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.walk.topology import End, Topology

SWITCH = "sw"
STORIES = 0.6
"""How many of the cases are one."""
MOST = 6
"""Changes of one plan."""


@dataclass(frozen=True)
class Case:
    """What everything has, what is wanted before and after, and what leads from the one to the other."""

    world: dict[str, State]
    old: dict[str, State]
    new: dict[str, State]
    changes: dict[str, list[Change]]
    topology: Topology


def case(seed: int) -> Case:
    """The same for the same seed."""
    rng = random.Random(seed)
    while True:
        number = rng.randint(2, 4)
        first = _Choice(rng, number)
        second = first.changed()
        old, new = dict(first.wanted()), dict(second.wanted())
        world = {name: _live(name, state) for name, state in old.items()}
        changes = {name: some for name, state in new.items() if (some := to(state, world[name], old[name]))}
        if 0 < sum(map(len, changes.values())) <= MOST:
            return Case(world, old, new, changes, _topology(number))


def to(wanted: State, live: State, ours: State) -> list[Change]:
    """The changes that lead to ``wanted`` where what is ``ours`` is ours, in no useful order."""
    mine: dict[Key, Resource] = {key: live[key] for key in ours if key in live}
    found = diff(wanted, Live(mine, {key: one for key, one in live.items() if key not in mine}))
    return sorted(found, key=lambda change: change.key.name[::-1])


def _topology(number: int) -> Topology:
    ends = {End(f"n{one}", "eth1"): End(SWITCH, f"Ethernet{one}") for one in range(number)}
    platforms = {f"n{one}": "linux" for one in range(number)} | {SWITCH: "arista_eos"}
    return Topology(ends | {far: near for near, far in ends.items()}, platforms)


def _live(name: str, wanted: State) -> State:
    if name == SWITCH:
        return dict(wanted)
    number = int(name[1:])
    there = state_of(
        [Link(ifname="lo", up=True), Link(ifname="eth1", up=True, mtu=1500, address=f"02:00:00:00:00:0{number}")]
    )
    return after(there, diff(wanted, Live({}, there)))


@dataclass
class _Choice:
    """Everything that may be so or otherwise. ``cells``: one fact each, by its name."""

    rng: random.Random
    number: int

    def __post_init__(self) -> None:
        rng, nodes = self.rng, range(self.number)
        self.cells: dict[tuple[str, int, int], int] = {}
        everywhere = rng.randrange(3)
        self.cells["vni", 0, 0] = 0
        for one in nodes:
            self.cells["vlan", one, 0] = rng.choice((10, 10, 20))
            self.cells["host", one, 0] = one + 11
            self.cells["vxlan", one, 0] = int(everywhere or rng.random() < 0.3)
            self.cells["mac", one, 0] = 0
            self.cells["static", one, 0] = int(rng.random() < 0.7)
            for other in nodes:
                self.cells["way", one, other] = everywhere if rng.random() < 0.85 else rng.randrange(3)
                self.cells["row", one, other] = int(rng.random() < 0.93)

    def changed(self) -> _Choice:
        """The same network with one to three facts changed, sometimes those of all nodes, or with a story played."""
        other = _Choice(self.rng, self.number)
        fresh = other.cells
        other.cells = dict(self.cells)
        if self.rng.random() < STORIES:
            self._play(other.cells)
            return other
        for _ in range(self.rng.randint(1, 3)):
            kind, one, two = self.rng.choice(list(self.cells))
            wide = self.rng.random() < 0.3
            for cell in self.cells:
                if cell == (kind, one, two) or (wide and cell[0] == kind and cell[2] == two):
                    other.cells[cell] = self._fresh(cell, fresh)
        return other

    def _play(self, cells: dict[tuple[str, int, int], int]) -> None:
        """Changes that hang together across devices: everybody moves to a far end or away from it, a node moves."""
        one, up = self.rng.randrange(self.number), self.rng.randrange(2)
        small = ("vni",) if self.number < 4 else ()  # the walks of more take long
        story = self.rng.choice(("far end", "static", "address", "rows", "vlan", "mac", *small))
        for other in range(self.number):
            if story in ("far end", "static", "rows"):
                self.cells["way", other, one] = 1 - up if story != "static" else 2 * (1 - up)
                cells["way", other, one] = up if story != "static" else 2 * up
            if story == "rows":
                self.cells["row", other, one], cells["row", other, one] = 1 - up, up
        match story:
            case "far end":
                self.cells["vxlan", one, 0], cells["vxlan", one, 0] = 1 - up, up
            case "static":
                self.cells["static", one, 0], cells["static", one, 0] = 1 - up, up
            case "mac":
                cells["mac", one, 0] = 1
            case "vni":
                cells["vni", 0, 0] = 1
            case "address":
                cells["host", one, 0] = self.cells["host", one, 0] + 40
            case "vlan":
                cells["vlan", one, 0] = 30 - self.cells["vlan", one, 0]

    def _fresh(self, cell: tuple[str, int, int], fresh: dict[tuple[str, int, int], int]) -> int:
        match cell[0]:
            case "vxlan" | "static" | "row" | "mac" | "vni":
                return 1 - self.cells[cell]
            case "host":
                return self.cells[cell] + 40
        return fresh[cell]

    def wanted(self) -> Iterator[tuple[str, State]]:
        for one in range(self.number):
            yield f"n{one}", state_of(self._node(one))
        yield SWITCH, state_of(self._switch())

    def _ip(self, one: int) -> str:
        return f"10.0.{self.cells['vlan', one, 0]}.{self.cells['host', one, 0]}"

    def _node(self, one: int) -> Iterator[Resource]:
        vlan = self.cells["vlan", one, 0]
        yield Address(dev="eth1", local=self._ip(one), prefixlen=24)
        yield Route(dst=f"10.1.{one}.0/24", type="blackhole", protocol=142)
        yield Route(dst="10.0.0.0/16", gateway=f"10.0.{vlan}.1", dev="eth1", protocol=142)
        if self.cells["vxlan", one, 0]:
            yield Link(
                ifname="vx",
                info_kind="vxlan",
                up=True,
                address=self._mac(one),
                id=self._vni,
                port=4789,
                local=self._ip(one),
            )
        for other in range(self.number):
            if other != one:
                yield from self._peer(one, other)

    @property
    def _vni(self) -> int:
        return 7 + self.cells["vni", 0, 0]

    def _mac(self, one: int) -> str:
        return f"66:00:00:00:0{self.cells['mac', one, 0]}:0{one}"

    def _peer(self, one: int, other: int) -> Iterator[Resource]:
        vlan, far = self.cells["vlan", one, 0], self.cells["vlan", other, 0]
        if self.cells["vxlan", one, 0] and self.cells["row", one, other]:
            yield Neighbour(dev="vx", dst=f"10.1.{other}.1", lladdr=self._mac(other))
            yield FdbEntry(dev="vx", mac=self._mac(other), dst=self._ip(other))
        home = f"10.1.{other}.0/24"
        way = self.cells["way", one, other] if self.cells["vxlan", one, 0] else 0
        if way == 1:
            yield Route(dst=home, gateway=f"10.1.{other}.1", dev="vx", onlink=True, protocol=142)
        elif way == 0:
            gateway = self._ip(other) if vlan == far else f"10.0.{vlan}.1"
            yield Route(dst=home, gateway=gateway, dev="eth1", protocol=142)

    def _switch(self) -> Iterator[Resource]:
        yield Routing(enabled=True)
        for vlan in (10, 20):
            yield Vlan(id=vlan)
            yield Svi(vlan=vlan, addresses=(f"10.0.{vlan}.1/24",))
        for one in range(self.number):
            yield Interface(ifname=f"Ethernet{one}", access=self.cells["vlan", one, 0])
            if self.cells["static", one, 0]:
                yield StaticRoute(dst=f"10.1.{one}.0/24", via=self._ip(one))
