"""A file of documents in its canonical form: what it says stays, every comment stays, the form is always the same."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from typing import Any, NamedTuple

from pydantic import BaseModel

from reconciler.desired import recognise
from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault, compose
from reconciler.desired.documents import CALICO_APIS, CALICO_KINDS, OWN_API
from reconciler.desired.style.comments import Comment, Lines, Placing, comments, spaced
from reconciler.desired.style.lines import document
from reconciler.desired.style.order import MODELS, Step, Top
from reconciler.desired.style.read import Part, Reader
from reconciler.desired.style.tidy import tidy
from reconciler.desired.style.value import Value
from reconciler.desired.tree import Tree

Models = dict[str, type[BaseModel]]
DIRECTIVE = Fault(1, 1, Code.NOT_FORMATTED, "a %YAML or %TAG directive", "remove it: documents are YAML 1.2 anyway")
UNSURE = Fault(
    1,
    1,
    Code.NOT_FORMATTED,
    "the canonical form would not say the same",
    "write it in a plainer way, and tell us of this file",
)


class Formatted(NamedTuple):
    """The canonical text; or the one that was given, and why it is left as it is."""

    text: str
    faults: tuple[Fault, ...] = ()


class _Source(NamedTuple):
    """A file that has been read: a part and a tree for each document."""

    text: str
    reader: Reader
    trees: list[Tree]


def formatted(text: str, models: Models | None = None) -> Formatted:
    """The file in canonical form; ``models``: of what kinds beside those of desired state and inventory.

    A document that is not ours (another API, a list that kubectl prints) stays as it is. The form is checked before it
    is believed: read again it has to say the same, with the same comments.
    """
    known = MODELS | (models or {})
    source, faults = _read(text)
    faults += [fault for tree in source.trees if (fault := _misfit(tree))]
    if source.reader.directives:
        faults.append(DIRECTIVE)
    if faults or not source.trees:
        return Formatted(text, tuple(faults))
    new = _text(source, known)
    return Formatted(new) if new == text or _same(source, new, known) else Formatted(text, (UNSURE,))


def _read(text: str) -> tuple[_Source, list[Fault]]:
    reader = Reader()
    trees, faults = compose(text, reader.hear)
    if reader.parts:
        reader.parts[-1].end = len(text)
    return _Source(text, reader, trees), faults


def _misfit(tree: Tree) -> Fault | None:
    return recognise.misfit(tree, recognise.head(tree)) if tree.value is not None else None


def _kind(tree: Tree, models: Models) -> str:
    """The kind of a document that we know the order of; empty of any other."""
    what = recognise.head(tree)
    ours = what.api in CALICO_APIS if what.kind in CALICO_KINDS else what.api == OWN_API
    return what.kind if ours and what.kind in models else ""


def _text(source: _Source, models: Models) -> str:
    lines = Lines(source.text, source.reader.spans)
    found = list(comments(lines, source.reader.spans))
    texts = []
    for place, (part, tree) in enumerate(zip(source.reader.parts, source.trees, strict=True)):
        first, last = (bisect_left(found, at, key=_where) for at in (part.begin if place else 0, part.end))
        texts.append(_document(lines, part, found[first:last], Top(models.get(_kind(tree, models))), bool(place)))
    return "---\n".join(text for text in texts if text)


def _where(comment: Comment) -> int:
    return comment.spot.at


def _document(lines: Lines, part: Part, found: list[Comment], top: Top, further: bool) -> str:
    root = part.root
    if top.spec is None or part.strange or root is None or not root.entries:
        return _as_it_is(lines.text, part, further=further)
    placing = Placing(lines, part)
    for comment in found:
        placing.place(comment)
    spaced(root, lines)
    if not part.aliased:
        _arranged(root, top)
    tidy(root)
    return "\n".join(document(root)) + "\n"


def _as_it_is(text: str, part: Part, *, further: bool) -> str:
    """To the letter, without the ``---`` before it; of the first one with what stands before that."""
    has_dashes = part.begin > part.head
    parts = [text[: part.head]] if has_dashes and not further else []
    parts.append(text[part.begin if has_dashes or further else 0 : part.end])
    return "".join(f"{lines}\n" for one in parts if (lines := one.strip("\r\n")).strip())


def _arranged(root: Value, top: Top) -> None:
    """What stands above the first line of a document stays above the document."""
    heading, root.entries[0].above = root.entries[0].above, []
    _arrange(root, top)
    root.entries[0].above = heading + root.entries[0].above


def _arrange(value: Value, step: Step) -> None:
    """The fields of models in the order of the models; whatever else there is stays in the order of its author."""
    value.entries.sort(key=lambda entry: step.rank(entry.name))
    for place, entry in enumerate(value.entries):
        _arrange(entry.value, step.to(entry.name if value.shape == "map" else place))


def _same(source: _Source, new: str, models: Models) -> bool:
    """Whether the new text says the same: the same values, in the same order where order means something."""
    again, faults = _read(new)
    if faults:
        return False
    return _said(source, models) == _said(again, models) and _remarks(source) == _remarks(again)


def _remarks(source: _Source) -> Counter[str]:
    lines = Lines(source.text, source.reader.spans)
    return Counter(comment.text for comment in comments(lines, source.reader.spans))


def _said(source: _Source, models: Models) -> list[str]:
    written = (tree for tree in source.trees if tree.value is not None)
    return [json.dumps(_ordered(tree.plain(), Top(models.get(_kind(tree, models))))) for tree in written]


def _ordered(data: Any, step: Step) -> Any:
    if isinstance(data, dict):
        return {name: _ordered(data[name], step.to(name)) for name in sorted(data, key=step.rank)}
    return [_ordered(item, step.to(place)) for place, item in enumerate(data)] if isinstance(data, list) else data
