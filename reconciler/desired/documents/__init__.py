"""The kinds of documents, one model for the ``spec`` of each."""

from __future__ import annotations

from reconciler.desired.documents.calico import (
    BGPConfiguration,
    BlockAffinity,
    ClusterInformation,
    FelixConfiguration,
    IPAMBlock,
    IPPool,
)
from reconciler.desired.documents.cluster import Cluster
from reconciler.desired.documents.node import Node
from reconciler.desired.documents.spec import Spec
from reconciler.desired.documents.switch import Switch

OWN_KINDS: dict[str, type[Spec]] = {kind.__name__: kind for kind in (Switch, Node, Cluster)}
CALICO_KINDS: dict[str, type[Spec]] = {
    kind.__name__: kind
    for kind in (IPPool, BlockAffinity, FelixConfiguration, BGPConfiguration, IPAMBlock, ClusterInformation)
}
KINDS: dict[str, type[Spec]] = OWN_KINDS | CALICO_KINDS
OWN_API = "reconciler/v1"
CALICO_APIS = ("projectcalico.org/v3", "crd.projectcalico.org/v1")

__all__ = [
    "CALICO_APIS",
    "CALICO_KINDS",
    "KINDS",
    "OWN_API",
    "OWN_KINDS",
    "BGPConfiguration",
    "BlockAffinity",
    "Cluster",
    "ClusterInformation",
    "FelixConfiguration",
    "IPAMBlock",
    "IPPool",
    "Node",
    "Spec",
    "Switch",
]
