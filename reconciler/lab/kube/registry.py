"""The kinds this server knows, in one table, and the API groups they are served under.

A kind may be served by two APIs (``projectcalico.org/v3`` and ``crd.projectcalico.org/v1``): the objects are the same,
only ``apiVersion`` differs in what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from . import columns
from .admission import Review
from .status import Cause
from .validate_ippool import SPEC_FIELDS as IPPOOL_FIELDS
from .validate_ippool import admit_ippool

CORE = "v1"
V3 = "projectcalico.org/v3"
CRD = "crd.projectcalico.org/v1"
APIS = (CORE, V3, CRD)
"""In the order kubectl searches them: `kubectl get ippools` means projectcalico.org/v3, as in a cluster with
Calico's API server, whose groupPriorityMinimum (1500) is above that of a custom resource (1000)."""


def admit_anything(_review: Review) -> Sequence[Cause]:
    """Kinds without rules of their own."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its names, where it is served, what `kubectl get` shows and who judges it.

    ``spec_fields`` names the fields a strict client may send; empty means any.
    ``merge_keys`` gives, for lists of objects, the field that identifies an entry in a strategic merge patch.
    """

    name: str
    plural: str
    apis: tuple[str, ...]
    columns: tuple[columns.Column, ...]
    short_names: tuple[str, ...] = ()
    admit: Callable[[Review], Sequence[Cause]] = admit_anything
    spec_fields: frozenset[str] = frozenset()
    merge_keys: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as one API serves it."""

    kind: Kind
    api: str

    @property
    def group(self) -> str:
        return self.api.rpartition("/")[0]

    @property
    def version(self) -> str:
        return self.api.rpartition("/")[2]

    @property
    def qualified(self) -> str:
        """``ippools.projectcalico.org``; a core kind has no group to name."""
        return f"{self.kind.plural}.{self.group}" if self.group else self.kind.plural

    @property
    def is_core(self) -> bool:
        """Built into Kubernetes; the others behave as custom resources do."""
        return self.api == CORE


NODE_MERGE_KEYS = {"conditions": "type", "addresses": "type"}

KINDS = (
    Kind("Node", "nodes", (CORE,), columns.NODE, short_names=("no",), merge_keys=NODE_MERGE_KEYS),
    Kind("IPPool", "ippools", (V3, CRD), columns.IPPOOL, admit=admit_ippool, spec_fields=IPPOOL_FIELDS),
    Kind("BlockAffinity", "blockaffinities", (V3, CRD), columns.AFFINITY),
    Kind("ClusterInformation", "clusterinformations", (V3, CRD), columns.CLUSTER_INFORMATION),
    Kind("IPAMBlock", "ipamblocks", (CRD,), columns.IPAM_BLOCK),
)


def resources(api: str) -> Iterator[Resource]:
    """Everything that one API serves."""
    return (Resource(kind, api) for kind in KINDS if api in kind.apis)


@cache
def find(api: str, plural: str) -> Resource | None:
    """The resource at ``/apis/<api>/<plural>``, or None."""
    return next((resource for resource in resources(api) if resource.kind.plural == plural), None)


def kind_named(name: str) -> Kind:
    """The kind a document calls itself by; KeyError for one that is not served."""
    return {kind.name: kind for kind in KINDS}[name]
