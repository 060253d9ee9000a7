"""Variables of a topology, as containerlab fills them in (a8m/envsubst); none comes from our environment."""

from __future__ import annotations

import pytest

from reconciler.adopt.adopted import Refused
from reconciler.adopt.containerlab.variables import filled


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("$A ${A} ${A:-d} ${A-d} ${A:=d}", "a a a a a"),
        ("${E}|${E:-d}|${E-d}|${E=d}", "|d||"),
        ("${N:-d} ${N-d} ${N:=d} ${N:-}|", "d d d |"),
        ("$N $(id) cost: 5$", "$N $(id) cost: 5$"),
    ],
)
def test_a_variable_becomes(text: str, full: str) -> None:
    assert filled(text, "f", {"A": "a", "E": ""}) == (full, [])


def test_what_nobody_gave_is_told_where_it_stands() -> None:
    text, remarks = filled("a\n${N}", "f", {})
    assert text == "a\n${N}"
    assert [(one.line, one.what) for one in remarks] == [(2, "${N} is not set")]
    with pytest.raises(Refused, match="f:2: not a topology yet"):
        filled("a\n{{ .x }}", "f", {})
