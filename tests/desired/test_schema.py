"""The published schemas are those of the models, and accept what the loader accepts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from pydantic import BaseModel

from reconciler.desired.compose import compose
from reconciler.desired.device import InventoryShape
from reconciler.desired.documents import KINDS as OF_DOCUMENTS
from reconciler.desired.kinds import KINDS
from reconciler.settings.model import Settings
from reconciler.settings.published import OUTPUTS, published, written

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "schemas"
PRINTED = tuple(f"{name}.v1.json" for name in OUTPUTS)
TEXTS = {name: text for name, text in published().items() if name not in PRINTED}
SCHEMAS = written()
MODELS: dict[str, type[BaseModel]] = {**OF_DOCUMENTS, "Inventory": InventoryShape, "Settings": Settings}
TOGETHER = Draft202012Validator(SCHEMAS["documents.json"])


def output(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((PUBLISHED / name).read_text()))


def test_the_published_schemas_are_current() -> None:
    if os.environ.get("GOLDEN"):
        for name, text in TEXTS.items():
            (PUBLISHED / name).write_text(text)
    published = {path.name: path.read_text() for path in PUBLISHED.glob("*.json") if path.name not in PRINTED}
    assert published == TEXTS, "`make golden` writes them"


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.json")), ids=lambda path: path.name)
def test_a_schema_is_a_schema(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text()))


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("desired/*.yaml"), *ROOT.glob("inventory/*.yaml"), *ROOT.glob("contrib/*.yaml")],
    ids=lambda p: p.name,
)
def test_the_examples_fit_their_schemas(path: Path) -> None:
    trees, _ = compose(path.read_text())
    assert trees
    for tree in trees:
        document = tree.plain()
        Draft202012Validator(SCHEMAS[f"{document['kind'].lower()}.json"]).validate(document)
        TOGETHER.validate(document)


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "documents.json"])
def test_a_whole_example_fits_schema_and_model(name: str) -> None:
    (example,) = SCHEMAS[name]["examples"]
    Draft202012Validator(SCHEMAS[name]).validate(example)
    model = MODELS[example["kind"]]
    assert model.model_validate(example["spec"])


BAD: list[tuple[str, dict[str, Any]]] = [
    ("node", {"interfaces": {"eth1": {"adresses": []}}}),
    ("node", {"interfaces": {"eth1": {"addresses": None}}}),
    ("switch", {"interfaces": {"Ethernet1": {"access": "10"}}}),
    ("switch", {"interfaces": {"Ethernet1": {"access": 10, "addresses": []}}}),
    ("switch", {"interfaces": {"Ethernet1": {"description": "help?"}}}),
    ("cluster", {"cni": "calicoo", "nodes": []}),
    ("ippool", {"blockSize": 26}),
    ("inventory", {"devices": {"a": {"platform": "linux", "host": "h", "password": "plain"}}}),
    ("inventory", {"devices": {"a": {"platform": "linux", "host": "h", "password": {}}}}),
    ("settings", {"inventory": "i.yaml"}),
    ("settings", {"source": {}, "inventory": "i.yaml", "heal": [{"kinds": ["rout"], "heal": "auto"}]}),
    ("settings", {"source": {}, "inventory": "i.yaml", "loop": {"reread": 90}}),
]


@pytest.mark.parametrize(("kind", "spec"), BAD, ids=str)
def test_a_schema_refuses_what_the_loader_refuses(kind: str, spec: dict[str, Any]) -> None:
    schema = SCHEMAS[f"{kind}.json"]
    properties = schema["properties"]
    document = {
        "apiVersion": properties["apiVersion"]["enum"][0],
        "kind": properties["kind"]["const"],
        "metadata": {"name": "x"},
        "spec": spec,
    }
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(document)
    with pytest.raises(ValidationError):
        TOGETHER.validate(document)


def test_documents_of_others_are_not_judged() -> None:
    TOGETHER.validate({"apiVersion": "apps/v1", "kind": "Node", "spec": 7})
    TOGETHER.validate(None)
    assert not TOGETHER.is_valid({"apiVersion": "reconciler/v1", "kind": "Nod"})


def fields(name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Where each field is, its schema, and that of the whole document."""
    schema = SCHEMAS[name]
    for place, part in {**schema["$defs"], "spec": schema["properties"]["spec"]}.items():
        for one in (part, *part.get("anyOf", ())):
            for field, inner in one.get("properties", {}).items():
                yield f"{place}.{field}", inner, schema


@pytest.mark.parametrize("name", sorted(set(SCHEMAS) - {"documents.json"}))
def test_every_field_has_a_description_and_an_example_that_fits(name: str) -> None:
    found = list(fields(name))
    assert found
    assert [place for place, field, _ in found if not field.get("description")] == []
    assert [place for place, field, _ in found if not field.get("examples")] == []
    for place, field, schema in found:
        validator = Draft202012Validator(field | {"$defs": schema["$defs"]})
        assert [str(value) for value in field["examples"] if not validator.is_valid(value)] == [], place


ROUTE = {"kind": "route", "table": 254, "dst": "192.168.209.64/26", "metric": 0, "type": "unicast", "onlink": True}


def state(**device: Any) -> dict[str, Any]:
    return {"schema": "reconciler/state/v1", "devices": {"n": {"status": "ok", "resources": [], **device}}}


def test_the_states_of_the_contract_fit() -> None:
    validator = output("state.v1.json")
    validator.validate(state(resources=[ROUTE, {**ROUTE, "owned": False}]))
    validator.validate(state(unknown=[{"kind": "neighbour", "name": "* dev vxlan.calico", "missing": "a MAC"}]))
    validator.validate({"schema": "reconciler/state/v1", "devices": {"n": {"status": "unreachable", "reason": "x"}}})


@pytest.mark.parametrize(
    "bad",
    [
        state(resources=[{**ROUTE, "gateway": None}]),
        state(resources=[{**ROUTE, "dst": "10.0.0.1"}]),
        state(resources=[{**ROUTE, "protocol": "boot"}]),
        state(resources=[{"kind": "rout"}]),
        state(status="unreachable"),
        {"schema": "reconciler/state/v2", "devices": {}},
    ],
    ids=["null", "no length", "name for number", "kind", "no reason", "version"],
)
def test_other_states_do_not_fit(bad: dict[str, Any]) -> None:
    assert not output("state.v1.json").is_valid(bad)


def plan(**change: Any) -> dict[str, Any]:
    """The example of the contract, section 5."""
    fields = {"dev": ["eth1", "vxlan.calico"]}
    row = {"verb": "update", "kind": "route", "name": "192.168.209.64/26 table 254 metric 0", "cause": "drift"}
    made = {"before": {}, "after": {}, "fields": fields, "origin": "pools.yaml:1", "commands": ["ip route replace"]}
    counts = {"create": 0, "adopt": 0, "update": 1, "replace": 0, "delete": 0}
    return {
        "schema": "reconciler/plan/v1",
        "revision": "abc",
        "digest": "75d7375b0927",
        "devices": [{"name": "n", "platform": "linux", "status": "ok", "changes": [{**row, **made, **change}]}],
        "summary": {**counts, "devices": 5, "in_sync": 4, "unreachable": 0},
    }


@pytest.mark.parametrize("kind", sorted(kind.kind for kind in KINDS))
def test_every_kind_may_be_planned_and_unknown(kind: str) -> None:
    output("plan.v1.json").validate(plan(kind=kind))
    output("state.v1.json").validate(state(unknown=[{"kind": kind, "name": "x", "missing": "a fact"}]))


def test_the_plan_of_the_contract_fits_and_others_do_not() -> None:
    validator = output("plan.v1.json")
    validator.validate(plan())
    assert not validator.is_valid(plan(verb="modify"))
    assert not validator.is_valid(plan(fields={"dev": ["eth1"]}))
    assert not validator.is_valid(plan() | {"digest": "75D"})
