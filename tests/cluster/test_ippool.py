"""A pool as a wish sees it: defaults are no difference, and what the wish leaves out is not ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cluster.ippool import DEFAULTS, IPPool
from reconciler.core.change import Change, diff
from reconciler.core.codec import as_json, from_json
from reconciler.core.resource import Key, Live

Spec = dict[str, Any]
CIDR = {"cidr": "10.0.0.0/16"}
SCALARS = st.one_of(st.booleans(), st.integers(0, 128), st.sampled_from(["", "Never", "Always", "all()", "é'$\n"]))
FIELDS = st.sampled_from([*DEFAULTS, "blockSize", "cidr", "colour", "namespaceSelector"])
SPECS = st.dictionaries(FIELDS, st.one_of(SCALARS, st.lists(SCALARS, max_size=3)))


def pool(spec: Spec, name: str = "pool") -> IPPool:
    return IPPool(pool=name, spec=spec)


def changes(want: Spec, live: Spec) -> list[Change]:
    wanted, there = pool(CIDR | want), pool(CIDR | live)
    return diff({wanted.key: wanted}, Live({there.key: there}, {}))


@pytest.mark.parametrize("field", DEFAULTS)
def test_a_default_is_the_same_written_or_left_out(field: str) -> None:
    assert changes({field: DEFAULTS[field]}, {}) == []
    assert changes({}, {field: DEFAULTS[field]}) == []


@pytest.mark.parametrize(
    ("want", "live"),
    [
        ({"natOutgoing": True}, {}),
        ({"natOutgoing": False}, {"natOutgoing": True}),
        ({"vxlanMode": "Always"}, {}),
        ({"vxlanMode": "Never"}, {"vxlanMode": "CrossSubnet"}),
        ({"disabled": True}, {"disabled": False}),
        ({"nodeSelector": "has(rack)"}, {}),
        ({"allowedUses": ["Workload"]}, {}),
        ({"namespaceSelector": "all()"}, {}),
    ],
    ids=str,
)
def test_another_value_than_the_default_is_a_difference(want: Spec, live: Spec) -> None:
    (change,) = changes(want, live)
    assert change.verb == "update"
    assert change.fields == {field: (live.get(field, DEFAULTS.get(field)), want[field]) for field in want}


@pytest.mark.parametrize(
    ("field", "empty"), [("ipipMode", ""), ("vxlanMode", ""), ("nodeSelector", ""), ("blockSize", 0), ("colour", "")]
)
def test_an_empty_value_stands_for_the_default_that_the_server_stores_for_it(field: str, empty: object) -> None:
    """Calico fills these in at admission, so a patch would change nothing, for ever."""
    default = {**DEFAULTS, "blockSize": 26}.get(field)
    assert changes({field: empty}, {} if default is None else {field: default}) == []
    assert changes({field: empty}, {}) == []


def test_an_empty_value_is_no_excuse_for_another_than_the_default() -> None:
    (change,) = changes({"vxlanMode": ""}, {"vxlanMode": "Always"})
    assert change.fields == {"vxlanMode": ("Always", "")}


@pytest.mark.parametrize(("cidr", "size"), [("10.0.0.0/16", 26), ("fd00:10::/64", 122)])
def test_the_default_block_size_is_the_families(cidr: str, size: int) -> None:
    assert pool({"cidr": cidr, "blockSize": size}).lens(pool({"cidr": cidr})).values["blockSize"] == size


def test_what_a_document_leaves_out_is_not_ours() -> None:
    live = {"vxlanMode": "Always", "natOutgoing": True, "disabled": True, "colour": "red"}
    assert changes({"vxlanMode": "Always"}, live) == []
    assert pool(CIDR).lens(pool(CIDR | live)).values == {"name": "pool", **CIDR}


@given(SPECS, SPECS)
def test_a_wish_sees_no_field_that_it_does_not_name(want: Spec, live: Spec) -> None:
    seen = pool(want).lens(pool(live))
    assert isinstance(seen, IPPool)
    assert seen.spec.keys() <= want.keys()
    assert pool(want).lens(seen) == seen


@given(SPECS)
def test_a_pool_that_has_what_is_wanted_is_as_wanted(spec: Spec) -> None:
    assert pool(spec).lens(pool(spec | {"colourOfOthers": "red"})) == pool(spec)


@given(SPECS, st.sampled_from(["pool", "a.b-c", "é '"]))
def test_values_survive_json(spec: Spec, name: str) -> None:
    made = pool(spec, name)
    record = json.loads(json.dumps(as_json(made)))
    assert record["kind"] == "ippool"
    assert from_json(record, [IPPool]) == made


def test_values_that_are_lists_and_objects_survive_json() -> None:
    made = pool(CIDR | {"allowedUses": ["Tunnel"], "later": {"deep": [{"x": None}, False]}})
    assert from_json(json.loads(json.dumps(as_json(made))), [IPPool]) == made
    assert made.key == Key("ippool", "pool")


@pytest.mark.parametrize(
    ("want", "live"), [({"cidr": "10.1.0.0/16"}, {}), ({"blockSize": 27}, {}), ({"blockSize": 26}, {"blockSize": 24})]
)
def test_another_range_or_block_size_is_another_pool(want: Spec, live: Spec) -> None:
    (change,) = changes(want, live)
    assert change.recreates
    assert change.verb == "replace"


def test_everything_else_is_changed_in_place() -> None:
    every = dict.fromkeys(DEFAULTS, "other")
    (change,) = changes(every, {})
    assert not change.recreates
    assert change.fields.keys() == DEFAULTS.keys()
