"""A file that holds one document of our own, such as the daemon's settings: read it, or say all that is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, TypeVar

from reconciler.desired import files, recognise
from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault, compose
from reconciler.desired.documents import OWN_API, Spec
from reconciler.desired.problem import Problem
from reconciler.desired.repository import Document
from reconciler.desired.tree import Tree

S = TypeVar("S", bound=Spec)


class Kind(NamedTuple):
    """What is looked for: the ``name`` of the kind; ``article``: with its article; ``missing``: what to do without."""

    name: str
    article: str
    missing: str


def read_document(path: Path, kind: Kind, model: type[S]) -> tuple[Document[S] | None, tuple[Problem, ...]]:
    """The one document in the file at ``path``, its paths relative to that file's folder; nothing raises.

    Whoever names a file also trusts where a link leads: unlike in a repository, it may lead anywhere.
    """
    trees, found = _trees(path, kind)
    document = None
    if trees:
        found += _misfits(trees[0], kind)
        found += [
            Fault(t.line, t.col, Code.SECOND_DOCUMENT, "a second document", f"the file holds one {kind.name}")
            for t in trees[1:]
        ]
        if _is_kind(trees[0], kind):
            document, more = recognise.own(trees[0], kind.name, model, path.name, path.absolute().parent)
            found += more
    problems = tuple(sorted(Problem(files.shown(str(path)), *fault) for fault in found))
    return None if problems else document, problems


def _trees(path: Path, kind: Kind) -> tuple[list[Tree], list[Fault]]:
    """The documents that are not empty, and what is wrong with the file itself."""
    real = Path(os.path.realpath(path))
    if not real.exists():
        return [], [Fault(1, 1, Code.NO_SUCH_PLACE, "no such file", kind.missing)]
    try:
        trees, found = compose(files.decode(files.read(real.parent, real.name)))
    except files.Unfit as error:
        return [], [error.fault]
    written = [tree for tree in trees if tree.value is not None]
    if not written and not found:
        found = [Fault(1, 1, Code.NO_DOCUMENT, "there is no document in it", f"write {kind.article} document")]
    return written, found


def _is_kind(tree: Tree, kind: Kind) -> bool:
    what = recognise.head(tree)
    return (what.api, what.kind) == (OWN_API, kind.name)


def _misfits(tree: Tree, kind: Kind) -> list[Fault]:
    what = recognise.head(tree)
    if fault := recognise.misfit(tree, what):
        return [fault]
    if what.kind != kind.name:
        place = tree.nearest(("kind",))
        return [
            Fault(
                place.line,
                place.col,
                Code.UNKNOWN_KIND,
                f"a document of kind {what.kind}",
                f"expected kind: {kind.name}",
            )
        ]
    place = tree.nearest(("apiVersion",))
    right = f"expected {OWN_API}"
    return (
        []
        if what.api == OWN_API
        else [Fault(place.line, place.col, Code.UNKNOWN_API_VERSION, f"unknown apiVersion {what.api!r}", right)]
    )
