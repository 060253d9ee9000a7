"""What nodes tell of each other: by which address the overlay leaves each, whose an address is, what most agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address, ip_interface
from typing import Any

from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.cluster.facts import ClusterFacts, NodeFacts
from reconciler.cluster.ippool import IPPool
from reconciler.intent.calico.settings import vtep_mac
from reconciler.linux.address import Address
from reconciler.linux.claim import CNI_DEVICES, is_somebodys_device, matches
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import MAIN_TABLE, Route
from reconciler.switch.addresses import is_address

OVERLAYS = frozenset({2, 3, 12, 80})
"""Protocols of CNIs' routes: Cilium's (kernel), flannel's and Felix's on the tunnel (boot), BIRD's, Felix's."""


@dataclass
class Proposal:
    """One guess at what fills the nodes' tables: the Cluster, the documents that go with it, and facts of its nodes."""

    cluster: Sketch
    others: list[Sketch] = field(default_factory=list)
    facts: Mapping[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Fabric:
    """All nodes that were read, with their documents so far. ``name`` is that of a cluster, if there is one."""

    nodes: Sequence[Seen]
    sketches: Mapping[str, Sketch]
    name: str = ""

    @cached_property
    def told(self) -> ClusterFacts:
        """What a cluster's API tells; nothing where nobody was asked."""
        facts = (node.reading.facts.get("cluster") for node in self.nodes)
        return next((one for one in facts if isinstance(one, ClusterFacts) and not one.missing), ClusterFacts())

    def told_of(self, node: str) -> NodeFacts:
        return self.told.nodes.get(node, NodeFacts())

    def is_told(self, node: Seen) -> bool:
        """Whether others know of it: the cluster's API, or, where it cannot be read, the rows of the other nodes."""
        return node.name in self.told.nodes or bool(node.absent and self.underlay(node.name, 4))

    @cached_property
    def api_node(self) -> str | None:
        """Where kubectl answered."""
        return next((node.name for node in self.nodes if "cluster" in node.reading.facts or node.all(IPPool)), None)

    @cached_property
    def _pointed(self) -> Counter[str]:
        """How often nodes lead their tunnels or their pods' routes to an address."""
        ends = (row.dst for node in self.nodes for row in node.all(FdbEntry) if matches(row.dev, CNI_DEVICES))
        ways = (row.gateway for node in self.nodes for row in node.all(Route) if is_overlays(row))
        return Counter([*ends, *filter(None, ways)])

    @cached_property
    def _underlays(self) -> dict[tuple[str, int], Address]:
        return {(node.name, v): one for node in self.nodes for v in (4, 6) if (one := self._underlay(node, v))}

    def underlay(self, node: str, version: int) -> Address | None:
        """The address that the overlay leaves the node by; None: nothing on any node shows one."""
        return self._underlays.get((node, version))

    def _underlay(self, node: Seen, version: int) -> Address | None:
        """What its own tunnel says, else the address that the others lead to, be it on no interface now."""
        rows = [a for a in node.all(Address) if _version(a.local) == version and not is_somebodys_device(a.dev)]
        local = {link.local: link.lower for link in tunnels(node) if link.local and _version(link.local) == version}
        told = self.told_of(node.name).addresses.get(version, "").partition("/")[0]
        mine = [row for row in rows if row.local in local or row.local == told]
        others = sorted((row for row in rows if self._pointed[row.local]), key=lambda row: -self._pointed[row.local])
        return next(iter([*mine, *others]), None) or self._lost(node, version, local)

    def _lost(self, node: Seen, version: int, local: Mapping[str, str | None]) -> Address | None:
        """An address that the node should have: in its tunnel's words, or where the others' rows of its MAC lead."""
        macs = {vtep_mac(node.name), *(link.address for link in tunnels(node))}
        led = usual(dst for mac in macs for dst in self._led.get(mac or "", ()) if _version(dst) == version)
        text, dev = next(iter(local.items()), (led, None))
        told = self.told_of(node.name).addresses.get(version) or text
        if told is None or not is_address(told.partition("/")[0]):
            return None
        address = ip_interface(told if "/" in told else f"{told}/{self._length(told)}")
        return Address(dev=dev or self._usual_dev, local=str(address.ip), prefixlen=address.network.prefixlen)

    @cached_property
    def _led(self) -> dict[str, list[str]]:
        """Where nodes send what is for a MAC."""
        found: dict[str, list[str]] = {}
        for node in self.nodes:
            for row in node.all(FdbEntry):
                found.setdefault(row.mac, []).append(row.dst)
        return found

    @cached_property
    def _usual_dev(self) -> str:
        return usual(link.lower for node in self.nodes for link in tunnels(node)) or "eth0"

    def _length(self, address: str) -> int:
        """That of another node's subnet around it."""
        rows = (row for node in self.nodes for row in node.all(Address) if not is_somebodys_device(row.dev))
        around = (ip_interface(f"{row.local}/{row.prefixlen}").network for row in rows)
        ip = ip_address(address)
        return next((one.prefixlen for one in around if ip in one), ip.max_prefixlen)

    @cached_property
    def _owners(self) -> dict[str, str]:
        return {address.local: name for (name, _), address in self._underlays.items()}

    def owner(self, address: str | None) -> str | None:
        """The node that has this underlay address."""
        return self._owners.get(address or "")

    def macs(self, node: Seen, dev: str) -> Iterator[tuple[str, str, str]]:
        """What ``node`` believes of the others on a VXLAN device: node, end of its tunnel, MAC."""
        ends = {row.mac: row.dst for row in node.on(FdbEntry, {dev})}
        for row in node.on(Neighbour, {dev}):
            owner = self.owner(ends.get(row.lladdr))
            if owner is not None and owner != node.name:
                yield owner, row.dst, row.lladdr

    def facts(self, node: Seen, own: Mapping[str, Any], gateway: str | None = None) -> dict[str, Any]:
        """What a node's document has to tell of it: where the overlay leaves it, as far as its interfaces do not."""
        return {name: value for name, value in {"underlay": self._outlet(node, gateway), **own}.items() if value}

    def _outlet(self, node: Seen, gateway: str | None) -> dict[str, str]:
        interfaces = self.sketches[node.name].spec.get("interfaces", {})
        found: dict[str, str] = {}
        for version, six in ((4, ""), (6, "6")):
            address = self.underlay(node.name, version)
            given = [(dev, text) for dev, spec in interfaces.items() for text in _texts(spec, version)]
            if address is None or given[:1] == [(address.dev, text := f"{address.local}/{address.prefixlen}")]:
                continue
            found["dev"] = address.dev
            if next((one for dev, one in given if dev == address.dev), None) != text:
                found[f"address{six}"] = text
        return found | ({"gateway": gateway} if gateway else {})


def _texts(spec: Mapping[str, Any], version: int) -> Iterator[str]:
    for one in spec.get("addresses", ()):
        text = one if isinstance(one, str) else one["address"]
        if _version(text) == version:
            yield text


def _version(text: str) -> int:
    return 6 if ":" in text else 4


def tunnels(node: Seen) -> list[Link]:
    """A CNI's tunnel devices."""
    return [link for link in node.all(Link) if matches(link.ifname, CNI_DEVICES)]


def carriers(node: Seen) -> frozenset[str]:
    """The interfaces that a CNI's tunnels leave by."""
    return frozenset(link.lower for link in tunnels(node) if link.lower is not None)


def is_overlays(row: Route) -> bool:
    return row.table == MAIN_TABLE and row.protocol in OVERLAYS and row.dst not in ("0.0.0.0/0", "::/0")


def usual(values: Iterable[Any]) -> Any:
    """What most of them are, the first of several; None: there are none."""
    counted = Counter(value for value in values if value is not None)
    return counted.most_common(1)[0][0] if counted else None
