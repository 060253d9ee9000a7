"""JSON Schemas of the documents, for editors: made from the models, so that they cannot say anything else."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from reconciler.desired.device import Defaults, Device, InventoryShape, InventorySpec
from reconciler.desired.documents import CALICO_APIS, CALICO_KINDS, KINDS, OWN_API, Spec
from reconciler.desired.documents.values import DEVICE_NAME
from reconciler.desired.meaning import Meanings, explain, meanings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
LABELS = TEXTS | {"description": "what selectors of pools and interfaces match"}
ANNOTATIONS = TEXTS | {"description": 'notes; `reconciler/absent: "true"` has a pool deleted'}
WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "Switch": (
        "ceos01",
        {
            "vlans": {"10": {"name": "Calico-Network"}},
            "interfaces": {"Ethernet1": {"description": "to k01-worker", "access": 10}},
            "svis": {"10": {"addresses": ["10.10.10.1/24"]}},
        },
    ),
    "Node": ("k01-worker", {"interfaces": {"eth1": {"addresses": ["10.10.10.11/24"]}}, "underlay": {"dev": "eth1"}}),
    "Cluster": ("k01", {"cni": "calico", "nodes": ["k01-worker"], "apiNode": "k01-worker"}),
    "IPPool": ("default-ipv4-ippool", {"cidr": "192.168.0.0/16", "blockSize": 26, "vxlanMode": "CrossSubnet"}),
    "BlockAffinity": (
        "k01-worker-192-168-81-64-26",
        {"node": "k01-worker", "cidr": "192.168.81.64/26", "state": "confirmed"},
    ),
    "FelixConfiguration": ("default", {"vxlanVNI": 4096}),
    "BGPConfiguration": ("default", {"nodeToNodeMeshEnabled": True}),
    "IPAMBlock": (
        "10-0-0-0-26",
        {"cidr": "10.0.0.0/26", "affinity": "host:k01-worker", "allocations": [], "attributes": []},
    ),
    "ClusterInformation": ("default", {"calicoVersion": "v3.30.1"}),
    "Inventory": (
        "lab",
        {"devices": {"k01-worker": {"platform": "linux", "host": "172.20.20.5", "key": "id_ed25519"}}},
    ),
    "Settings": ("lab", {"source": {"path": "desired"}, "inventory": "inventory"}),
}
"""Name and spec of one whole document of each kind, for whoever begins with an empty file."""
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
    name = {"type": "string", "minLength": 1, "description": "its name; of a Switch or Node: that in the inventory"}
    if own:
        name |= {"pattern": f"^(?:{DEVICE_NAME.pattern})$"}
    metadata = {
        "type": "object",
        "description": "what the document is called, and what is said about it",
        "properties": {"name": name, "labels": LABELS, "annotations": ANNOTATIONS},
        "required": ["name"],
        "additionalProperties": not own,
    }
    return {
        "$schema": DIALECT,
        "title": kind,
        "description": spec.get("description", ""),
        "type": "object",
        "properties": {
            "apiVersion": {"enum": list(apis), "description": "whose document it is, and in which version"},
            "kind": {"const": kind, "description": "what the document describes"},
            "metadata": metadata,
            "spec": spec,
        },
        "required": [*NEEDED, *(["spec"] if own or spec.get("required") else [])],
        "additionalProperties": not own,
        "examples": [
            {"apiVersion": apis[0], "kind": kind, "metadata": {"name": WHOLE[kind][0]}, "spec": WHOLE[kind][1]}
        ],
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
