"""IPPool documents as resources of the node through which a cluster's API is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.cluster.ippool import IPPool
from reconciler.core.resource import Key, Resource, State
from reconciler.desired.documents import Cluster
from reconciler.desired.documents import IPPool as PoolSpec
from reconciler.desired.repository import Document, Repository
from reconciler.intent.wish import Owns, Part, Row


def parts(repository: Repository) -> Iterator[Part]:
    """Pools go to every Calico cluster with an ``apiNode``: nothing in a pool's manifest names a cluster."""
    for cluster in repository.of(Cluster):
        if cluster.spec.cni == "calico" and cluster.spec.api_node is not None:
            yield PoolsPart(cluster, repository.of(PoolSpec))


@dataclass(frozen=True, slots=True)
class PoolClaim:
    """Pools that a document names, to have or to remove; all others are foreign and never deleted."""

    named: frozenset[Key]

    def owns(self, resource: Resource) -> bool:
        return resource.key in self.named

    def otherwise(self, resource: Resource) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class PoolsPart(Part):
    cluster: Document[Cluster]
    pools: Sequence[Document[PoolSpec]]

    @property
    def audit(self) -> bool:
        return self.cluster.spec.mode == "audit"

    @property
    def devices(self) -> Sequence[str]:
        return (self.cluster.spec.api_node,) if self.cluster.spec.api_node is not None else ()

    def rows(self, device: str) -> Iterator[Row]:
        """Only what the manifest writes is wanted: other fields keep Calico's defaults or somebody else's values."""
        for pool in self.pools:
            if not pool.is_absent:
                yield IPPool(pool=pool.name, spec=pool.spec.written(), origin=pool.origin())

    def claim(self, device: str, declared: State, owns: Owns) -> PoolClaim:
        return PoolClaim(frozenset(Key(IPPool.kind, pool.name) for pool in self.pools))
