"""What a model refuses, in the words of whoever writes the document: the field, what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.desired.codes import Code
from reconciler.desired.compose import Fault
from reconciler.desired.documents.values import tight_lipped
from reconciler.desired.examples import empty_at, example_at, fields_at, is_required
from reconciler.desired.suggestion import did_you_mean
from reconciler.desired.syntax import SLIP, tight
from reconciler.desired.tree import Tree

Path = tuple[str | int, ...]
Wording = tuple[Code, str, str]
M = TypeVar("M", bound=BaseModel)
SHOWN = 40
QUOTE = '"'


def validated(
    model: type[M], data: Any, tree: Tree, context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Fault]]:
    """``data`` as ``model`` has it, or all that ``model`` refuses, each at its place in ``tree``.

    ``context``: what the validators of the model are told, such as ``base``, the folder that paths are relative to.
    """
    try:
        return model.model_validate(data, context=context), []
    except ValidationError as error:
        return None, list(faults(error, model, tree))


def faults(error: ValidationError, model: type[BaseModel], tree: Tree) -> Iterator[Fault]:
    """One fault for each place that ``model`` refuses in ``tree``; of several at one place, the first.

    Fields that are missing share the place of the mapping around them, and are told one by one.
    """
    seen = set()
    for detail in error.errors(include_url=False):
        path, on_key = steps(detail["loc"], tree)
        unknown = detail["type"] == "extra_forbidden"
        place = tree.key_place(path) if on_key or unknown else _place(tree.nearest(path))
        missing = str(detail["loc"][-1]) if detail["type"] == "missing" else ""
        if (place, missing) not in seen:
            seen.add((place, missing))
            code, what, right = _unknown(path, model) if unknown else _wording(detail, path, model)
            yield Fault(*place, code, what, right)


def empties(tree: Tree, envelope: type[BaseModel], spec: type[BaseModel], path: Path = ()) -> Iterator[Fault]:
    """Fields without a value: `addresses:` may be meant as none at all or as none of ours, so it is neither."""
    inner = tree.value.items() if isinstance(tree.value, dict) else enumerate(tree.value)
    for key, child in inner:
        here = (*path, key)
        if child.value is None and SLIP.match(str(key)):
            continue  # it lacks a colon, not a value, and is no field
        if child.value is None:
            words = _blank(here[1:], spec) if here[1:] and here[0] == "spec" else _blank(here, envelope)
            yield Fault(child.line, child.col, *words)
        elif isinstance(child.value, (dict, list)):
            yield from empties(child, envelope, spec, here)


def merged(one: Iterable[Fault], other: Iterable[Fault]) -> list[Fault]:
    """Both, but of the other only what is at places where one has nothing."""
    first = list(one)
    told = {(fault.line, fault.col) for fault in first}
    return first + [fault for fault in other if (fault.line, fault.col) not in told]


def _place(tree: Tree) -> tuple[int, int]:
    return tree.line, tree.col


def steps(loc: Path, tree: Tree) -> tuple[Path, bool]:
    """The steps of ``loc`` that lead through the document (pydantic adds names of union members and ``[key]``)."""
    path: Path = ()
    for step in loc:
        node = tree.nearest(path)
        if node.child(step) is not None:
            path += (step,)
    return path, "[key]" in loc


def _unknown(path: Path, model: type[BaseModel]) -> Wording:
    known, word = fields_at(model, path[:-1]), str(path[-1])
    if slip := SLIP.match(word):
        right = "put a colon and a space behind it" if slip[1] in known else did_you_mean(slip[1], known)
        return Code.UNKNOWN_FIELD, f"unknown field '{tight(word)}'", right
    if word.isdigit():
        return Code.UNKNOWN_FIELD, f"unknown field {word!r}", "put a text with commas in quotes, as a whole"
    return Code.UNKNOWN_FIELD, f"unknown field {word!r}", did_you_mean(word, known)


def _wording(detail: Mapping[str, Any], path: Path, model: type[BaseModel]) -> Wording:
    context, kind, value = detail.get("ctx", {}), detail["type"], detail["input"]
    if kind == "problem" and value is not None:
        return context["code"], str(context["what"]), str(context["right"])
    if kind == "missing":
        return _missing(str(detail["loc"][-1]), path, model)
    if kind == "literal_error":
        return _literal(_name(path), value, str(context["expected"]))
    if value is None:
        return _blank(path, model)
    if kind in BOUNDS:
        return Code.OUT_OF_RANGE, f"{_named(path)} is {value}", BOUNDS[kind](context)
    right = _expected(kind, value, example_at(model, path), detail["msg"])
    return Code.OUT_OF_RANGE if kind in MEASURED else Code.WRONG_TYPE, f"{_named(path)} is {_described(value)}", right


def _blank(path: Path, model: type[BaseModel]) -> Wording:
    """A key without a value: it may go, unless the field is required."""
    if not path or isinstance(path[-1], int):
        return Code.EMPTY_VALUE, f"{_named(path)} is empty", "remove it, or give it a value"
    empty, required = empty_at(model, path), is_required(model, path)
    given = example_at(model, path) if required and empty == "{}" else empty
    right = f"write {path[-1]}: {given or empty}" if empty else "give it a value"
    return Code.EMPTY_VALUE, f"{_name(path)} is empty", right if required else f"remove the key, or {right}"


def _name(path: Path) -> str:
    """``mtu``; a number alone says nothing: ``vlans.10``."""
    words = [step for step in path if isinstance(step, str)] or ["the document"]
    return ".".join(words[-2:]) if words[-1].isdigit() else tight(words[-1])


def _named(path: Path) -> str:
    """An item of a list has no name of its own."""
    return f"an entry of {_name(path)}" if path and isinstance(path[-1], int) else _name(path)


def _missing(field: str, path: Path, model: type[BaseModel]) -> Wording:
    given = example_at(model, (*path, field))
    return (
        Code.MISSING_FIELD,
        f"{field} is missing{f' in {_named(path)}' if path else ''}",
        f"add it, such as {field}: {given}" if given else "add it",
    )


def _expected(kind: str, value: Any, given: str, otherwise: str) -> str:
    """What would be right; what only has quotes too many or too few is said so."""
    if kind == "int_type" and isinstance(value, str) and value.isdigit():
        return f"remove the quotes: {value}"
    if kind == "string_type" and isinstance(value, (bool, int, float)):
        return f"put it in quotes{f', such as {given}' if given.startswith(QUOTE) else ''}"
    words = EXPECTED.get(kind, otherwise[:1].lower() + otherwise[1:])
    return f"{words}, such as {given}" if given and kind in WITH_EXAMPLE else words


def _literal(name: str, value: Any, expected: str) -> Wording:
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    if isinstance(value, str):
        return Code.UNKNOWN_VALUE, f"unknown value {_quoted(value)} for {name}", did_you_mean(value, known)
    return Code.WRONG_TYPE, f"{name} is {_described(value)}", did_you_mean("", known)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _described(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {_quoted(tight_lipped(value))}"
        case dict():
            return "a mapping"
        case _:
            return "a list"


BOUNDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda context: f"use {context['ge']} or more",
    "greater_than": lambda context: f"use more than {context['gt']:g}",
    "less_than_equal": lambda context: f"use at most {context['le']}",
}
EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "float_type": "expected a number without quotes",
    "string_too_short": "expected at least one character",
    "bool_type": "expected true or false, without quotes",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
}
MEASURED = ("multiple_of", "string_too_short", "string_too_long", "too_short", "too_long", "finite_number")
"""Of the right type, and still too much or too little."""
WITH_EXAMPLE = ("string_type", "dict_type", "model_type", "tuple_type", "list_type")
