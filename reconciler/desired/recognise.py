"""Which kind a document is, whether it is one of ours to read, and whether it fits its model."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.documents import CALICO_APIS, CALICO_KINDS, KINDS, OWN_API, OWN_KINDS, Spec
from reconciler.desired.documents.metadata import CalicoEnvelope, CalicoMetadata, Envelope, Metadata
from reconciler.desired.invalid import empties, merged, validated
from reconciler.desired.mend import judged
from reconciler.desired.repository import Document, Ignored
from reconciler.desired.suggestion import did_you_mean
from reconciler.desired.tree import Tree

OWN_GROUP = OWN_API.partition("/")[0]
CALICO_GROUPS = tuple(api.partition("/")[0] for api in CALICO_APIS)
ELSEWHERE = ("Inventory", "Settings")
"""Kinds of our own that have files of their own: among desired state they are ignored."""
ALIKE = 0.8
CALICO_SPELT = {spelt.lower(): kind for kind in CALICO_KINDS for spelt in (kind, f"{kind}s")}
"""Kinds of Calico's as somebody may write them; those that it does not have are no other ones of its many kinds."""
S = TypeVar("S", bound=Spec)


class Head(NamedTuple):
    """The words that tell what a document is; empty where they are missing or no texts."""

    api: str
    kind: str
    name: str


def items(tree: Tree) -> Iterator[Tree]:
    """The documents in what kubectl prints: a ``List`` holds many, an empty document none."""
    if tree.value is None:
        return
    kind, inner = _text(tree, "kind"), tree.child("items")
    if not kind.endswith("List") or inner is None or not isinstance(inner.value, list):
        yield tree
        return
    for item in inner.value:
        yield from items(_inheriting(item, tree, kind.removesuffix("List")))


def _inheriting(item: Tree, parent: Tree, kind: str) -> Tree:
    """``kubectl get --raw`` writes kind and apiVersion on the list alone (``IPPoolList``)."""
    if isinstance(item.value, dict) and kind and "kind" not in item.value:
        item.value["kind"] = Tree(kind, item.line, item.col)
        item.value.setdefault("apiVersion", parent.child("apiVersion") or Tree(None, item.line, item.col))
    return item


def head(tree: Tree) -> Head:
    metadata = tree.child("metadata") or tree
    return Head(_text(tree, "apiVersion"), _text(tree, "kind"), _text(metadata, "name") if metadata is not tree else "")


def _text(tree: Tree, key: str) -> str:
    value = tree.child(key)
    return value.value if value is not None and isinstance(value.value, str) else ""


def misfit(tree: Tree, what: Head) -> Fault | None:
    """Why this cannot be a document at all, or not the one that was meant."""
    place = (tree.line, tree.col)
    if not isinstance(tree.value, dict):
        return Fault(
            *place, Code.NOT_A_DOCUMENT, "not a document", "expected a mapping with apiVersion, kind, metadata and spec"
        )
    for field, value in (("apiVersion", what.api), ("kind", what.kind)):
        if not value:
            return Fault(
                *tree.key_place((field,)),
                Code.MISSING_FIELD,
                f"{field} is missing",
                f"add it, such as {field}: {_example(field)}",
            )
    return _wrong_kind(tree, what) or _wrong_api(tree, what)


def _example(field: str) -> str:
    return OWN_API if field == "apiVersion" else "Node"


def _wrong_kind(tree: Tree, what: Head) -> Fault | None:
    kind = tree.nearest(("kind",))
    meant = CALICO_SPELT.get(what.kind.lower(), what.kind) if what.api in CALICO_APIS else what.kind
    if meant != what.kind:
        return Fault(kind.line, kind.col, Code.UNKNOWN_KIND, f"unknown kind {what.kind!r}", f"did you mean {meant!r}?")
    if what.api != OWN_API or what.kind in (*OWN_KINDS, *ELSEWHERE):
        return None
    known = [*OWN_KINDS, *ELSEWHERE]
    right = f"use apiVersion: {CALICO_APIS[0]}" if what.kind in CALICO_KINDS else did_you_mean(what.kind, known)
    return Fault(kind.line, kind.col, Code.UNKNOWN_KIND, f"unknown kind {what.kind!r} of {OWN_API}", right)


def _wrong_api(tree: Tree, what: Head) -> Fault | None:
    """A version that we do not speak, or a slip of the pen; any other API is simply none of ours."""
    group = what.api.partition("/")[0]
    ours = group == OWN_GROUP or (what.kind in OWN_KINDS and SequenceMatcher(None, what.api, OWN_API).ratio() >= ALIKE)
    calico = group in CALICO_GROUPS and what.kind in CALICO_KINDS
    if what.api in (OWN_API, *CALICO_APIS) or not (ours or calico):
        return None
    api = tree.nearest(("apiVersion",))
    right = f"expected {OWN_API if ours else ' or '.join(CALICO_APIS)}"
    return Fault(api.line, api.col, Code.UNKNOWN_API_VERSION, f"unknown apiVersion {what.api!r}", right)


def ignored(tree: Tree, what: Head, file: str) -> Ignored | None:
    """The entry for the list of what we have no use for, or None."""
    if (what.api == OWN_API and what.kind in OWN_KINDS) or (what.api in CALICO_APIS and what.kind in CALICO_KINDS):
        return None
    return Ignored(file, tree.line, what.kind, what.name)


def document(tree: Tree, what: Head, file: str) -> tuple[Document[Any] | None, list[Fault]]:
    """The document, and all that does not fit the model of its kind: the document is then what it would be without."""
    if what.kind in OWN_KINDS:
        return own(tree, what.kind, KINDS[what.kind], file)
    data = tree.plain()
    envelope, found = validated(CalicoEnvelope, data, tree)
    inner = data.get("spec", {})
    if not isinstance(inner, dict):
        return None, found
    spec, more = judged(KINDS[what.kind], inner, tree.child("spec") or Tree({}, tree.line, tree.col))
    if envelope is None or spec is None:
        return None, found + more
    return _document(what.kind, envelope.metadata, spec, file, tree), more


def own(
    tree: Tree, kind: str, model: type[S], file: str, base: Path | None = None
) -> tuple[Document[S] | None, list[Fault]]:
    """A document of our own, and all that does not fit ``model``; ``base``: the folder of its relative paths."""
    data = tree.plain()
    envelope, found = validated(Envelope, data, tree)
    blank = list(empties(tree, Envelope, model))
    if not isinstance(data.get("spec"), dict):
        return None, merged(found, blank)
    spec, more = judged(model, data["spec"], tree.nearest(("spec",)), {"base": base} if base else None)
    if envelope is None or spec is None or blank:
        return None, merged(found + more, blank)
    return _document(kind, envelope.metadata, spec, file, tree), more


def _document(kind: str, about: Metadata | CalicoMetadata, spec: S, file: str, tree: Tree) -> Document[S]:
    return Document(kind, about.name, spec, file, tree, about.labels, about.annotations)
