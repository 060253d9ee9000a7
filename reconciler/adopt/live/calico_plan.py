"""Calico's address plan, read from all nodes at once: who has which block, which end of the tunnels, which key.

What the cluster's API tells counts first; else what most nodes agree on, so that one node's wrong row changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any

from reconciler.adopt.live.fabric import Fabric, is_overlays
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.desired.prefixes import Network
from reconciler.intent.calico.settings import BIRD_PROTOCOL, IPIP_DEVICE, VXLAN_DEVICES, WIREGUARD, vtep_mac
from reconciler.intent.network import IPV4, IPV6
from reconciler.linux.address import Address
from reconciler.linux.claim import POD_DEVICES, matches
from reconciler.linux.link import Link
from reconciler.linux.route import Route

FAMILIES = {4: IPV4, 6: IPV6}
Votes = Mapping[tuple[str, str], Counter[str]]
"""By node and fact, how many say what."""


@dataclass(frozen=True)
class Plan:
    """``ends``: by node and fact (``vxlan``, ``vxlan6.mac``, ``ipip``, ``wireguard.key`` …) what most believe."""

    fabric: Fabric
    members: Sequence[Seen]
    ends: Mapping[tuple[str, str], str]
    owners: Mapping[Network, str]

    @property
    def blocks(self) -> list[Network]:
        return sorted(self.owners, key=lambda block: (block.version, block))

    @property
    def tunnel_ends(self) -> list[Network]:
        """The addresses of the tunnels' ends, which come out of the pools, too."""
        found = {ip_network(address) for (_, fact), address in self.ends.items() if "." not in fact}
        return sorted(found, key=lambda one: (one.version, one))

    @cached_property
    def only_vxlan(self) -> bool:
        """Whether every route into a block is one that a pool with VXLAN explains."""
        rows = (row for node in self.members for row in node.all(Route) if row.protocol == BIRD_PROTOCOL)
        ipip = any(row.dev == IPIP_DEVICE for node in self.members for row in node.all(Address))
        has = any(link.ifname in VXLAN_DEVICES.values() for node in self.members for link in node.all(Link))
        return has and not ipip and not any(rows)

    def tunnel(self, node: str) -> dict[str, Any]:
        """``tunnel`` of a Node document. A MAC is written only where it is not the one that Calico derives."""
        found: dict[str, dict[str, str]] = {}
        for kind, version in (("vxlan", 4), ("vxlan6", 6)):
            mac = self.ends.get((node, f"{kind}.mac"))
            derived = vtep_mac(node, FAMILIES[version])
            found[kind] = self._given(node, {"address": kind}) | ({"mac": mac} if mac not in (None, derived) else {})
        found["ipip"] = self._given(node, {"address": "ipip"})
        keys = {"address": "wireguard", "address6": "wireguard6"}
        keys |= {"publicKey": "wireguard.key", "publicKey6": "wireguard6.key"}
        found["wireguard"] = self._given(node, keys)
        return {kind: end for kind, end in found.items() if end}

    def _given(self, node: str, fields: Mapping[str, str]) -> dict[str, str]:
        return {field: self.ends[node, fact] for field, fact in fields.items() if (node, fact) in self.ends}

    def gateway(self, node: Seen) -> str | None:
        """The router by which BIRD reaches the other subnets, where no route of the document leads there."""
        rows = (row for row in node.all(Route) if row.protocol == BIRD_PROTOCOL and row.dev != IPIP_DEVICE)
        routers = (row.gateway for row in rows if row.gateway and self.fabric.owner(row.gateway) is None)
        known = {route.get("via") for route in self.fabric.sketches[node.name].spec.get("routes", ())}
        return next(iter(sorted(set(filter(None, routers)) - known)), None)

    @property
    def affinities(self) -> list[Sketch]:
        """Who has which block, named as Calico names it."""
        found = [(self.owners[block], str(block)) for block in self.blocks]
        if self.fabric.told.affinities is not None:
            known = {node.name for node in self.members}
            found = [one for one in _told(self.fabric) if one[0] in known]
        return [Sketch("BlockAffinity", _name(node, cidr), _affinity(node, cidr)) for node, cidr in found]


def _affinity(node: str, cidr: str) -> dict[str, Any]:
    return {"node": node, "cidr": cidr, "state": "confirmed"}


def _name(node: str, cidr: str) -> str:
    words = cidr.translate(str.maketrans("./:", "---"))
    return f"{node}-{words}"


def _told(fabric: Fabric) -> Iterator[tuple[str, str]]:
    """The affinities that stand, as the API tells them."""
    for spec in fabric.told.affinities or ():
        node, cidr, state = (spec.get(name) for name in ("node", "cidr", "state"))
        gone = str(spec.get("deleted", "false")).lower() != "false"
        if isinstance(node, str) and isinstance(cidr, str) and state in (None, "confirmed") and not gone:
            yield node, cidr


def of(fabric: Fabric, members: Sequence[Seen]) -> Plan:
    ends = {key: votes.most_common(1)[0][0] for key, votes in _ends(fabric, members).items()}
    ends |= dict(_annotated(fabric, members))
    return Plan(fabric, members, ends, _owners(fabric, members, ends))


def _annotated(fabric: Fabric, members: Sequence[Seen]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each node's annotations."""
    for node in members:
        told = fabric.told_of(node.name)
        yield from (((node.name, kind), address) for kind, address in told.tunnels.items() if kind != "cilium")
        yield from (((node.name, f"{kind}.mac"), mac.lower()) for kind, mac in told.macs.items())
        yield from (((node.name, f"{kind}.key"), key) for kind, key in told.keys.items())


def _ends(fabric: Fabric, members: Sequence[Seen]) -> dict[tuple[str, str], Counter[str]]:
    """What each node has itself, and what the others believe of it."""
    votes: dict[tuple[str, str], Counter[str]] = {}
    for owner, fact, value in _beliefs(fabric, members):
        votes.setdefault((owner, fact), Counter())[value] += 1
    return votes


def _beliefs(fabric: Fabric, members: Sequence[Seen]) -> Iterator[tuple[str, str, str]]:
    devices = {"vxlan": VXLAN_DEVICES[4], "vxlan6": VXLAN_DEVICES[6], "ipip": IPIP_DEVICE}
    devices |= {"wireguard": WIREGUARD[0].device, "wireguard6": WIREGUARD[1].device}
    for node in members:
        for kind, dev in devices.items():
            mine = [row for row in node.on(Address, {dev}) if not ip_address(row.local).is_link_local]
            yield from ((node.name, kind, row.local) for row in mine[:1])
            yield from _of_device(fabric, node, kind, dev)


def _of_device(fabric: Fabric, node: Seen, kind: str, dev: str) -> Iterator[tuple[str, str, str]]:
    link = next((one for one in node.all(Link) if one.ifname == dev), None)
    if link is not None and link.info_kind == "vxlan" and link.address:
        yield node.name, f"{kind}.mac", link.address
    for owner, end, mac in fabric.macs(node, dev) if kind.startswith("vxlan") else ():
        yield owner, kind, end
        yield owner, f"{kind}.mac", mac
    for peer in (link.peers or ()) if link is not None else ():
        owner_of_end = fabric.owner((peer.endpoint or "").rpartition(":")[0].strip("[]"))
        if owner_of_end is not None:
            yield owner_of_end, f"{kind}.key", peer.public_key


def _owners(fabric: Fabric, members: Sequence[Seen], ends: Mapping[tuple[str, str], str]) -> dict[Network, str]:
    """The blocks that at least half of the nodes agree on: a blackhole where it is, a route everywhere else."""
    hosts = {address: name for (name, fact), address in ends.items() if "." not in fact}
    votes: dict[Network, Counter[str]] = {}
    for node in members:
        for block, owner in _routed(fabric, node, hosts):
            votes.setdefault(block, Counter())[owner] += 1
    agreed = {block: counted for block, counted in votes.items() if 2 * counted.total() >= len(members)}
    owners = {block: _most({name: n for name, n in counted.items() if name}) for block, counted in agreed.items()}
    return {block: owner for block, owner in owners.items() if owner}


def _routed(fabric: Fabric, node: Seen, hosts: Mapping[str, str]) -> Iterator[tuple[Network, str]]:
    """Blocks that a node knows, each with its owner; over a router nobody tells whose it is."""
    for row in node.all(Route):
        network = ip_network(row.dst)
        shorter = network.prefixlen < network.max_prefixlen
        if not shorter or not is_overlays(row) or matches(row.dev or "", POD_DEVICES):
            continue
        owner = node.name if row.type == "blackhole" else hosts.get(row.gateway or "") or fabric.owner(row.gateway)
        if row.type == "blackhole" or (row.gateway is not None and owner != node.name):
            yield network, owner or ""


def _most(counted: Mapping[str, int]) -> str:
    return max(counted, key=lambda name: (counted[name], name), default="")
