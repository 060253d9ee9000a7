"""The live world as a breaker sees it: kernel tables of a node, a switch's configuration, a cluster's pools."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from .. import netns, node, switch
from ..errors import LabError
from ..stanzas import Stanza, stanzas
from ..state import Lab, Member

VXLAN = "vxlan.calico"
TYPES = {"1": "unicast", "6": "blackhole"}
"""The kernel's numbers of the route types that occur here."""
Row = Mapping[str, Any]


class Node:
    """A Linux node; every table is read once, when it is first asked for."""

    sort = "node"

    def __init__(self, member: Member) -> None:
        self.device = member.name
        self.ports = member.interfaces
        self._namespace = member.namespace

    @cached_property
    def addresses(self) -> list[Row]:
        """Global IPv4 addresses of ports and of the VXLAN device: dev, local, prefixlen."""
        return [
            {"dev": link["ifname"], **address}
            for link in netns.show(self._namespace, "address", "show")
            for address in link["addr_info"]
            if link["ifname"] in (*self.ports, VXLAN) and (address["family"], address["scope"]) == ("inet", "global")
        ]

    @cached_property
    def vxlan(self) -> list[Row]:
        """The VXLAN device, if it is there."""
        return [link for link in netns.show(self._namespace, "link", "show") if link["ifname"] == VXLAN]

    @cached_property
    def routes(self) -> list[Row]:
        """What a reconciler may own in the main table; ``dst`` always carries its length, ``type`` is always there."""
        rows = [_full(row) for row in netns.show(self._namespace, "-N", "-4", "route", "show")]
        return [row for row in rows if row["protocol"] in ("80", "142") or row.get("dev") == VXLAN]

    @cached_property
    def neighbours(self) -> list[Row]:
        """Permanent neighbours on the VXLAN device: dst, lladdr."""
        if not self.vxlan:
            return []
        return list(netns.show(self._namespace, "-4", "neigh", "show", "dev", VXLAN, "nud", "permanent"))

    @cached_property
    def fdb(self) -> list[Row]:
        """Forwarding entries of the VXLAN device that name a tunnel end: mac, dst."""
        if not self.vxlan:
            return []
        rows = netns.show(self._namespace, "fdb", "show", "dev", VXLAN, program="bridge")
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
    nodes = [Node(member) for member in lab.nodes]
    clusters = [Cluster(member) for member in lab.nodes if member.kubernetes and member.kubernetes.api]
    return [*(Switch(lab, member) for member in lab.switches), *nodes, *clusters]
