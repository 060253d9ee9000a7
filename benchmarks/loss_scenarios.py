"""Changes of a live network that nobody's packets should notice, as edits of the seed's documents."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SEED = Path(__file__).parents[1] / "desired"


class Edit(NamedTuple):
    """``old`` in ``file`` becomes ``new``."""

    file: str
    old: str
    new: str


Edits = tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """From the seed with the edits ``before`` to the seed with the edits ``after``.

    ``note``: what is lost although the order is right, and why; empty: nothing has to be.
    """

    name: str
    title: str
    before: Edits
    after: Edits
    note: str = ""

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The documents of both states below ``folder``."""
        return documents(folder / "before", self.before), documents(folder / "after", self.after)


def documents(folder: Path, edits: Edits) -> Path:
    """The seed's documents with ``edits``. Raises: ValueError for an edit whose text is not there exactly once."""
    shutil.copytree(SEED, folder)
    for edit in edits:
        path = folder / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{edit.file} has {edit.old!r} {text.count(edit.old)} times")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    return folder


def _mode(vxlan: str) -> Edit:
    return Edit("pools.yaml", "vxlanMode: CrossSubnet", f"vxlanMode: {vxlan}")


CROSS: Edits = ()
ALWAYS: Edits = (_mode("Always"),)
NEVER: Edits = (
    _mode("Never"),
    Edit("pools.yaml", "disableBGPExport: true", "disableBGPExport: false"),
    Edit("cluster.yaml", "  cni: calico\n", "  cni: calico\n  switchRoutes: static\n"),
)
"""Nothing encapsulates: BIRD's routes on the nodes, static ones on the switch."""

VTEP_MAC = (*ALWAYS, Edit("nodes.yaml", "66:fb:ad:98:aa:13", "66:fb:ad:98:aa:31"))
VNI = (*ALWAYS, Edit("cluster.yaml", '    version: "3.30" ', '    vxlan: {vni: 4097}\n    version: "3.30" '))
RENUMBERED: Edits = (Edit("nodes.yaml", "10.10.10.11/24", "10.10.10.15/24"),)

AT_10 = """\
    eth1: {addresses: [10.10.10.12/24]}
  tunnel:
    vxlan: {address: 192.168.164.128, mac: "66:c7:4d:6e:6b:f3"}
  routes:
    - {dst: 10.10.20.0/24, via: 10.10.10.1, dev: eth1}
"""
AT_20 = AT_10.replace("10.10.20.0/24, via: 10.10.10.1", "10.10.10.0/24, via: 10.10.20.1").replace(
    "10.10.10.12/24", "10.10.20.12/24"
)
OTHER_VLAN: Edits = (
    Edit("nodes.yaml", AT_10, AT_20),
    Edit("switch.yaml", "to k01-worker2, access: 10", "to k01-worker2, access: 20"),
)


def _spare_block(node: str) -> Edits:
    """A block in which no pod lives yet."""
    head = "apiVersion: crd.projectcalico.org/v1\nkind: BlockAffinity\n"
    first = f"{head}metadata: {{name: k01-control-plane-192-168-23-64-26}}"
    spare = f"{head}metadata: {{name: {node}-192-168-50-0-26}}\nspec: {{node: {node}, cidr: 192.168.50.0/26}}\n---\n"
    return (Edit("affinities.yaml", first, spare + first),)


def _pool(name: str, cidr: str, absent: bool) -> str:
    annotations = ', annotations: {reconciler/absent: "true"}' if absent else ""
    return f"""\
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {{name: {name}{annotations}}}
spec:
  allowedUses: [Workload, Tunnel]
  assignmentMode: Automatic
  blockSize: 26
  cidr: {cidr}
  disableBGPExport: true
  ipipMode: Never
  natOutgoing: true
  nodeSelector: all()
  vxlanMode: CrossSubnet
"""


def _halves(absent: bool) -> Edit:
    """Two more pools below the seed's; no document, no deletion: what is not there yet is said to be absent."""
    last = "disableBGPExport: true\n"
    lower, upper = _pool("lower-half", "192.168.0.0/17", absent), _pool("upper-half", "192.168.128.0/17", absent)
    return Edit("pools.yaml", last, last + lower + upper)


WHOLE: Edits = (_halves(absent=True),)
SPLIT: Edits = (
    _halves(absent=False),
    Edit(
        "pools.yaml",
        "{name: default-ipv4-ippool, ",
        '{name: default-ipv4-ippool, annotations: {reconciler/absent: "true"}, ',
    ),
)

SCENARIOS: Sequence[Scenario] = (
    Scenario("cross-always", "CrossSubnet to Always", CROSS, ALWAYS),
    Scenario("always-cross", "Always to CrossSubnet", ALWAYS, CROSS),
    Scenario("always-never", "Always to Never", ALWAYS, NEVER),
    Scenario("never-cross", "Never to CrossSubnet", NEVER, CROSS),
    Scenario("vtep-mac", "VTEP MAC of a node", ALWAYS, VTEP_MAC),
    Scenario("vni", "VNI 4096 to 4097", ALWAYS, VNI),
    Scenario("renumbered", "node renumbered", CROSS, RENUMBERED),
    Scenario(
        "other-vlan",
        "node moved to VLAN 20",
        CROSS,
        OTHER_VLAN,
        note="a port is in one VLAN: what is sent between the switch's commit and the nodes' new routes is lost",
    ),
    Scenario("block", "block moved to a node", _spare_block("k01-worker"), _spare_block("k01-worker2")),
    Scenario("pool-split", "pool split into two", WHOLE, SPLIT),
)
