"""What is legal in a flannel cluster's documents, and loses packets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from reconciler.desired.codes import Code
from reconciler.desired.documents import Cluster, Node
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document, Repository
from reconciler.intent.flannel.backends import BACKENDS
from reconciler.intent.mtu import OVERHEAD
from reconciler.intent.network import Family
from reconciler.intent.podcidr import Peer, dev_to
from reconciler.intent.underlay import declared_mtus
from reconciler.intent.wish import problem

Peers = Sequence[tuple[Family, Mapping[str, Peer]]]
"""By family in use: every node of the cluster."""


def warnings(repository: Repository, cluster: Document[Cluster], peers: Peers) -> Iterator[Problem]:
    kind = cluster.spec.flannel.backend.type
    if kind not in BACKENDS:
        what = f"flannel's backend {kind} is not compiled, its rows are neither planned nor pruned"
        yield _warning(cluster, Code.BACKEND_NOT_COMPILED, what, f"one of {', '.join(BACKENDS)}", "type")
    elif kind == "host-gw":
        yield from _cut_off(cluster, peers)
    elif cluster.spec.flannel.backend.mtu is not None:
        yield from _too_large(repository, cluster, peers)
    elif kind == "vxlan" and cluster.spec.flannel.network6 is not None:
        what = "flannel gives pods an MTU 50 below the underlay's, the kernel takes 70 on flannel-v6: 20 are too many"
        yield _warning(cluster, Code.MTU_TOO_LARGE, what, "backend.mtu 20 below the underlay's")


def _cut_off(cluster: Document[Cluster], peers: Peers) -> Iterator[Problem]:
    """host-gw needs all nodes in one subnet; the first one that is not alone with it stands for all."""
    for _, known in peers:
        told = [peer for peer in known.values() if peer.address and peer.connected is not None]
        apart = ((me, [p.name for p in told if p is not me and not dev_to(me, p)]) for me in told)
        for me, far in islice((pair for pair in apart if pair[1]), 1):
            what = f"pods of {me.name} cannot reach those of {_some(far)}: host-gw routes within one subnet only"
            yield _warning(cluster, Code.PODS_CUT_OFF, what, "backend: {type: vxlan, directRouting: true}", "type")


def _too_large(repository: Repository, cluster: Document[Cluster], peers: Peers) -> Iterator[Problem]:
    """``backend.mtu`` stands for the underlay's: flannel takes the overhead off it, for VXLAN 50 in both families."""
    nodes = {document.name: declared_mtus(document.spec) for document in repository.of(Node)}
    wanted, kind = cluster.spec.flannel.backend.mtu or 0, cluster.spec.flannel.backend.type
    for family, known in peers:
        more = OVERHEAD["vxlan", family.version] - OVERHEAD["vxlan", 4] if kind == "vxlan" else 0
        room = {peer.name: nodes.get(peer.name, {}).get(peer.dev or "") for peer in known.values()}
        small = {name: mtu - more for name, mtu in room.items() if mtu is not None and mtu - more < wanted}
        if small:
            least = min(small.values())
            what = f"pods send larger packets than the underlay of {_some(list(small))} carries"
            yield _warning(
                cluster,
                Code.MTU_TOO_LARGE,
                f"{what} (IPv{family.version})",
                f"use {least}, or raise the underlay's",
                "mtu",
            )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _warning(cluster: Document[Cluster], code: Code, what: str, right: str, *path: str) -> Problem:
    return problem(cluster, code, what, right, "flannel", "backend", *path, severity="warning")
