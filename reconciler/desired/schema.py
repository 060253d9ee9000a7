"""JSON Schemas of the documents, for editors: made from the models, so that they cannot say anything else."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from reconciler.desired.device import Defaults, Device, InventoryShape, InventorySpec
from reconciler.desired.documents import CALICO_APIS, CALICO_KINDS, KINDS, OWN_API, Spec
from reconciler.desired.meaning import Meanings, explain, meanings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
NEEDED = ("apiVersion", "kind", "metadata")


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema, for every kind of document and for the inventory."""
    documents = {f"{kind.lower()}.json": _document(kind, model) for kind, model in KINDS.items()}
    return documents | {"inventory.json": _without_null(_inventory())}


def text(schema: dict[str, Any]) -> str:
    """As it stands in its file."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def own_document(kind: str, model: type[Spec], known: Meanings) -> dict[str, Any]:
    """The schema of a whole document of our own, whose spec is ``model``; ``known``: what its fields mean."""
    spec = _explained(model, known)
    schema: dict[str, Any] = _without_null(_around(kind, spec, (OWN_API,), own=True))
    return schema


def _document(kind: str, model: type[Spec]) -> dict[str, Any]:
    if kind not in CALICO_KINDS:
        return own_document(kind, model, meanings())
    return _around(kind, _explained(model, meanings()), CALICO_APIS, own=False)


def _explained(model: type[BaseModel], known: Meanings) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation")
    explain(schema, model, known)
    return schema


def _without_null(schema: Any) -> Any:
    """In our own kinds a field is left out or has a value; an empty one is a mistake (``recognise.empties``)."""
    if isinstance(schema, list):
        return [_without_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(part) for key, part in schema.items() if not (key == "default" and part is None)}
    if len(kept.get("patternProperties", {})) == 1:
        kept |= _only_keys(kept.pop("patternProperties"), kept.get("propertyNames", {}))
    choices = [part for part in kept.get("anyOf", ()) if part != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return choices[0] | kept
    return kept


def _only_keys(patterns: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """``patternProperties`` lets any other key pass; ours do not."""
    ((pattern, values),) = patterns.items()
    return {"propertyNames": names | {"pattern": pattern}, "additionalProperties": values}


def _around(kind: str, spec: dict[str, Any], apis: tuple[str, ...], *, own: bool) -> dict[str, Any]:
    """The whole document around its spec. Kubernetes adds fields of its own to Calico's documents, not to ours."""
    definitions = spec.pop("$defs", {})
    metadata = {
        "type": "object",
        "properties": {"name": {"type": "string", "minLength": 1}, "labels": TEXTS, "annotations": TEXTS},
        "required": ["name"],
        "additionalProperties": not own,
    }
    return {
        "$schema": DIALECT,
        "title": kind,
        "description": spec.get("description", ""),
        "type": "object",
        "properties": {
            "apiVersion": {"enum": list(apis)},
            "kind": {"const": kind},
            "metadata": metadata,
            "spec": spec,
        },
        "required": [*NEEDED, *(["spec"] if own or spec.get("required") else [])],
        "additionalProperties": not own,
        "$defs": definitions,
    }


def _inventory() -> dict[str, Any]:
    """Each device may leave to the defaults whatever they give, so no field of it is required here."""
    spec = _without_null(InventorySpec.model_json_schema(by_alias=True))
    defaults, device = _explained(Defaults, meanings()), _explained(Device, meanings())
    definitions = defaults.pop("$defs", {}) | device.pop("$defs", {})
    device.pop("required", None)
    explain(spec, InventoryShape, meanings())
    spec["properties"]["defaults"] |= {"$ref": "#/$defs/Defaults"}
    spec["properties"]["defaults"].pop("additionalProperties", None)
    spec["properties"]["devices"]["additionalProperties"] = {"$ref": "#/$defs/Device"}
    spec["$defs"] = definitions | {"Defaults": defaults, "Device": device}
    return _around("Inventory", spec, (OWN_API,), own=True)
