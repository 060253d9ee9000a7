"""The cluster of a topology and Calico's own objects as documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.adopt.adopted import Made, Remark
from reconciler.adopt.containerlab.calico import Installed
from reconciler.adopt.containerlab.kind import KindCluster
from reconciler.adopt.containerlab.manifests import Manifest
from reconciler.adopt.drafting import all_at, drafted
from reconciler.desired.style import Draft

LOOKED_UP = "Tunnel addresses, block affinities and Calico's version are read from it, with kubectl on apiNode."
OWN_NETWORK = "Its own network is none that we know, so its rows are left alone."
NO_CNI = "No Calico Installation is beside the topology: say which CNI it has."


def cluster_draft(kind: KindCluster, calico: Installed | None, has_objects: bool, file: str) -> Made:
    """``has_objects``: there are objects of Calico's own beside the topology."""
    is_calico = calico is not None or has_objects
    spec: dict[str, Any] = {
        "cni": "calico" if is_calico else "none",
        "nodes": [node.name for node in kind.nodes],
        "apiNode": kind.control_plane,
    }
    if calico is not None and calico.mtu:
        spec["calico"] = {"vxlan": {"mtu": calico.mtu}}
    more = LOOKED_UP if is_calico else OWN_NETWORK if kind.own_network else NO_CNI
    comment = f"{kind.name}: the cluster that kind makes. {more}"
    return drafted(Draft("Cluster", kind.name, spec, comment), all_at(file, 1))


def object_drafts(objects: Iterable[Manifest], calico: Installed | None) -> list[Made]:
    """Calico's objects as they stand; of an IPPool that is there twice the manifest counts, not the Installation."""
    made: dict[tuple[str, str], Made] = {}
    for one in objects:
        place = (one.kind, one.name)
        if not one.name or place in made:
            why = "it has no name; left out" if not one.name else "there is one already; left out"
            made[one.kind, f"{one.file}:{one.line}"] = (
                None,
                [Remark(one.file, one.line, f"{one.kind} {one.name}", why)],
            )
            continue
        spec = one.tree.nearest(("spec",)).plain() if one.tree.child("spec") is not None else {}
        at = all_at(one.file, one.line)
        made[place] = drafted(Draft(one.kind, one.name, spec if isinstance(spec, dict) else {}), at)
    if calico is not None:
        for pool in calico.pools:
            made.setdefault((pool.kind, pool.name), drafted(pool, all_at(*calico.place)))
    return list(made.values())
