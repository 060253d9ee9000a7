"""All JSON Schemas that we publish: of what people write, one for all of it together, and of what we print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import reconciler
from reconciler.desired import schema as of_documents
from reconciler.desired.documents import OWN_API
from reconciler.settings import schema as of_settings

OUTPUTS = ("alert", "diff", "history", "plan", "problems", "state", "status")
"""What `-o json` and webhooks give; these are written by hand."""
TOGETHER = "documents.json"
DEFINITION = "#/$defs/"
Schema = dict[str, Any]


def written() -> dict[str, Schema]:
    """File name -> schema, of all that is made from models."""
    single = of_documents.schemas() | {of_settings.FILE: of_settings.schema()}
    return {name: _with_id(name, one) for name, one in (single | {TOGETHER: together(single)}).items()}


def published() -> dict[str, str]:
    """File name -> the text of each schema, as it stands in ``schemas/``. Raises: OSError without the printed ones."""
    texts = {name: of_documents.text(one) for name, one in written().items()}
    return texts | {f"{name}.v1.json": _printed(f"{name}.v1.json") for name in OUTPUTS}


def _printed(name: str) -> str:
    """As it was installed, or in a checkout."""
    package = Path(str(reconciler.__file__)).parent
    here = [folder / "schemas" / name for folder in (package, package.parent)]
    return next((path for path in here if path.exists()), here[0]).read_text(encoding="utf-8")


def _with_id(name: str, schema: Schema) -> Schema:
    return {"$id": f"urn:reconciler:schema:v1:{name.removesuffix('.json')}", **schema}


def together(single: dict[str, Schema]) -> Schema:
    """One schema for files of many kinds: each document by that of its kind; those of other APIs are not judged."""
    kinds = {schema["properties"]["kind"]["const"]: schema for schema in single.values()}
    own = [kind for kind, schema in kinds.items() if _apis(schema) == [OWN_API]]
    cases = [
        _case({"apiVersion": {"enum": _apis(schema)}, "kind": {"const": kind}}, {"$ref": f"{DEFINITION}{kind}"})
        for kind, schema in kinds.items()
    ]
    unknown = _case({"apiVersion": {"const": OWN_API}}, {"properties": {"kind": {"enum": own}}})
    return {
        "$schema": of_documents.DIALECT,
        "title": "Documents",
        "description": "Any document of desired state, an inventory, or settings: judged by its kind.",
        "type": ["object", "null"],
        "allOf": [unknown, *cases],
        "$defs": {name: part for kind, schema in kinds.items() for name, part in _parts(kind, schema)},
    }


def _apis(schema: Schema) -> list[str]:
    found: list[str] = schema["properties"]["apiVersion"]["enum"]
    return found


def _case(given: Schema, then: Schema) -> Schema:
    return {"if": {"type": "object", "properties": given, "required": list(given)}, "then": then}


def _parts(kind: str, schema: Schema) -> list[tuple[str, Schema]]:
    """The schema of a kind and its definitions, each under a name that no other kind has."""
    inner = {key: part for key, part in schema.items() if key not in ("$schema", "$defs", "$id")}
    parts = {kind: inner} | {f"{kind}.{name}": part for name, part in schema["$defs"].items()}
    return [(name, _under(kind, part)) for name, part in parts.items()]


def _under(kind: str, part: Any) -> Any:
    if isinstance(part, list):
        return [_under(kind, one) for one in part]
    if not isinstance(part, dict):
        return part
    renamed = {key: _under(kind, one) for key, one in part.items()}
    target = part.get("$ref")
    if isinstance(target, str):
        renamed["$ref"] = target.replace(DEFINITION, f"{DEFINITION}{kind}.")
    return renamed


def named(word: str) -> str | None:
    """The file that somebody means by ``Node``, ``node.json``, ``plan`` or ``plan.v1``; None: none of ours."""
    name = word.lower().removesuffix(".json").removesuffix(".v1")
    names = [*written(), *(f"{output}.v1.json" for output in OUTPUTS)]
    return next((file for file in names if file.removesuffix(".json").removesuffix(".v1") == name), None)


def titles() -> dict[str, str]:
    """File name -> what it is the schema of."""
    return {name: json.loads(text).get("title", "") for name, text in published().items()}
