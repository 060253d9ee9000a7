"""Models and published schemas accept the same documents, but for rules, named here, that no schema can say."""

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
BEYOND = {
    "arithmetic of addresses, prefixes, MACs and bits": [
        r"is not an IP (address|prefix)",
        r"has (host bits set|a prefix length|no prefix length|a zone)$",
        r"is the (network address|broadcast address of its network)$",
        r"is not a (unicast MAC|multicast|router ID|route distinguisher)|is a multicast address$",
        r"is not an address|are no realms|has bits outside of fwmask|means any mark to the kernel",
        r"is an IPv[46] prefix$|is no host's address$|is not the address of a router$",
    ],
    "ranges within a text": [r"is not a (list of VLANs|range of (ports|user IDs))", r"^port 0 means any port"],
    "spans, sizes, shares, times in words": [
        r"is no (span of time|share|size|number of devices)|is too (short|long)$",
        r"^unknown time zone|^a schedule has five fields|^'?.* is not a (time|day)",
        r"the longest pause only|so none is forgotten after",
    ],
    "places: hosts, paths, URLs, names of git": [
        r"is not a (host|user name)|^not a path|does not name a place$|begin with udp:// or tcp://|has no port$",
        r"is no (name of a branch or tag|folder of a repository)|^webhook names no git host|^the url ",
    ],
    "which fields go together": [
        r"is for a git repository$",
        r"^username, token and ca are for https|^key and knownHosts are for ssh",
        r"does not name an address of this machine$",
        r"^(host|platform) is missing$",  # the defaults of an inventory may give it
        r"^sudo and shell are for|^secret is a switch's|^owns\.\w+ is for|knows (its|no)|^listen\.webhook without",
        r"leads nowhere$|^a \w+ route without a device|^a route with both|^an IPv[46] (route|rule) (has no|with src)",
        r"^an IPv6 next hop without via|^encap |among segs$|^goto leads back|^the rule does nothing|^a rule with both",
        r"^fwmask without fwmark|^suppress\w+ and|of different IP versions$|^family is",
        r"^an IPv6 address with a scope|of the other IP version$|is the address itself$|mix IPv4 and IPv6$",
        r"without a dev to join|^a forwardDelay of|^an interface that is both|^a bridge that is a port",
        r"of its own$|^an SVI with IPv4|^a neighbour without an AS",
        r"^a receiver is told in one way|^a window|^an? \w+ with neither",
    ],
    "names that mean something to EOS, or to us": [
        r"^the default VRF|a word of EOS's own|is an SVI$|is the switch's management interface$",
        r"is not an interface on EOS|^Null0 drops|is an address, not the name|is not a valid name of",
        r"is no pattern of names|^unknown field .* of kind|is what a resource of kind|is for everything, and the last",
    ],
    "texts for people": [
        r"^(a '\?' in )?the description|is not a regular expression|repeats what repeats|^outOfBand says"
    ],
}
"""What the models refuse and the schemas let pass, by why no schema says it: patterns of whole rules. Whoever adds a
rule to a model that a schema could say makes this law fail, and says it there."""
EXCEPTIONS = re.compile("|".join(rule for rules in BEYOND.values() for rule in rules))
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


@cache
def whole(name: str) -> st.SearchStrategy[dict[str, Any]]:
    schema = SCHEMAS[name]
    fields = schema["properties"]
    head = {key: values(fields[key], {}) for key in ("apiVersion", "kind")}
    spec = values(fields["spec"], schema["$defs"])
    return st.fixed_dictionaries({**head, "metadata": st.just({"name": "x"}), "spec": spec})


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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(documents())
    def collect(document: dict[str, Any]) -> None:
        verdicts.append(not complaints(document) and document["apiVersion"] == OWN_API)

    collect()
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9
