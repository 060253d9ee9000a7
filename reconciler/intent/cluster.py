"""Cluster documents: who fills the tables of which cluster. A CNI costs a line here and a room of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reconciler.desired.documents import Cluster, Switch
from reconciler.desired.repository import Document, Repository
from reconciler.intent import cilium
from reconciler.intent.calico import sources
from reconciler.intent.calico.part import CalicoPart
from reconciler.intent.calico.sources import Sources
from reconciler.intent.calico.switch_routes import SwitchRoutesPart
from reconciler.intent.facts import ClusterFacts
from reconciler.intent.flannel import part as flannel
from reconciler.intent.wish import Part

Compiler = Callable[[Repository, Document[Cluster], ClusterFacts], Iterator[Part]]


def _calico(repository: Repository, cluster: Document[Cluster], facts: ClusterFacts) -> Iterator[Part]:
    calico = CalicoPart(Sources(repository, cluster, facts))
    yield calico
    yield SwitchRoutesPart(calico, repository.of(Switch))


def _nothing(repository: Repository, cluster: Document[Cluster], facts: ClusterFacts) -> Iterator[Part]:
    yield from ()


COMPILERS: Mapping[str, Compiler] = {
    "calico": _calico,
    "flannel": flannel.parts,
    "cilium": cilium.parts,
    "none": _nothing,
}
COMPLETE: Mapping[str, Callable[[Repository, Document[Cluster]], bool]] = {
    "calico": sources.is_complete,
    "flannel": flannel.is_complete,
    "cilium": cilium.is_complete,
    "none": lambda repository, cluster: True,
}


def parts(repository: Repository, facts: Mapping[str, ClusterFacts]) -> Iterator[Part]:
    """What every cluster wants of its nodes; ``facts`` by the cluster's name."""
    for cluster in repository.of(Cluster):
        yield from COMPILERS[cluster.spec.cni](repository, cluster, facts.get(cluster.name, ClusterFacts()))


def is_complete(repository: Repository, cluster: Document[Cluster]) -> bool:
    """Whether the documents hold all that is otherwise looked up in the cluster (contract, section 2)."""
    return COMPLETE[cluster.spec.cni](repository, cluster)
