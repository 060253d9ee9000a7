"""Differences inside a nested attribute are named by their path."""

from __future__ import annotations

import pytest

from reconciler.report.nested import parts
from reconciler.report.plan_text import turn

ONE, TWO = {"gateway": "10.0.0.1", "weight": 1}, {"gateway": "10.0.0.2", "weight": 1}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (1400, 1500, [("x", 1400, 1500)]),
        (None, 1500, [("x", None, 1500)]),
        (["Workload"], ["Workload", "Tunnel"], [("x", ["Workload"], ["Workload", "Tunnel"])]),
        ([ONE, TWO], [ONE, TWO | {"weight": 3}], [("x[1].weight", 1, 3)]),
        ([ONE], [ONE, TWO], [("x[1]", None, TWO)]),
        ([ONE, TWO], [ONE], [("x[1]", TWO, None)]),
        ([ONE], None, [("x", [ONE], None)]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, [("x.a.c", None, 2)]),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}, [("x.a", 1, 2), ("x.b", 2, 1)]),
        ({"a": 1}, {"a": "1"}, [("x.a", 1, "1")]),
    ],
)
def test_parts(old: object, new: object, said: list[tuple[str, object, object]]) -> None:
    assert [tuple(part) for part in parts("x", old, new)] == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (10, 20, "10 → 20"),
        (None, "core", "none → core"),
        ("none", "10,20", "none → 10,20"),
        ("none", None, '"none" → none'),
        (1, "1", '1 → "1"'),
    ],
)
def test_both_sides_of_a_change_look_different(old: object, new: object, said: str) -> None:
    """`switchport trunk allowed vlan none` is a list without VLANs, not the absence of the line."""
    assert turn(old, new) == said
