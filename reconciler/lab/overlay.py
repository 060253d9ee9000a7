"""Which CNI a lab is for, in which mode, and over which IP versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import unknown


@dataclass(frozen=True, slots=True)
class Mode:
    """What a mode asks of the world. ``vxlan`` is the ``vxlanMode`` of Calico's pools."""

    tunnelled: bool = True
    one_vlan: bool = False
    """Nodes must be neighbours: nothing on the way knows the pods' networks."""
    vxlan: str = "Never"


MODES: Mapping[str, Mapping[str, Mode]] = {
    "calico": {
        "vxlan-crosssubnet": Mode(vxlan="CrossSubnet"),
        "vxlan": Mode(vxlan="Always"),
        "none": Mode(tunnelled=False),
        "none-felix": Mode(tunnelled=False, one_vlan=True),
    },
    "flannel": {
        "vxlan": Mode(),
        "vxlan-directrouting": Mode(),
        "host-gw": Mode(tunnelled=False, one_vlan=True),
    },
}
"""What this kernel can run, by CNI; the first is the default.

``none``: BIRD's routes over the gateways, and static ones on the switch; ``none-felix``: Felix's, which are onlink.
"""
CNIS = tuple(MODES)
FAMILIES = {"4": (4,), "6": (6,), "dual": (4, 6)}
DEVICES = {"calico": {4: "vxlan.calico", 6: "vxlan-v6.calico"}, "flannel": {4: "flannel.1", 6: "flannel-v6.1"}}
UNDERLAY_MTU = 1500


@dataclass(frozen=True, slots=True)
class Overlay:
    """The overlay of a lab; ``family`` is ``4``, ``6`` or ``dual``."""

    cni: str = "calico"
    mode: str = "vxlan-crosssubnet"
    family: str = "4"

    @property
    def seeds(self) -> bool:
        """Whether it is the seed's own, whose documents are the repository's ``desired/``."""
        return self == SEEDS

    @property
    def versions(self) -> tuple[int, ...]:
        """IP versions, 4 before 6."""
        return FAMILIES[self.family]

    @property
    def what(self) -> Mode:
        return MODES[self.cni][self.mode]

    @property
    def one_vlan(self) -> bool:
        """Whether all nodes have to be in one subnet: the switch's documents know no IPv6 routing."""
        return self.what.one_vlan or 6 in self.versions

    @property
    def why_one_vlan(self) -> str:
        """The reason for ``one_vlan``, as a sentence without its end."""
        if self.what.one_vlan:
            return f"{self.mode} sends pods' packets straight to the other node"
        return "the switch of a lab bridges IPv6 and does not route it"

    @property
    def plugins(self) -> bool:
        """Whether CNI's own plugins wire the pods."""
        return self.cni == "flannel"

    @property
    def pod_mtu(self) -> int:
        """Calico: the smallest that its devices allow. Flannel takes 50 off for both versions (FLANNEL_MTU)."""
        if not self.what.tunnelled:
            return UNDERLAY_MTU
        return UNDERLAY_MTU - (70 if 6 in self.versions and self.cni == "calico" else 50)

    def device(self, version: int) -> str:
        """The VXLAN device of an IP version."""
        return DEVICES[self.cni][version]


SEEDS = Overlay()


def chosen(cni: str, mode: str | None, family: str) -> Overlay:
    """The overlay that the words of ``lab up`` name; without a mode the CNI's default one.

    IPv6 has all nodes in one subnet, where CrossSubnet would never tunnel: there the default is ``vxlan``.
    """
    if mode is None:
        mode = next(iter(MODES[cni])) if family == "4" else "vxlan"
    if mode not in MODES[cni]:
        raise unknown(f"mode of {cni}", mode, MODES[cni])
    return Overlay(cni, mode, family)
