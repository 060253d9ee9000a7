"""Which documents differ between two revisions: each attribute as old → new, with the line that says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from reconciler.desired.repository import Document, Repository
from reconciler.report.nested import leaves

Verb = Literal["create", "update", "delete"]
GIANT = 20_000
"""Values of a document that are compared one by one; a larger one differs as a whole."""


class Field(NamedTuple):
    """One attribute, ``spec.interfaces.eth1.mtu``; ``None`` where a side has nothing. ``origin``: ``nodes.yaml:7``."""

    path: str
    old: object
    new: object
    origin: str


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One document. ``origin`` is where it stands (of one that is gone: where it stood), ``fields`` what differs.

    Without fields a document is new or gone, or has too many values to be compared one by one.
    """

    verb: Verb
    kind: str
    name: str
    origin: str
    fields: tuple[Field, ...] = ()


def document_changes(old: Repository, new: Repository) -> list[DocumentChange]:
    """By kind and name. Comments, the order of keys and the file that a document stands in are no difference."""
    before, after = _by_name(old), _by_name(new)
    return [
        change
        for key in sorted(before.keys() | after.keys())
        if (change := _change(before.get(key), after.get(key))) is not None
    ]


def _by_name(repository: Repository) -> dict[tuple[str, str], Document[Any]]:
    return {(document.kind, document.name): document for document in repository.documents}


def _change(old: Document[Any] | None, new: Document[Any] | None) -> DocumentChange | None:
    if old is None:
        return _whole("create", new)
    if new is None:
        return _whole("delete", old)
    said, says = _said(old), _said(new)
    if said == says:
        return None
    if max(old.places.size, new.places.size) > GIANT:
        return _whole("update", new)
    return DocumentChange("update", new.kind, new.name, new.origin(), tuple(_fields(old, new, said, says)))


def _whole(verb: Verb, document: Document[Any] | None) -> DocumentChange:
    assert document is not None, "one of both is there"
    return DocumentChange(verb, document.kind, document.name, document.origin())


def _said(document: Document[Any]) -> dict[str, object]:
    """What a document says to us, as it is written: what else kubectl prints of Calico's changes by itself."""
    spec = document.places.child("spec")
    metadata = {name: said for name in ("labels", "annotations") if (said := getattr(document, name))}
    return ({"metadata": metadata} if metadata else {}) | ({"spec": spec.plain()} if spec else {})


def _fields(old: Document[Any], new: Document[Any], said: object, says: object) -> Iterator[Field]:
    for leaf in leaves(said, says):
        document = old if leaf.new is None else new
        yield Field(leaf.path.removeprefix("."), leaf.old, leaf.new, document.origin(*leaf.steps))
