"""What a model refuses, in the words of whoever writes the document: the field, what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from reconciler.desired.compose import Fault
from reconciler.desired.tree import Tree

Path = tuple[str | int, ...]
Wording = tuple[str, str]
SHOWN = 40


def faults(error: ValidationError, model: type[BaseModel], tree: Tree) -> Iterator[Fault]:
    """One fault for each place that ``model`` refuses in ``tree``; of several at one place, the first."""
    seen = set()
    for detail in error.errors(include_url=False):
        path, on_key = _path(detail["loc"], tree)
        unknown = detail["type"] == "extra_forbidden"
        place = tree.key_place(path) if on_key or unknown else _place(tree.nearest(path))
        if place not in seen:
            seen.add(place)
            what, right = _unknown(path, model) if unknown else _wording(detail, path)
            yield Fault(*place, what, right)


def empties(tree: Tree, name: str = "the document") -> Iterator[Fault]:
    """Fields without a value: `addresses:` may be meant as none at all or as none of ours, so it is neither."""
    inner = tree.value.items() if isinstance(tree.value, dict) else enumerate(tree.value)
    for key, child in inner:
        where = str(key) if isinstance(key, str) else name
        if child.value is None:
            yield Fault(child.line, child.col, f"{where} is empty", "a value, or the field left out")
        elif isinstance(child.value, (dict, list)):
            yield from empties(child, where)


def merged(one: Iterable[Fault], other: Iterable[Fault]) -> list[Fault]:
    """Both, but one fault for each place."""
    found = {(fault.line, fault.col): fault for fault in other}
    return list((found | {(fault.line, fault.col): fault for fault in one}).values())


def did_you_mean(word: str, known: list[str]) -> str:
    """``did you mean 'mtu'?``, or the whole list where nothing comes close."""
    lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"did you mean {lower[close[0]]!r}?" if close else f"one of {', '.join(known)}"


def _place(tree: Tree) -> tuple[int, int]:
    return tree.line, tree.col


def _path(loc: Path, tree: Tree) -> tuple[Path, bool]:
    """The steps of ``loc`` that lead through the document (pydantic adds names of union members and ``[key]``)."""
    path: Path = ()
    for step in loc:
        node = tree.nearest(path)
        if node.child(step) is not None:
            path += (step,)
    return path, "[key]" in loc


def _unknown(path: Path, model: type[BaseModel]) -> Wording:
    known = _fields_at(model, path[:-1])
    return f"unknown field {path[-1]!r}", did_you_mean(str(path[-1]), known)


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The fields that a document may have at ``path``; keys of mappings and indices of lists lead no deeper."""
    for step in path:
        field = next((f for name, f in model.model_fields.items() if (f.alias or name) == step), None)
        inner = next(_models(field.annotation), None) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _wording(detail: Mapping[str, Any], path: Path) -> Wording:
    context = detail.get("ctx", {})
    name = next((step for step in reversed(path) if isinstance(step, str)), "the document")
    kind = detail["type"]
    if kind == "problem":
        return str(context["what"]), str(context["right"])
    if kind == "missing":
        return f"{detail['loc'][-1]!r} is missing", f"{name} needs it" if path else "it is required"
    if kind == "literal_error":
        return _literal(str(name), detail["input"], str(context["expected"]))
    if kind in BOUNDS:
        return f"{name} is {detail['input']}", BOUNDS[kind](context)
    return f"{name} is {_described(detail['input'])}", EXPECTED.get(kind, str(detail["msg"]).lower())


def _literal(name: str, value: Any, expected: str) -> Wording:
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    right = did_you_mean(value, known) if isinstance(value, str) else f"one of {', '.join(known)}"
    return f"{name} is {_described(value)}", right


def _described(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value if len(value) <= SHOWN else value[:SHOWN] + '…'!r}"
        case dict():
            return "a mapping"
        case _:
            return "a list"


BOUNDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda context: f"{context['ge']} or more",
    "greater_than": lambda context: f"more than {context['gt']}",
    "less_than_equal": lambda context: f"{context['le']} at most",
}
EXPECTED = {
    "string_type": "a text, in quotes if it looks like a number",
    "int_type": "a whole number, without quotes",
    "float_type": "a number, without quotes",
    "string_too_short": "at least one character",
    "bool_type": "true or false, without quotes",
    "dict_type": "a mapping, such as {name: value}",
    "model_type": "a mapping, such as {name: value}",
    "tuple_type": "a list, such as [a, b]",
    "list_type": "a list, such as [a, b]",
}
