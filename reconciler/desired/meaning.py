"""What each field means and what it may look like, put into JSON Schemas for whoever writes documents in an editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reconciler.desired.compose import compose
from reconciler.desired.examples import bare, example, inside, is_model

HERE = Path(__file__).with_name("meanings.yaml")
Schema = dict[str, Any]
Of = dict[str, dict[str, Any]]
"""Model -> field -> what is known of it."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """``words``: what a field means; ``examples`` of it, where its type does not say one."""

    words: Of
    examples: Of

    def __or__(self, other: Meanings) -> Meanings:
        return Meanings(self.words | other.words, self.examples | other.examples)


@cache
def meanings(path: Path = HERE) -> Meanings:
    """What a file tells: two documents, as their names say."""
    (words, examples), _ = compose(path.read_text(encoding="utf-8"))
    return Meanings(words.plain(), examples.plain())


def explain(schema: Schema, model: type[BaseModel], known: Meanings) -> None:
    """Give each field of ``model`` in its schema, and of the models within it, a description and examples."""
    definitions = schema.get("$defs", {})
    _explain(schema, model, known)
    for inner in dict.fromkeys(_models(model)):
        if inner.__name__ in definitions:
            _explain(definitions[inner.__name__], inner, known)


def _explain(schema: Schema, model: type[BaseModel], known: Meanings) -> None:
    parts = [part for part in (schema, *schema.get("anyOf", ())) if "properties" in part]
    for name, field in ((name, field) for part in parts for name, field in part["properties"].items()):
        if words := _of(model, name, known.words):
            field["description"] = words
        if (given := _of(model, name, known.examples)) is not None:
            field["examples"] = [given]
        elif "examples" not in field and (text := example(inside(model, name))):
            field["examples"] = [tree.plain() for tree in compose(text)[0]]


def _of(model: type[BaseModel], name: str, known: Of) -> Any:
    """Of the model, or of one that it has the field from."""
    found = (known.get(base.__name__, {}).get(name) for base in model.__mro__)
    return next((one for one in found if one is not None), None)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model that a value within one of ``model`` may have."""
    for field in model.model_fields.values():
        kind: Any = bare(field.annotation)
        while kind is not None and not is_model(kind):
            kind = bare(inside(kind, "*")) if not isinstance(kind, type) else None
        if kind is not None:
            yield kind
            yield from _models(kind)
