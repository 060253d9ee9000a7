"""What each field means and what it may look like, put into JSON Schemas for whoever writes documents in an editor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reconciler.desired.compose import compose
from reconciler.desired.examples import bare, example, inside, is_model

HERE = Path(__file__).with_name("meanings.yaml")
Schema = dict[str, Any]
Meanings = dict[str, dict[str, str]]


@cache
def meanings(path: Path = HERE) -> Meanings:
    """Model -> field -> what it means."""
    (tree,), _ = compose(path.read_text(encoding="utf-8"))
    found: Meanings = tree.plain()
    return found


def explain(schema: Schema, model: type[BaseModel], known: Meanings) -> None:
    """Give each field of ``model`` in its schema, and of the models within it, a description and examples."""
    definitions = schema.get("$defs", {})
    _explain(schema, model, known)
    for inner in models_in(model):
        if inner.__name__ in definitions:
            _explain(definitions[inner.__name__], inner, known)


def _explain(schema: Schema, model: type[BaseModel], known: Meanings) -> None:
    parts = [part for part in (schema, *schema.get("anyOf", ())) if "properties" in part]
    for name, field in ((name, field) for part in parts for name, field in part["properties"].items()):
        if words := _meaning(model, name, known):
            field["description"] = words
        if "examples" not in field and (text := example(inside(model, name))):
            field["examples"] = _values(text)


def _meaning(model: type[BaseModel], name: str, known: Meanings) -> str:
    """Of the model, or of one that it has the field from."""
    return next((found for base in model.__mro__ if (found := known.get(base.__name__, {}).get(name))), "")


def _values(text: str) -> list[Any]:
    return [tree.plain() for tree in compose(text)[0]]


def models_in(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model that a value within one of ``model`` may have, each once."""
    yield from dict.fromkeys(_models(model))


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        kind: Any = bare(field.annotation)
        while kind is not None and not is_model(kind):
            kind = bare(inside(kind, "*")) if not isinstance(kind, type) else None
        if kind is not None:
            yield kind
            yield from _models(kind)
