"""Kubernetes manifests beside a topology: kind's cluster files, Calico's Installation, and Calico's own objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reconciler.adopt.adopted import NotRead, Remark, Sources, readable
from reconciler.desired import recognise
from reconciler.desired.compose import compose
from reconciler.desired.documents import CALICO_APIS, CALICO_KINDS
from reconciler.desired.tree import Tree

MOST_FILES = 500
KIND_API = "kind.x-k8s.io/"
OPERATOR_API = "operator.tigera.io/"
TOPOLOGY = (".clab.yaml", ".clab.yml")
MADE_BY_CONTAINERLAB = "clab-"
"""How the folders begin that it keeps labs in: copies of what we read, and keys."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document; ``api``, ``kind`` and ``name`` may be empty."""

    file: str
    tree: Tree
    api: str
    kind: str
    name: str

    @property
    def line(self) -> int:
        return self.tree.line


@dataclass(slots=True)
class Manifests:
    """What was found: cluster files by their path, Installations, and Calico's objects in reading order."""

    installations: list[Manifest] = field(default_factory=list)
    objects: list[Manifest] = field(default_factory=list)
    clusters: dict[str, Manifest] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def manifests(sources: Sources, topology: str) -> Manifests:
    """All below the topology's folder, other labs' folders left out. Files that cannot be read are told, not fatal."""
    found = Manifests()
    folder = str(PurePosixPath(topology).parent)
    names = list(sources.names(folder))
    elsewhere = _other_labs(names, topology)
    ours = [name for name in names if not name.endswith(TOPOLOGY) and not _is_below(name, elsewhere)]
    if len(ours) > MOST_FILES:
        more = f"{len(ours) - MOST_FILES} YAML files beyond the first {MOST_FILES}"
        found.remarks.append(Remark(folder, 1, more, "not looked at; import from a folder of the lab's own"))
    for name in ours[:MOST_FILES]:
        for manifest in _read(sources, name, found.remarks):
            _sort_in(manifest, found)
    return found


def _other_labs(names: list[str], topology: str) -> set[PurePosixPath]:
    own = PurePosixPath(topology).parent
    return {PurePosixPath(name).parent for name in names if name.endswith(TOPOLOGY)} - {own}


def _is_below(name: str, folders: set[PurePosixPath]) -> bool:
    path = PurePosixPath(name)
    return not folders.isdisjoint(path.parents) or any(
        part.startswith(MADE_BY_CONTAINERLAB) for part in path.parts[:-1]
    )


def _read(sources: Sources, name: str, remarks: list[Remark]) -> Iterator[Manifest]:
    try:
        trees, faults = compose(readable(sources, name))
    except NotRead as error:
        remarks.append(Remark(name, error.line, error.what, error.right))
        return
    remarks += [Remark(name, fault.line, fault.what, fault.right) for fault in faults if trees]
    for tree in trees:
        for item in recognise.items(tree):
            if isinstance(item.value, dict):
                head = recognise.head(item)
                yield Manifest(name, item, head.api, head.kind, head.name)


def _sort_in(manifest: Manifest, found: Manifests) -> None:
    if manifest.api.startswith(KIND_API) and manifest.kind == "Cluster":
        found.clusters.setdefault(manifest.file, manifest)
    elif manifest.api.startswith(OPERATOR_API) and manifest.kind == "Installation":
        found.installations.append(manifest)
    elif manifest.api in CALICO_APIS and manifest.kind in CALICO_KINDS:
        found.objects.append(manifest)
    elif manifest.api in CALICO_APIS:
        what = f"{manifest.kind} {manifest.name}".rstrip()
        found.remarks.append(Remark(manifest.file, manifest.line, what, "decides nothing of ours; apply it as before"))
