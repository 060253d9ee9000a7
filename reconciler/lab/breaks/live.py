"""The live world as a breaker sees it: kernel tables of a node, a switch's configuration, a cluster's pools."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from .. import blocks, netns, node, switch
from ..errors import LabError
from ..overlay import Overlay
from ..stanzas import Stanza, stanzas
from ..state import Lab, Member

PROTOCOLS = {"calico": ("80", "12"), "flannel": ("3",)}
"""What a CNI gives the routes that leave a node without a tunnel: Felix's and BIRD's, or no more than boot's."""
BY_HAND = "142"
"""The protocol number that marks the reconciler's own rows (contract, section 1)."""
TYPES = {"1": "unicast", "6": "blackhole"}
"""The kernel's numbers of the route types that occur here."""
Row = Mapping[str, Any]


class Node:
    """A Linux node, its IPv4 tables; every table is read once, when it is first asked for."""

    sort = "node"

    def __init__(self, member: Member, overlay: Overlay) -> None:
        self.device = member.name
        self.ports = member.interfaces
        self.tunnel = overlay.device(4)
        self.protocols = PROTOCOLS[overlay.cni]
        self.stale = blocks.last(overlay, 4)
        self.takes_tunnel_routes = overlay.cni == "calico"
        self._namespace = member.namespace

    @cached_property
    def addresses(self) -> list[Row]:
        """Global IPv4 addresses of ports and of the VXLAN device: dev, local, prefixlen."""
        devices = (*self.ports, self.tunnel)
        return [
            {"dev": link["ifname"], **address}
            for link in netns.show(self._namespace, "address", "show")
            for address in link["addr_info"]
            if link["ifname"] in devices and (address["family"], address["scope"]) == ("inet", "global")
        ]

    @cached_property
    def vxlan(self) -> list[Row]:
        """The VXLAN device, if it is there."""
        return [link for link in netns.show(self._namespace, "link", "show") if link["ifname"] == self.tunnel]

    @cached_property
    def routes(self) -> list[Row]:
        """What a reconciler may own in the main table; ``dst`` always carries its length, ``type`` is always there."""
        rows = netns.show(self._namespace, "-N", "-4", "route", "show")
        marks = (*self.protocols, BY_HAND)
        owned = [row for row in rows if row["protocol"] in marks or row.get("dev") == self.tunnel]
        return [_full(row) for row in owned if row["dst"] != "default"]

    @cached_property
    def neighbours(self) -> list[Row]:
        """Permanent neighbours on the VXLAN device: dst, lladdr."""
        if not self.vxlan:
            return []
        return list(netns.show(self._namespace, "-4", "neigh", "show", "dev", self.tunnel, "nud", "permanent"))

    @cached_property
    def fdb(self) -> list[Row]:
        """Forwarding entries of the VXLAN device that name a tunnel end: mac, dst."""
        if not self.vxlan:
            return []
        rows = netns.show(self._namespace, "fdb", "show", "dev", self.tunnel, program="bridge")
        return [row for row in rows if "dst" in row]

    def run(self, tool: str, commands: Sequence[str]) -> None:
        netns.batch(commands, self._namespace, program=tool)


def _full(row: Row) -> Row:
    """A route as ``ip -N`` prints it, with its length and its type as a word again."""
    dst, kind = row["dst"], row.get("type", "1")
    return {**row, "dst": dst if "/" in dst else f"{dst}/32", "type": TYPES.get(kind, kind)}


class Switch:
    """A switch, read and broken at its own console."""

    sort = "switch"

    def __init__(self, lab: Lab, member: Member) -> None:
        self.device = member.name
        self._lab, self._member = lab, member

    @cached_property
    def stanzas(self) -> list[Stanza]:
        return list(stanzas(switch.cli(self._lab, self._member, "enable\nshow running-config")))

    @property
    def vlans(self) -> list[Stanza]:
        """VLANs with a section of their own (EOS merges those that are configured alike)."""
        return [stanza for stanza in self._called("vlan ") if stanza.subject.isdigit()]

    @property
    def ports(self) -> list[Stanza]:
        return self._called("interface Ethernet")

    @property
    def svis(self) -> list[Stanza]:
        return self._called("interface Vlan")

    @property
    def routes(self) -> bool:
        return any(stanza.header == "ip routing" for stanza in self.stanzas)

    def _called(self, prefix: str) -> list[Stanza]:
        return [stanza for stanza in self.stanzas if stanza.header.startswith(prefix)]

    def run(self, _tool: str, commands: Sequence[str]) -> None:
        lines = ["enable", "configure", *commands, "end"]
        answer = switch.cli(self._lab, self._member, "\n".join(lines))
        refused = [line for line in answer.splitlines() if line.startswith("%")]
        if refused:
            raise LabError(f"{self.device} refused to be broken: {refused[0]}")


class Cluster:
    """A cluster, read and broken with kubectl on its API node."""

    sort = "cluster"

    def __init__(self, member: Member) -> None:
        self.device = member.name
        self._member = member

    @cached_property
    def pools(self) -> list[Row]:
        return list(json.loads(self._kubectl("get ippools -o json"))["items"])

    def run(self, _tool: str, commands: Sequence[str]) -> None:
        for command in commands:
            self._kubectl(command)

    def _kubectl(self, words: str) -> str:
        command = node.enter(self._member, ["env", "HOME=/root", "kubectl", *words.split()])
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode:
            raise LabError(f"kubectl on {self.device}: {ran.stderr.strip()}")
        return ran.stdout


def devices(lab: Lab) -> list[Node | Switch | Cluster]:
    """Everything that can be broken, in the lab's order."""
    nodes = [Node(member, lab.overlay) for member in lab.nodes]
    api = [member for member in lab.nodes if member.kubernetes and member.kubernetes.api]
    clusters = [Cluster(member) for member in api if lab.overlay.cni == "calico"]
    return [*(Switch(lab, member) for member in lab.switches), *nodes, *clusters]
