"""Make a spec fit the model of its kind: what documents cannot say is taken out whole, and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from reconciler.adopt.numbered import Path, key_of, numbered, order
from reconciler.desired.invalid import faults

DEEP = frozenset({"bgp", "calico"})
"""Fields whose own entries can be taken out one by one."""
ROUNDS = 100
"""Each takes out all that one look at the model finds; a second one is needed where that leaves something else bare."""


class Misfit(NamedTuple):
    """The entry at ``path`` was taken out: ``what`` the model refuses, and what would be ``right``."""

    path: Path
    what: str
    right: str


class NotFitting(ValueError):
    """What is left lacks something that every document of its kind has; the text says why, and what would be right."""


def fitted(model: type[BaseModel], spec: Mapping[Any, Any]) -> tuple[dict[Any, Any], list[Misfit]]:
    """What of ``spec`` the model takes. An entry that does not fit goes as a whole: half of it would mean another one.

    Keys may be numbers (VLANs); paths have them as texts. Raises: NotFitting.
    """
    left: dict[Any, Any] = deepcopy(dict(spec))
    misfits: list[Misfit] = []
    for _ in range(ROUNDS):
        found = list(_refused(model, left))
        if not found:
            return left, misfits
        backwards = sorted(found, key=lambda one: order(one.path), reverse=True)
        taken = [misfit for misfit in backwards if _take(left, misfit.path)]
        if not taken:
            raise NotFitting(_why([*misfits, *found]))
        misfits += taken
    raise NotFitting(_why([*misfits, *found]))


def _why(misfits: list[Misfit]) -> str:
    return f"{misfits[0].what}: {misfits[0].right}"


def _refused(model: type[BaseModel], spec: dict[Any, Any]) -> Iterator[Misfit]:
    """One for each entry that the model refuses."""
    tree, places = numbered(spec)
    try:
        model.model_validate(tree.plain())
    except ValidationError as error:
        seen: dict[Path, Misfit] = {}
        for fault in faults(error, model, tree):
            path = _entry(places[fault.line])
            seen.setdefault(path, Misfit(path, fault.what, fault.right))
        yield from seen.values()


def _entry(path: Path) -> Path:
    """The whole entry that a value is part of: one port, one route, one neighbour of BGP."""
    return path[: 3 if path[:1] and path[0] in DEEP else 2]


def _take(spec: Any, path: Path) -> bool:
    """Take the entry out; its list or mapping stays, empty. False: there is no such entry."""
    if not path:
        return False
    for step in path[:-1]:
        spec = spec[key_of(spec, step)]
    del spec[key_of(spec, path[-1])]
    return True
