"""What the documents leave out and the cluster knows: node addresses, tunnel ends, affinities, Calico's version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.cluster.facts import NodeFacts
from reconciler.desired.documents import BGPConfiguration, BlockAffinity, FelixConfiguration, IPAMBlock, IPPool


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """One cluster as its API tells it; ``None`` is what nobody told, and the rows that need it stay unknown.

    ``pools`` and ``felix`` by name; ``version`` and ``cluster_type`` as ClusterInformation has them (``v3.30.2``).
    ``failed``: why the API, which should have told something, told nothing: then nothing of the cluster's tables is
    pruned or written.
    """

    version: str | None = None
    cluster_type: str | None = None
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    pools: Mapping[str, IPPool] | None = None
    affinities: Sequence[BlockAffinity] | None = None
    blocks: Sequence[IPAMBlock] | None = None
    felix: Mapping[str, FelixConfiguration] | None = None
    bgp: BGPConfiguration | None = None
    failed: str = ""

    def silence(self, cluster: str) -> str:
        """Why nothing of the cluster may be written for want of its own word; empty: it was told."""
        why = f"cluster {cluster} cannot be asked for what its documents leave out: {self.failed}"
        return why if self.failed else ""
