"""What the cluster knows and the documents leave out, from the readings of the nodes where kubectl answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from reconciler.cluster import facts as told
from reconciler.core.resource import Resource
from reconciler.desired.documents import (
    BGPConfiguration,
    BlockAffinity,
    Cluster,
    FelixConfiguration,
    IPAMBlock,
    IPPool,
    Spec,
)
from reconciler.desired.repository import Repository
from reconciler.engine.observe import Sight
from reconciler.intent.cluster import is_complete
from reconciler.intent.facts import ClusterFacts

S = TypeVar("S", bound=Spec)


def cluster_facts(repository: Repository, sights: Mapping[str, Sight]) -> dict[str, ClusterFacts]:
    """Facts by cluster, of those whose ``apiNode`` is looked at; whose documents are complete, its pools alone."""
    clusters = [document for document in repository.of(Cluster) if document.spec.api_node in sights]
    return {c.name: _facts(sights[str(c.spec.api_node)], is_complete(repository, c)) for c in clusters}


def _facts(sight: Sight, complete: bool) -> ClusterFacts:
    if sight.reading is None:
        return ClusterFacts(failed="" if complete else f"{sight.device} is {sight.status}")
    silent = sight.reading.unread.get("ippool", "")
    if silent:
        return ClusterFacts(failed="" if complete else silent)
    pools = _pools(sight.reading.found.values())
    known = sight.reading.facts.get("cluster")
    if complete or not isinstance(known, told.ClusterFacts):  # not asked; or planned from a file, which has no facts
        return ClusterFacts(pools=pools)
    return ClusterFacts(failed=known.missing) if known.missing else _told(known, pools)


def _told(known: told.ClusterFacts, pools: Mapping[str, IPPool] | None) -> ClusterFacts:
    """Rows of affinities that nobody told stay unknown; settings and blocks would be taken for none."""
    blocks, felix = _fitting(IPAMBlock, known.blocks), _fitting(FelixConfiguration, _specs(known.felix))
    bgp = _fitting(BGPConfiguration, _listed(known.bgp))
    settings = (("felixconfigurations", known.felix, felix), ("bgpconfigurations", known.bgp, bgp))
    for kind, given, fitting in (("ipamblocks", known.blocks, blocks), *settings):
        if given is not None and fitting is None:
            return ClusterFacts(failed=f"{kind} have a form that is not known")
    return ClusterFacts(
        version=known.calico_version,
        nodes=known.nodes,
        pools=pools,
        affinities=_fitting(BlockAffinity, known.affinities),
        blocks=blocks,
        cluster_type=known.cluster_type,
        felix=None if felix is None else dict(zip(known.felix or (), felix, strict=True)),
        bgp=bgp[0] if bgp else None,
    )


def _pools(rows: Iterable[Resource]) -> Mapping[str, IPPool] | None:
    """The live pools by name; ``None`` where one of them has a form that we do not know."""
    specs = {row.name: _spec(row.values) for row in rows if row.kind == "ippool"}
    fitting = _fitting(IPPool, specs.values())
    return None if fitting is None else dict(zip(specs, fitting, strict=True))


def _specs(by_name: Mapping[str, Mapping[str, Any]] | None) -> Sequence[Mapping[str, Any]] | None:
    return None if by_name is None else list(by_name.values())


def _listed(spec: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]] | None:
    return None if spec is None else [spec]


def _spec(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != "name"}


def _fitting(model: type[S], specs: Iterable[Mapping[str, Any]] | None) -> Sequence[S] | None:
    """What the cluster tells in a form that we do not know is not told at all: a part of it is not the whole."""
    if specs is None:
        return None
    try:
        return [model.model_validate(spec) for spec in specs]
    except ValidationError:
        return None
