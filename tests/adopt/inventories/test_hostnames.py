"""Patterns of hosts: what they stand for, and which are none."""

from __future__ import annotations

import pytest

from reconciler.adopt.inventories.hostnames import BadPattern, names, with_port


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("leaf1", ["leaf1"]),
        ("sw[01:03]", ["sw01", "sw02", "sw03"]),
        ("sw[9:11].lab", ["sw9.lab", "sw10.lab", "sw11.lab"]),
        ("r[a:c]", ["ra", "rb", "rc"]),
        ("h[1:9:4]", ["h1", "h5", "h9"]),
        ("h[0:1]", ["h0", "h1"]),
        ("h[0:10:9]", ["h0", "h9"]),
        ("h[08:10]", ["h08", "h09", "h10"]),
        ("[a:b][1:2]", ["a1", "a2", "b1", "b2"]),
    ],
)
def test_a_pattern_stands_for(pattern: str, expected: list[str]) -> None:
    assert names(pattern) == expected


HALF = ("a[1:999999999]", "[1:999][1:999]", "x[3:1]", "x[c:a]", "x[1:9:0]", "x[1:b]", "x[01:100]", "x[1", "x" * 2000)


@pytest.mark.parametrize("pattern", HALF)
def test_no_pattern_is_large_or_half(pattern: str) -> None:
    with pytest.raises(BadPattern):
        names(pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("leaf1:2222", ("leaf1", 2222)),
        ("sw[1:3]:22", ("sw[1:3]", 22)),
        ("sw[1:3]", ("sw[1:3]", None)),
        ("fd00::1", ("fd00::1", None)),
        ("[fd00::1]:2222", ("fd00::1", 2222)),
    ],
)
def test_a_port_behind_a_name(pattern: str, expected: tuple[str, int | None]) -> None:
    assert with_port(pattern) == expected
