"""What the cluster knows and the documents leave out, from the readings of the nodes where kubectl answers."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.desired.repository import Repository
from reconciler.engine.observe import Sight
from reconciler.intent.facts import ClusterFacts


def cluster_facts(repository: Repository, sights: Mapping[str, Sight]) -> dict[str, ClusterFacts]:
    """Facts by cluster; a cluster whose ``apiNode`` could not be read has none, and its rows may stay unknown."""
    return {}
