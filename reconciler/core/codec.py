"""Resources as JSON and back: absent values are left out, and a wish, a reading and a plan are spelled alike."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from functools import cache

from reconciler.core.resource import Resource

TYPES: dict[str, type] = {
    **{kind.__name__: kind for kind in (str, int, bool, tuple)},
    "None": type(None),
    "Mapping": dict,
}


def as_json(resource: Resource) -> dict[str, object]:
    """``{"kind": ..., attribute: value, ...}`` as in the contract, section 5."""
    return {"kind": resource.kind} | attributes(resource)


def attributes(resource: Resource) -> dict[str, object]:
    """The attributes alone, identity first."""
    return {name: plain(value) for name, value in resource.values.items() if value is not None}


def plain(value: object) -> object:
    """A value as JSON knows it: tuples are lists, nested dataclasses are objects without absent values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: plain(inner) for name, inner in pairs if inner is not None}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(inner) for inner in value]
    return value


def from_json(record: Mapping[str, object], kinds: Sequence[type[Resource]]) -> Resource:
    """The resource that ``record`` spells. Raises: ValueError, naming the kind or the attribute that is wrong."""
    by_kind = {kind.kind: kind for kind in kinds}
    kind = by_kind.get(str(record.get("kind")))
    if kind is None:
        raise ValueError(f"unknown kind {record.get('kind')!r}: one of {', '.join(sorted(by_kind))}")
    values = {name: value for name, value in record.items() if name not in ("kind", "owned")}
    try:
        return kind.of_values(values)
    except TypeError as error:
        raise ValueError(f"{kind.kind}: {error}") from None


def misfits(resource: Resource) -> list[str]:
    """The attributes whose values are of no type that they may have: a file may hold texts where numbers belong."""
    return [name for name, kinds in _types(type(resource)) if type(getattr(resource, name)) not in kinds]


@cache
def _types(kind: type[Resource]) -> tuple[tuple[str, frozenset[type]], ...]:
    """What each attribute may be, by the words of its annotation."""
    fields = (field for field in dataclasses.fields(kind) if field.compare)
    words = ((field.name, set(re.findall(r"\w+", str(field.type)))) for field in fields)
    return tuple((name, frozenset(TYPES[word] for word in said & TYPES.keys())) for name, said in words)
