"""Documents that we make ourselves: what they say, and the comments for whoever reads them, as YAML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.words import natural, printable
from reconciler.desired.documents import CALICO_APIS, CALICO_KINDS, KINDS, OWN_API
from reconciler.desired.style.lines import WIDTH, document, flow
from reconciler.desired.style.order import INVENTORY, Step, top
from reconciler.desired.style.scalar import is_literal, key, scalar
from reconciler.desired.style.tidy import tidy
from reconciler.desired.style.value import Entry, Value

Path = tuple[str | int, ...]
KIND_ORDER = (INVENTORY, *KINDS)
BY_IPAM = frozenset(("BlockAffinity", "IPAMBlock"))
"""Calico's IPAM keeps these in the API of its custom resources."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be written; its ``apiVersion`` follows from ``kind``.

    ``spec``: dicts, lists (or tuples), texts, numbers, truth values, None, in any order. ``comment`` stands above the
    document; ``notes`` at the end of, or above, the value at a path within ``spec`` (``("interfaces", "eth1")``; ``()``
    is the spec itself). A note at a path that is not there stands at the nearest one that is. Texts without ``#``.
    """

    kind: str
    name: str
    spec: dict[str, Any]
    comment: str = ""
    notes: Mapping[Path, str] = field(default_factory=dict)


def written(documents: Iterable[Draft]) -> str:
    """One file: the documents by kind, then by name, numbers in names as numbers; empty without any."""
    texts = ["\n".join(_lines(draft)) + "\n" for draft in sorted(documents, key=_place)]
    return "---\n".join(texts)


def _place(draft: Draft) -> tuple[int, tuple[tuple[int, int, str], ...], str]:
    return KIND_ORDER.index(draft.kind), natural(draft.name), draft.name


def api_of(kind: str) -> str:
    """The ``apiVersion`` that documents of this kind are written with."""
    return OWN_API if kind not in CALICO_KINDS else CALICO_APIS[1 if kind in BY_IPAM else 0]


def _lines(draft: Draft) -> Iterator[str]:
    data = {
        "apiVersion": api_of(draft.kind),
        "kind": draft.kind,
        "metadata": {"name": draft.name},
        "spec": draft.spec,
    }
    root = _value(data, top(draft.kind))
    for path, words in draft.notes.items():
        _note(root, ("spec", *path), words)
    root.entries[0].above = _comment(draft.comment, 0)
    tidy(root)
    yield from document(root)


def _value(data: Any, step: Step) -> Value:
    if isinstance(data, Mapping):
        names = sorted(data, key=lambda name: step.rank(str(name)))
        inner = [Entry(_value(data[name], step.to(str(name))), str(name), key(str(name))) for name in names]
        return Value("map", entries=inner)
    if isinstance(data, (list, tuple)):
        return Value("list", entries=[Entry(_value(item, step.to(place))) for place, item in enumerate(data)])
    if isinstance(data, str) and is_literal(data):
        return Value("literal", data)
    return Value("scalar", scalar(data))


def _note(root: Value, path: Path, words: str) -> None:
    """Behind a short value, above a long one; a second note for one place always above."""
    place, indent = root.entries[0], -2
    value = root
    for step in path:
        found = _child(value, step)
        if found is None:
            break
        place, value, indent = found, found.value, indent + 2
    line = f"{place.key}: {flow(place.value)}" if place.value.is_one_line else ""
    beside = _comment(words, 0)
    if len(beside) == 1 and not place.end and indent + len(line) + len(beside[0]) + 4 <= WIDTH:
        place.end = beside
    else:
        place.above += _comment(words, indent)


def _child(value: Value, step: str | int) -> Entry | None:
    if value.shape == "list":
        return value.entries[step] if isinstance(step, int) and 0 <= step < len(value.entries) else None
    return next((entry for entry in value.entries if entry.name == str(step)), None)


def _comment(words: str, indent: int) -> list[str]:
    """Lines of a comment, broken where they are too long; control characters as escapes, for it may quote anybody."""
    lines = [printable(line).strip() for line in words.splitlines()]
    width = max(WIDTH - indent - 2, 40)
    broken = [part for line in lines for part in textwrap.wrap(line, width, break_on_hyphens=False) or [""]]
    return [f"# {line}".rstrip() for line in broken]
