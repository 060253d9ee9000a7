"""What a model refuses is taken out whole, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.adopt.fitting import NotFitting, fitted
from reconciler.desired.documents import IPPool, Node, Switch

GOOD: dict[str, Any] = {
    "vlans": {10: {"name": "a"}, 20: {}},
    "interfaces": {"Ethernet1": {"access": 10}, "Ethernet2": {"trunk": {"allowed": "10"}}},
    "routes": [{"dst": "10.0.0.0/24", "via": "10.1.0.1"}, {"dst": "10.0.1.0/24", "via": "10.1.0.1"}],
    "bgp": {"asn": 65001, "neighbors": {"10.0.0.1": {"remoteAs": 1}, "10.0.0.2": {"remoteAs": 2}}},
}


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(Switch, GOOD) == (GOOD, [])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("vlans", 10, "name"), "no spaces allowed"),
        (("interfaces", "Ethernet2", "trunk"), {"allowed": "4095"}),
        (("routes", 0, "dst"), "10.0.0.7/24"),
        (("bgp", "neighbors", "10.0.0.1", "remoteAs"), 0),
        (("vlans", 4095), {}),
        (("interfaces", "Ma0"), {}),
        (("routes", 1, "color"), "red"),
    ],
)
def test_an_entry_that_does_not_fit_goes_as_a_whole(path: tuple[Any, ...], value: object) -> None:
    spec = {name: _copied(part) for name, part in GOOD.items()}
    _put(spec, path, value)
    entry = path[: 3 if path[0] == "bgp" else 2]
    left, misfits = fitted(Switch, spec)
    assert [misfit.path for misfit in misfits] == [
        tuple(step if isinstance(step, str) else _step(path, step) for step in entry)
    ]
    assert _without(left, entry) == _without(spec, entry)


def _step(path: tuple[Any, ...], step: int) -> str | int:
    """Of a list it is a number, of a mapping a text."""
    return step if path[0] == "routes" else str(step)


def _copied(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _copied(value) for key, value in part.items()}
    return [_copied(value) for value in part] if isinstance(part, list) else part


def _put(spec: Any, path: tuple[Any, ...], value: object) -> None:
    for step in path[:-1]:
        spec = spec[step]
    spec[path[-1]] = value


def _without(spec: dict[str, Any], entry: tuple[Any, ...]) -> dict[str, Any]:
    """The spec without that entry, whether it is there or not."""
    left: Any = _copied(spec)
    top = left
    for step in entry[:-1]:
        left = left[step]
    if isinstance(left, list):
        left[:] = [one for one in left if one != _entry_of(spec, entry)] if len(left) == 2 else left
    else:
        left.pop(entry[-1], None)
    return dict(top)


def _entry_of(spec: Any, entry: tuple[Any, ...]) -> object:
    for step in entry:
        spec = spec[step]
    return spec


def test_a_document_without_what_every_one_has_is_none() -> None:
    with pytest.raises(NotFitting, match="cidr"):
        fitted(IPPool, {"blockSize": 26})


Junk = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-1, 5000), st.sampled_from(["eth1", "10.0.0.1/24", "10.0.0.0/8", ""])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*Node.model_fields, "addresses", "dst", "via", "dev", "eth1"]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*Node.model_fields, "podCIDRs", "other"]), Junk, max_size=4))
def test_whatever_is_given_what_is_left_fits(spec: dict[str, Any]) -> None:
    left, misfits = fitted(Node, spec)
    assert fitted(Node, left) == (left, [])
    assert bool(misfits) == (left != spec)
