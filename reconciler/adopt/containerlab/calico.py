"""Calico's Installation, as its operator would carry it out: the IPPools that it makes, and what Felix is told.

Its fields and their defaults: tigera/operator, api/v1/installation_types.go and pkg/controller/installation/defaults.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, NamedTuple

from reconciler.adopt.adopted import Remark
from reconciler.adopt.containerlab.manifests import Manifest
from reconciler.desired.style import Draft
from reconciler.desired.tree import Tree

ENCAPSULATIONS = {
    "IPIP": ("Always", "Never"),
    "IPIPCrossSubnet": ("CrossSubnet", "Never"),
    "VXLAN": ("Never", "Always"),
    "VXLANCrossSubnet": ("Never", "CrossSubnet"),
    "None": ("Never", "Never"),
}
"""``ipipMode`` and ``vxlanMode`` of the pool."""
COPIED = ("nodeSelector", "allowedUses", "assignmentMode", "disableBGPExport")
ONE_POOL = 32
POOL_FIELDS = frozenset({"name", "cidr", "encapsulation", "blockSize", "natOutgoing", "disableNewAllocations", *COPIED})


class Autodetection(NamedTuple):
    """How Calico finds a node's address: networks, interfaces by pattern; all empty: the first that it finds."""

    cidrs: tuple[str, ...] = ()
    interface: str = ""


class Installed(NamedTuple):
    """What an Installation leads to, and its file and line. ``mtu``: of the tunnels, None: found by Calico itself."""

    place: tuple[str, int]
    pools: tuple[Draft, ...]
    detect4: Autodetection
    detect6: Autodetection
    mtu: int | None


def installed(manifest: Manifest) -> tuple[Installed, list[Remark]]:
    remarks: list[Remark] = []
    network = manifest.tree.nearest(("spec", "calicoNetwork"))
    if manifest.tree.nearest(("spec",)).child("calicoNetwork") is not network:
        network = Tree({}, manifest.line, 1)
    listed = network.child("ipPools")
    trees = listed.value if listed is not None and isinstance(listed.value, list) else []
    if len(trees) > ONE_POOL:
        remarks.append(Remark(manifest.file, trees[ONE_POOL].line, "more pools", f"Calico takes {ONE_POOL}; left out"))
    pools = tuple(
        _pools(trees[:ONE_POOL], bgp=_text(network, "bgp") != "Disabled", file=manifest.file, remarks=remarks)
    )
    if not trees:
        why = "its operator makes one from the pod network; say it as an IPPool"
        remarks.append(Remark(manifest.file, network.line, "an Installation without ipPools", why))
    if _text(network, "linuxDataplane") not in ("", "Iptables", "Nftables"):
        plane = network.nearest(("linuxDataplane",))
        why = "its rows are not what Felix writes for iptables; set the Cluster's mode to audit"
        remarks.append(Remark(manifest.file, plane.line, f"linuxDataplane {plane.value}", why))
    mtu, place = network.nearest(("mtu",)).value, (manifest.file, manifest.line)
    detect = [_autodetection(network, f"nodeAddressAutodetectionV{version}") for version in (4, 6)]
    return Installed(place, pools, detect[0], detect[1], mtu if type(mtu) is int else None), remarks


def _pools(trees: list[Tree], *, bgp: bool, file: str, remarks: list[Remark]) -> Iterator[Draft]:
    names: set[str] = set()
    for tree in trees:
        try:
            network = ip_network(_text(tree, "cidr"))
        except ValueError:
            place, said = tree.nearest(("cidr",)), _text(tree, "cidr")
            what = f"cidr {said!r}" if said else "a pool without a cidr"
            remarks.append(Remark(file, place.line, what, "not a prefix; the pool is left out" if said else "left out"))
            continue
        name = _text(tree, "name") or _generated(network.version, str(network), names)
        if name in names:
            remarks.append(Remark(file, tree.line, f"a second pool {name}", "left out"))
            continue
        names.add(name)
        yield Draft("IPPool", name, _pool(tree, network.version, bgp=bgp), notes=_notes(tree, name, file))
        more = [key for key in tree.value if key not in POOL_FIELDS]
        why = "not known here; left out"
        remarks += [Remark(file, tree.keys[key][0], f"{key} of pool {name}", why) for key in more]


def _generated(version: int, cidr: str, names: set[str]) -> str:
    """The operator calls the first pool of each IP version so, further ones by their prefix."""
    first = f"default-ipv{version}-ippool"
    return first if first not in names else cidr.replace(".", "-").replace(":", "-").replace("/", "-")


def _notes(tree: Tree, name: str, file: str) -> dict[tuple[str | int, ...], str]:
    return {} if _text(tree, "name") else {(): f"{file} gives it no name: check that the operator called it {name}"}


def _pool(tree: Tree, version: int, *, bgp: bool) -> dict[str, Any]:
    """As the operator writes it; without BGP what is not said is VXLAN."""
    default = "VXLAN" if not bgp else "IPIP" if version == 4 else "None"
    ipip, vxlan = ENCAPSULATIONS.get(_text(tree, "encapsulation") or default, ("Never", "Never"))
    size = tree.nearest(("blockSize",)).value
    copied = {name: tree.nearest((name,)).plain() for name in COPIED if tree.child(name) is not None}
    return {
        "cidr": _text(tree, "cidr"),
        "blockSize": size if type(size) is int else 26 if version == 4 else 122,
        "ipipMode": ipip,
        "vxlanMode": vxlan,
        "natOutgoing": _text(tree, "natOutgoing") != "Disabled",
        "nodeSelector": "all()",
        **({"disabled": True} if tree.nearest(("disableNewAllocations",)).value is True else {}),
        **copied,
    }


def _autodetection(network: Tree, name: str) -> Autodetection:
    given = network.child(name)
    if given is None:
        return Autodetection()
    cidrs = given.child("cidrs")
    listed = [str(one.value) for one in cidrs.value] if cidrs is not None and isinstance(cidrs.value, list) else []
    return Autodetection(tuple(listed), _text(given, "interface"))


def _text(tree: Tree, key: str) -> str:
    value = tree.child(key)
    return value.value if value is not None and isinstance(value.value, str) else ""
