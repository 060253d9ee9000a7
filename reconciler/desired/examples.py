"""What a field of a document may look like, for messages: read off the models, so that it always fits the field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Path = tuple[str | int, ...]
PLAIN = {int: "10", float: "5", bool: "true"}


@dataclass(frozen=True, slots=True)
class Example:
    """Stands beside a type (``Annotated``) whose values cannot be guessed from it."""

    text: str


def example_at(model: type[BaseModel], path: Path) -> str:
    """A value that fits at ``path``, as YAML on one line; empty where nobody can say."""
    return example(annotation_at(model, path))


def empty_at(model: type[BaseModel], path: Path) -> str:
    """``[]`` or ``{}`` where a list or a mapping belongs, the least that it must hold; empty for a single value."""
    annotation = annotation_at(model, path)
    kind = bare(annotation)
    if get_origin(kind) in (tuple, list):
        return "[]"
    if is_model(kind) and (given := next(_given(annotation), "")):
        return given
    if is_model(kind) and any(field.is_required() for field in kind.model_fields.values()):
        return example(kind)
    return "{}" if get_origin(kind) is dict or is_model(kind) else ""


def is_required(model: type[BaseModel], path: Path) -> bool:
    """Whether the mapping around ``path`` must have this field."""
    kind = bare(annotation_at(model, path[:-1]))
    field = _field(kind, path[-1]) if is_model(kind) else None
    return field is not None and field.is_required()


def fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The fields that the mapping at ``path`` may have."""
    kind = bare(annotation_at(model, path))
    return [field.alias or name for name, field in kind.model_fields.items()] if is_model(kind) else []


def annotation_at(model: type[BaseModel], path: Path) -> Any:
    """The type of the value at ``path``; ``None`` where the models end before it."""
    kind: Any = model
    for step in path:
        kind = inside(bare(kind), step)
    return kind


def example(kind: Any) -> str:
    """A value of this type; what its author wrote beside it counts first."""
    plain = bare(kind)
    given = next(_given(kind), "")
    if given or plain is None:
        return given
    if is_model(plain):
        return str(getattr(plain, "example", ""))
    origin, arguments = get_origin(plain), get_args(plain)
    if origin is dict:
        inner = example(arguments[1])
        return f"{{{example(arguments[0]) or 'name'}: {inner}}}" if inner else ""
    if origin in (tuple, list):
        inner = example(arguments[0])
        return f"[{inner}]" if inner else ""
    return str(arguments[0]) if origin is Literal else PLAIN.get(plain, "")


def inside(kind: Any, step: str | int) -> Any:
    """One step down: a field of a model, any key of a mapping, any item of a list."""
    if is_model(kind):
        field = _field(kind, step)
        return None if field is None else Annotated[field.annotation, *(field.metadata or [None]), field]
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return arguments[1]
    return arguments[0] if get_origin(kind) in (tuple, list) else None


def _field(model: type[BaseModel], step: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if (field.alias or name) == step), None)


def is_model(kind: Any) -> bool:
    """Whether it is one of our models, not a type of single values."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def bare(kind: Any) -> Any:
    """Without what is written beside it, and without ``| None``; of several types the first."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next(argument for argument in get_args(kind) if argument is not NoneType)
    return kind


def _given(kind: Any) -> Iterator[str]:
    """The examples beside a type, the outermost first."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        for note in get_args(kind)[1:] if get_origin(kind) is Annotated else ():
            if isinstance(note, Example):
                yield note.text
            elif isinstance(note, FieldInfo) and note.examples:
                yield str(note.examples[0])
        kind = next(argument for argument in get_args(kind) if argument is not NoneType)
