"""Spans and moments as people read them."""

from __future__ import annotations

import pytest

from reconciler.report.times import age, clock, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0s"),
        (0.4, "0s"),
        (1.4, "1s"),
        (59.7, "1m"),
        (61, "1m1s"),
        (1500, "25m"),
        (11130, "3h5m"),
        (86399.9, "1d"),
        (187200, "2d4h"),
    ],
)
def test_an_age_is_as_exact_as_it_is_long(seconds: float, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(-3, "0ms"), (0.5404, "540ms"), (0.9999, "1s"), (61, "1m1s")])
def test_a_span_knows_less_than_a_second(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_time_that_no_calendar_has_is_no_traceback() -> None:
    assert clock(1e300) == "1e+300"
    assert len(clock(0.0)) == len("2026-11-21 03:04:05")
