"""Models and published schemas accept the same documents, but for the rules, each named here, that no schema can say."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.desired import recognise
from reconciler.desired.compose import compose
from reconciler.desired.documents import OWN_API
from reconciler.desired.inventory import _Reading
from reconciler.settings.model import Settings
from reconciler.settings.published import written

SCHEMAS = written()
DOCUMENTS = Draft202012Validator(SCHEMAS["documents.json"])
KINDS = sorted(name for name in SCHEMAS if name != "documents.json")
BEYOND = [
    # addresses, prefixes and what follows from their numbers
    r"is not an IP|has no prefix length|has a prefix length|has host bits set|is the (network|broadcast) address|has a zone",
    r"is not a unicast MAC|is not a list of VLANs|is not a range of|port 0 means|are no realms|is an IPv[46] prefix",
    r"is not a route distinguisher|is not a router ID|is not an address|is not an interface on EOS|Null0 drops|management",
    # rules between fields of one document
    r"with (a|an|both|an end)\b|without|leads nowhere|leads back|does nothing|different IP versions|has no \w+$|of more than",
    r"at once|of its own|not routed|is the address itself|is not a multicast|is a multicast|mix IPv4|is an IPv4|and a prefix",
    r"have the same|twice|means any mark|has bits outside|need a table|among segs|with stp|are for|is for|switch's enable",
    r"listen\.|source\.|more than one|neither|nobody|no suspension|longer than|shorter|within|before|after|later",
    # names with a meaning of their own
    r"default VRF|a word of EOS's own|is an SVI|selects nothing|is no pattern|unknown field '\w*' of kind|is what a resource",
    # texts: what they look like is said by their validators in words
    r"description|regular expression|repeats what|is not a (host|user name|path|URL|span|size|time|window|folder)",
    r"is not a name|is not a valid|is no |is not one of|is not text|outOfBand|unknown (time|day|event|label)|control character",
    # an empty key of ours, and an address that pydantic takes for another kind of input
    r"has no value|is empty|an empty|may not be empty|a file|a place|a list|cannot",
]
"""What the models refuse and the schemas let pass: each pattern stands for rules of arithmetic, of several fields, of
words. A schema that could say one of them should; whoever adds a rule to a model decides here."""
EXCEPTIONS = re.compile("|".join(BEYOND))
TEXTS = [
    "10.10.10.1",
    "10.10.10.1/24",
    "10.10.20.0/24",
    "fd00::1",
    "fd00::/64",
    "66:fb:ad:98:aa:13",
    "eth1",
    "Ethernet1",
]
TEXTS += [
    "default",
    "k01-worker",
    "10,20-22",
    "65001:1",
    "Null0",
    "TENANT",
    "CALICO-K8S",
    "k01-worker:eth1",
    "3.30",
    "all()",
]
TEXTS += ["5/6", "1000-2000", "cubic", "mtu", "30%", "10m", "leaf*", "docker exec -i x sh", "x", "no", "", "a b"]
WRONG = st.sampled_from([None, True, 7, -1, 1.5, "x", "10", [], {}, ["x"], {"x": 1}, 10**12])


def values(schema: dict[str, Any], definitions: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """What fits this schema, mostly; the few words of JSON Schema that pydantic writes."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return st.deferred(lambda: values(definitions[target], definitions, depth))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of([values(choice, definitions, depth) for choice in choices])
    kind = schema.get("type")
    if kind == "object":
        return mappings(schema, definitions, depth)
    if kind == "array":
        return st.lists(values(schema.get("items", {}), definitions, depth + 1), max_size=2)
    return scalars(schema)


def scalars(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    if kind == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 2**32)
        return st.sampled_from(sorted({low, min(low + 4, high), high}))
    if kind in ("boolean", "null"):
        return st.booleans() if kind == "boolean" else st.none()
    if kind == "number":
        return st.sampled_from([1.5, 30])
    given_ones = [example for example in schema.get("examples", ()) if isinstance(example, str)]
    fitting = [text for text in TEXTS if re.search(schema.get("pattern", ""), text)] or ["x"]
    return st.sampled_from([*given_ones * 4, *fitting])


def mappings(schema: dict[str, Any], definitions: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    fields = schema.get("properties", {})
    needed = {
        name: values(fields[name], definitions, depth + 1) for name in schema.get("required", ()) if name in fields
    }
    others = sorted(set(fields) - set(needed))
    inner = schema.get("additionalProperties")
    if isinstance(inner, dict) and not fields:
        names = scalars({"type": "string", **schema.get("propertyNames", {})}) | st.just("10")
        return st.dictionaries(names, values(inner, definitions, depth + 1), max_size=2)

    def some(chosen: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries(needed | {name: values(fields[name], definitions, depth + 1) for name in chosen})

    return st.lists(st.sampled_from(others), max_size=3, unique=True).flatmap(some) if others else some([])


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, inner in keys for place in places(inner, (*path, key)))]


def spoilt(data: Any, place: tuple[Any, ...], value: Any, key: str | None) -> Any:
    """One value replaced by another, or another key beside it."""
    if not place:
        return {**data, key: value} if key is not None and isinstance(data, dict) else value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[place[0]] = spoilt(copy[place[0]], place[1:], value, key)
    return copy


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    schema = SCHEMAS[draw(st.sampled_from(KINDS))]
    fields = schema["properties"]
    head = {name: draw(values(fields[name], {})) for name in ("apiVersion", "kind")}
    document: dict[str, Any] = {
        **head,
        "metadata": {"name": "x"},
        "spec": draw(values(fields["spec"], schema["$defs"])),
    }
    for _ in range(draw(st.integers(0, 1))):
        place = draw(st.sampled_from([place for place in places(document) if place[:1] in (("spec",), ("metadata",))]))
        document = spoilt(document, place, draw(WRONG), draw(st.sampled_from([None, None, "unknown", "name", "mtu"])))
    return document


def complaints(document: dict[str, Any]) -> list[str]:
    """What the loader has to say of one document, nothing beside it."""
    (tree,), found = compose(json.dumps(document))
    what = recognise.head(tree)
    fault = recognise.misfit(tree, what)
    if fault:
        return [fault.what]
    if what.kind == "Inventory":
        reading = _Reading(Path("/nowhere"))
        reading._document(tree, "f", Path("/nowhere"))
        return [problem.what for problem in reading.problems]
    if what.kind == "Settings":
        found += recognise.own(tree, what.kind, Settings, "f", Path("/nowhere"))[1]
    else:
        found += recognise.document(tree, what, "f")[1]
    return [fault.what for fault in found]


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[f"{kind.lower()}.json"])


def check_law(document: dict[str, Any]) -> None:
    found = complaints(document)
    accepted = validator(document["kind"]).is_valid(document)
    assert DOCUMENTS.is_valid(document) == accepted, "one schema of all says what that of the kind does"
    if not found:
        assert accepted, next(validator(document["kind"]).iter_errors(document)).message
    elif accepted:
        assert all(map(EXCEPTIONS.search, found)), found


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_models_and_schemas_agree(document: dict[str, Any]) -> None:
    check_law(document)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_models_and_schemas_agree_for_long(document: dict[str, Any]) -> None:
    check_law(document)


def test_the_law_is_about_something() -> None:
    """Of what is generated a good part is right, and a good part is not."""
    verdicts: list[bool] = []

    @settings(max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(documents())
    def collect(document: dict[str, Any]) -> None:
        verdicts.append(not complaints(document) and document["apiVersion"] == OWN_API)

    collect()
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9
