"""What a model refuses, mended as advised, so that the rules of whole documents judge the rest of it in the same go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.examples import fields_at, is_required
from reconciler.desired.invalid import Path, faults, merged, steps
from reconciler.desired.suggestion import meant
from reconciler.desired.tree import Tree

M = TypeVar("M", bound=BaseModel)
MANY = 20
"""Whoever has more mistakes in one document hears of those first."""
BOUNDS = ("greater_than_equal", "greater_than", "less_than_equal")
ROUNDS = 4
"""A field that was misspelt may hold another one."""
TEXTS = (Code.BAD_DESCRIPTION, Code.BAD_NAME)


def judged(
    model: type[M], data: Any, tree: Tree, context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Fault]]:
    """``data`` as ``model`` has it, and all that ``model`` refuses.

    With faults it is what the document would be without them; none where nobody can tell. ``tree`` is mended with it.
    """
    found: list[Fault] = []
    for _ in range(ROUNDS):
        try:
            return model.model_validate(data, context=context), found
        except ValidationError as error:
            found = merged(found, faults(error, model, tree))
            details = error.errors(include_url=False)
        if len(details) > MANY or not all(_mended(detail, model, tree) for detail in details):
            break
        data = tree.plain()
    return None, found


def _mended(detail: Mapping[str, Any], model: type[BaseModel], tree: Tree) -> bool:
    """Whether one mistake could be mended."""
    path, on_key = steps(detail["loc"], tree)
    kind, value = detail["type"], detail["input"]
    code = detail["ctx"]["code"] if kind == "problem" else None
    if on_key or kind == "missing" or not path or isinstance(path[-1], int):
        return False
    if kind == "extra_forbidden":
        return _renamed(tree.nearest(path[:-1]), str(path[-1]), fields_at(model, path[:-1]))
    place = tree.nearest(path)
    if place.value != value:
        return not isinstance(value, (dict, list))  # mended already: a union complains once for each of its members
    if code is Code.HOST_BITS:
        with suppress(ValueError):
            place.value = str(ip_network(value, strict=False))
        return bool(place.value != value)
    if kind == "literal_error":
        return _spelt(place, str(detail["ctx"]["expected"]))
    return (kind in BOUNDS or code in TEXTS) and not is_required(model, path) and _without(tree, path)


def _renamed(parent: Tree, word: str, known: list[str]) -> bool:
    """An unknown field is the one that was meant; without such a one it may go, as another one of the same name."""
    if word not in parent.value:
        return True
    name = meant(word, known)
    if name is None or name in parent.value:
        del parent.value[word]
        return True
    parent.value[name], parent.keys[name] = parent.value.pop(word), parent.keys[word]
    return True


def _spelt(place: Tree, expected: str) -> bool:
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    name = meant(place.value, known) if isinstance(place.value, str) else None
    place.value = place.value if name is None else name
    return name is not None


def _without(tree: Tree, path: Path) -> bool:
    inside: dict[str, Tree] = tree.nearest(path[:-1]).value
    return inside.pop(str(path[-1]), None) is not None
