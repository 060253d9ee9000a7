"""Nodes whose packets really have ways to one another: what one has to change concerns the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reconciler.linux.address import Address
from reconciler.linux.link import Link
from reconciler.linux.route import Route
from tests.daemon.world import World
from tests.engine.committing import CommitTransport

NODE = """\
apiVersion: reconciler/v1
kind: Node
metadata: {{name: {name}}}
spec:
  underlay: {{dev: eth1, address: 10.0.0.{place}/24}}
{rest}
---
"""
TUNNEL = """\
  interfaces:
    vx1: {{mac: "02:00:00:00:01:{place:02d}", up: true,
      vxlan: {{id: {vni}, port: 4789, local: 10.0.0.{place}, dev: eth1, learning: false}}}}
"""


class Flowing(World):
    """``names``: n1, n2, …, each with a block of pods 192.168.N.0/24 and the address 10.0.0.N. ``log`` as they act."""

    def __init__(self, folder: Path, number: int = 3, **loop: Any) -> None:
        self.places = {f"n{place}": place for place in range(1, number + 1)}
        self.log = list[tuple[str, str]]()
        super().__init__(folder, self.places, **loop)
        self.nodes = {name: self._node(name, place) for name, place in self.places.items()}
        self.transports.update(self.nodes)

    def _node(self, name: str, place: int) -> CommitTransport:
        address = Address(dev="eth1", local=f"10.0.0.{place}", prefixlen=24)
        block = Route(dst=f"192.168.{place}.0/24", type="blackhole", protocol=80)
        return CommitTransport.of(name, Link(ifname="lo", up=True), address, block, log=self.log)

    def commit(self, revision: str, names: Any = None, text: str = "") -> None:
        super().commit(revision, names, text or self.routed())

    def routed(self, **more: str) -> str:
        """Each has a route to the pods of each other; ``more``: what a node wants beside that."""
        return "".join(self._wants(name, self._routes(name) + more.get(name, "")) for name in self.places)

    def tunnelled(self, vni: int) -> str:
        """The same over a VXLAN device; with another VNI it is made again."""
        return "".join(self._wants(name, self._tunnel(name, vni)) for name in self.places)

    def _wants(self, name: str, rest: str) -> str:
        return NODE.format(name=name, place=self.places[name], rest=rest.rstrip())

    def _routes(self, name: str) -> str:
        rows = [
            f"    - {{dst: 192.168.{place}.0/24, via: 10.0.0.{place}, dev: eth1}}\n" for place in self._others(name)
        ]
        return "".join(["  routes:\n", *rows])

    def _tunnel(self, name: str, vni: int) -> str:
        lines = [TUNNEL.format(place=self.places[name], vni=vni), "  routes:\n"]
        far = [(place, f"192.168.{place}.1", f"02:00:00:00:01:{place:02d}") for place in self._others(name)]
        lines += [f"    - {{dst: 192.168.{place}.0/24, via: {hop}, dev: vx1, onlink: true}}\n" for place, hop, _ in far]
        lines += ["  neighbors:\n", *(f'    - {{dst: {hop}, dev: vx1, mac: "{mac}"}}\n' for _, hop, mac in far)]
        lines += ["  fdb:\n", *(f'    - {{mac: "{mac}", dev: vx1, dst: 10.0.0.{place}}}\n' for place, _, mac in far)]
        return "".join(lines)

    def _others(self, name: str) -> Sequence[int]:
        return [place for one, place in self.places.items() if one != name]

    def routes(self, name: str, dev: str = "eth1") -> int:
        """How many of the others' pods it has a way to, over ``dev``."""
        rows = self.nodes[name].rows.values()
        return sum(str(row.get("dst")).startswith("192.168.") and row.get("dev") == dev for row in rows)

    def steps(self, name: str) -> list[str]:
        return [step for one, step in self.log if one == name]
