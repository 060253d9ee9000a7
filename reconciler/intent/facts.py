"""What the documents leave out and the cluster knows: node addresses, tunnel ends, affinities, Calico's version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.desired.documents import BlockAffinity, FelixConfiguration, IPAMBlock, IPPool


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """Annotations of one Kubernetes Node (libcalico-go, backend/k8s/resources/node.go), each by IP version.

    ``addresses`` carry their prefix length; ``tunnels`` and ``macs`` are Calico's VXLAN ends, a MAC only if overridden.
    """

    addresses: Mapping[int, str] = field(default_factory=dict)
    tunnels: Mapping[int, str] = field(default_factory=dict)
    macs: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """One cluster as its API tells it; what could not be read is empty, and the rows that need it stay unknown.

    ``pools`` by name (``None``: not read); ``version`` is ClusterInformation's ``calicoVersion`` (``v3.30.2``).
    """

    version: str | None = None
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    pools: Mapping[str, IPPool] | None = None
    affinities: Sequence[BlockAffinity] = ()
    blocks: Sequence[IPAMBlock] = ()
    felix: FelixConfiguration = field(default_factory=FelixConfiguration)
