"""One cluster in many states, as documents: every mode, what nodes change over time, and whose else's rows are there.

Five nodes, of which ``node0`` is the one that is looked at; ``node3`` and ``node4`` are behind a router.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .vectors import documents

ME = "node0"
NAMES = tuple(f"node{number}" for number in range(5))
CALICO = ("Always", "CrossSubnet", "felix", "bird")
"""VXLAN in two ways; without encapsulation, written by one or the other."""
FLANNEL = ("vxlan", "direct", "host-gw")
VERSIONS = ("3.30", "3.33")
FOREIGN = """
ip route add 172.30.0.0/16 via 10.9.0.254 dev eth0 proto 4
ip route add 10.0.1.0/26 via 10.9.0.254 dev eth0 proto 4 metric 50
ip route add 10.42.1.0/24 via 10.9.0.254 dev eth0 proto 4 metric 50
ip route add 172.31.0.0/16 via 10.9.0.254 dev eth0 proto 12
ip route add 172.31.7.0/24 via 10.9.0.254 dev eth0
ip route add blackhole 192.168.99.0/26 proto 4
ip route add 10.0.9.0/26 via 10.9.0.254 dev eth0 proto 80 table 100
ip route add fd00:77::/64 via fd00:9::fe dev eth0 proto 12
ip neighbour add 10.9.0.77 dev eth0 lladdr 02:00:00:00:00:77 nud stale
ip neighbour add 10.9.0.78 dev eth0 lladdr 02:00:00:00:00:78 nud permanent
ip link add vxlan99 address 02:00:00:00:00:99 type vxlan id 99 dstport 4799 local 127.0.0.1 nolearning
ip address add 10.99.0.1/24 dev vxlan99
ip link set vxlan99 up
ip neighbour add 10.99.0.2 dev vxlan99 lladdr 02:00:00:00:00:98 nud permanent
bridge fdb append 02:00:00:00:00:98 dev vxlan99 dst 10.9.0.2
ip route add 172.29.0.0/16 via 10.99.0.2 dev vxlan99
ip link add cali123 type veth peer name far-cali; ip link set far-cali up; ip link set cali123 up
ip route add 10.0.0.5 dev cali123 scope link
ip link add cni0 type bridge; ip link set cni0 up; ip address add 10.42.0.1/24 dev cni0
ip address add 10.77.0.1/24 dev eth1
ip rule add priority 1000 from 10.77.0.0/24 lookup 77
"""
"""Other people's rows, some of them right beside the CNI's: none of its addresses, devices or marks."""


@dataclass(frozen=True, slots=True)
class State:
    """The cluster at one time. ``dual``: of both IP versions; ``moved``: nodes on the other side of the router.

    ``swapped``: node1 and node2 have each other's blocks; ``ends``: tunnel addresses (and VTEP MACs of flannel) as
    they were given out the second time; ``override``: node1's VTEP MAC is one that somebody chose.
    """

    mode: str = "Always"
    version: str = "3.30"
    dual: bool = False
    moved: frozenset[str] = frozenset()
    swapped: bool = False
    ends: int = 0
    override: bool = False

    @property
    def cni(self) -> str:
        return "calico" if self.mode in CALICO else "flannel"

    @property
    def me(self) -> dict[str, Any]:
        """My own entry."""
        return self.node(0)

    def node(self, number: int) -> dict[str, Any]:
        name = NAMES[number]
        side = int((number > 2) != (name in self.moved))
        node: dict[str, Any] = {"name": name, "dev": "eth0", "ifaces": {"eth0": 1500, "eth1": 9000}}
        node |= {"ip4": f"10.9.{side}.{number + 1}/24", "gateway6": f"fd00:9:{side}::fe"}
        if self.dual:
            node["ip6"] = f"fd00:9:{side}::{number + 1:x}/64"
        return node | (self._calico(number) if self.cni == "calico" else self._flannel(number))

    def _calico(self, number: int) -> dict[str, Any]:
        mac = {"vtep_mac4": "66:74:c5:72:3f:01"} if self.override and number == 1 else {}
        if self.mode not in ("Always", "CrossSubnet"):
            return mac
        six = {"vxlan6": f"fd00:10:{number}::{self.ends}"} if self.dual else {}
        return {"vxlan4": f"10.0.{number}.{self.ends}", **six, **mac}

    def _flannel(self, number: int) -> dict[str, Any]:
        mac = f"3a:00:00:00:0{self.ends}:0{number}"
        subnet = {1: 2, 2: 1}.get(number, number) if self.swapped else number
        six = {"pod6": f"fd00:42:0:{subnet}::/64", "vtep_mac6": f"3a:00:00:06:0{self.ends}:0{number}"}
        return {"pod4": f"10.42.{subnet}.0/24", "vtep_mac": mac, **(six if self.dual else {})}

    def documents(self) -> list[dict[str, Any]]:
        nodes = [self.node(number) for number in range(len(NAMES))]
        world: dict[str, Any] = {"nodes": nodes}
        world["underlay_gateways"] = {node["name"]: f"10.9.{node['ip4'].split('.')[2]}.254" for node in nodes}
        if self.cni == "flannel":
            world |= {"network4": "10.42.0.0/16"} | ({"network6": "fd00:42::/56"} if self.dual else {})
            backend = {"backend": "vxlan", "direct_routing": True} if self.mode == "direct" else {"backend": self.mode}
            return list(documents({"profile": {"cni": "flannel", **backend}, "input": world}))
        programs = ["none"] if self.mode == "felix" else []
        profile = {"cni": "calico", "version": self.version, "felix_programs": programs}
        world |= {"pools": self._pools(), "blocks": self._blocks()}
        return list(documents({"profile": profile, "input": world}))

    def _pools(self) -> list[dict[str, Any]]:
        vxlan = self.mode if self.mode in ("Always", "CrossSubnet") else "Never"
        pools = [{"cidr": "10.0.0.0/16", "block_size": 26, "vxlan": vxlan}]
        return pools + ([{"cidr": "fd00:10::/32", "block_size": 122, "vxlan": vxlan}] if self.dual else [])

    def _blocks(self) -> list[dict[str, Any]]:
        owners = {1: 2, 2: 1} if self.swapped else {}
        numbers = range(len(NAMES))
        blocks = [{"cidr": f"10.0.{n}.0/26", "node": NAMES[owners.get(n, n)]} for n in numbers]
        six = [{"cidr": f"fd00:10:{n}::/122", "node": NAMES[owners.get(n, n)]} for n in numbers]
        return blocks + (six if self.dual else [])


def walk(seed: int, steps: int) -> Iterator[State]:
    """A way through the states, the same for one seed: now a step aside, now one to somewhere else altogether."""
    rng = random.Random(seed)
    state = _anywhere(rng)
    for _ in range(steps):
        yield state
        state = _aside(rng, state) if rng.random() < 0.5 else _anywhere(rng)


def _anywhere(rng: random.Random) -> State:
    moved = frozenset(name for name in NAMES if rng.random() < 0.2)
    mode = rng.choice((*CALICO, *CALICO, *FLANNEL))
    bits = [rng.random() < 0.5 for _ in range(3)]
    return State(mode, rng.choice(VERSIONS), bits[0], moved, bits[1], rng.choice((0, 1)), bits[2])


def _aside(rng: random.Random, state: State) -> State:
    """One thing changes."""
    return rng.choice(
        [
            replace(state, mode=rng.choice(CALICO if state.cni == "calico" else FLANNEL)),
            replace(state, version=rng.choice(VERSIONS)),
            replace(state, dual=not state.dual),
            replace(state, moved=state.moved ^ {rng.choice(NAMES)}),
            replace(state, swapped=not state.swapped),
            replace(state, ends=1 - state.ends),
            replace(state, override=not state.override),
        ]
    )
