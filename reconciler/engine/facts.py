"""What the cluster knows and the documents leave out, from the readings of the nodes where kubectl answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from reconciler.cluster import facts as told
from reconciler.desired.documents import BlockAffinity, FelixConfiguration, IPAMBlock, IPPool, Spec
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Sight
from reconciler.intent.facts import ClusterFacts, NodeFacts

S = TypeVar("S", bound=Spec)


def cluster_facts(repository: Repository, sights: Mapping[str, Sight]) -> dict[str, ClusterFacts]:
    """Facts by cluster; a cluster whose ``apiNode`` could not be read has none, and its rows may stay unknown."""
    found = ((document.name, sights.get(document.spec.api_node or "")) for document in repository.of("Cluster"))
    return {cluster: facts for cluster, sight in found for facts in _facts(sight)}


def _facts(sight: Sight | None) -> Iterator[ClusterFacts]:
    if sight is None or sight.reading is None:
        return
    known = sight.reading.facts.get("cluster")
    if not isinstance(known, told.ClusterFacts):
        return
    pools = [row for row in sight.reading.found.values() if row.kind == "ippool"]
    readable = "ippool" not in sight.reading.unread
    yield ClusterFacts(
        version=known.calico_version,
        nodes={name: NodeFacts(node.addresses, node.tunnels, node.macs) for name, node in known.nodes.items()},
        pools={row.name: pool for row in pools for pool in _fitting(IPPool, [_spec(row.values)])} if readable else None,
        affinities=list(_fitting(BlockAffinity, known.affinities)),
        blocks=list(_fitting(IPAMBlock, known.blocks)),
        felix=next(_fitting(FelixConfiguration, [known.felix]), FelixConfiguration()),
    )


def _spec(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != "name"}


def _fitting(model: type[S], specs: Iterable[Mapping[str, Any]] | Sequence[Mapping[str, Any]]) -> Iterator[S]:
    """What the cluster tells in a form that we do not know is not told at all: the rows that need it stay unknown."""
    for spec in specs:
        try:
            yield model.model_validate(spec)
        except ValidationError:
            continue
