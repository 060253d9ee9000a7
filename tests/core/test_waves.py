"""In which order devices get a new state."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.waves import Portion, Rolling, loop_in, waves

NAMES = [f"d{number}" for number in range(12)]
PORTIONS = st.one_of(
    st.integers(1, 15).map(lambda count: Portion(count=count)),
    st.sampled_from([0.5, 10.0, 20.0, 33.0, 50.0, 100.0]).map(lambda percent: Portion(percent=percent)),
)
ROLLINGS = st.builds(Rolling, st.integers(0, 4), PORTIONS)


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[str], dict[str, int], dict[str, list[str]]]:
    """Devices, their tiers, and who comes after whom, without any circle; some of those have nothing to do."""
    rank = draw(st.permutations(NAMES))
    tiers = dict(zip(rank, sorted(draw(st.lists(st.integers(0, 2), min_size=12, max_size=12))), strict=True))
    after = {
        name: draw(st.lists(st.sampled_from(rank[:place]), max_size=3, unique=True))
        for place, name in enumerate(rank)
        if place and draw(st.booleans())
    }
    return draw(st.lists(st.sampled_from(NAMES), unique=True)), tiers, after


def before(one: str, other: str, tiers: Mapping[str, int], after: Mapping[str, Collection[str]]) -> bool:
    return tiers[one] < tiers[other] or one in after.get(other, ())


@given(orders(), ROLLINGS)
def test_everybody_comes_once_after_all_that_come_before_and_in_batches(
    order: tuple[list[str], dict[str, int], dict[str, list[str]]], rolling: Rolling
) -> None:
    devices, tiers, after = order
    found = waves(devices, tiers, after, rolling)
    assert sorted(itertools.chain(*found)) == sorted(devices)
    at = {name: number for number, wave in enumerate(found) for name in wave}
    for one, other in itertools.permutations(devices, 2):
        if before(one, other, tiers, after):
            assert at[one] < at[other]
    batch = rolling.batch.of(max(0, len(devices) - rolling.canary))
    sizes = [rolling.canary or batch, *itertools.repeat(batch, len(found))]
    assert all(0 < len(wave) <= size for wave, size in zip(found, sizes, strict=False))
    _nobody_waits_without_reason(found, sizes, order)


def _nobody_waits_without_reason(
    found: list[list[str]], sizes: list[int], order: tuple[list[str], dict[str, int], dict[str, list[str]]]
) -> None:
    _, tiers, after = order
    for number, wave in enumerate(found):
        later = list(itertools.chain(*found[number + 1 :]))
        could = [name for name in later if not any(before(one, name, tiers, after) for one in (*wave, *later))]
        assert len(wave) == sizes[number] or not could


@given(orders())
def test_by_default_all_go_at_once_as_far_as_they_may(
    order: tuple[list[str], dict[str, int], dict[str, list[str]]],
) -> None:
    devices, _, _ = order
    assert waves(devices, {}, {}) == ([sorted(devices)] if devices else [])


@pytest.mark.parametrize(
    ("rolling", "sizes"),
    [
        (Rolling(1, Portion(percent=20.0)), [1, 4, 4, 4, 4, 4]),  # 20 % of the other 20
        (Rolling(0, Portion(percent=30.0)), [7, 7, 7]),  # rounded up
        (Rolling(2, Portion(count=10)), [2, 10, 9]),
        (Rolling(30), [21]),
    ],
)
def test_canaries_and_batches(rolling: Rolling, sizes: list[int]) -> None:
    assert [len(wave) for wave in waves([f"d{n}" for n in range(21)], {}, {}, rolling)] == sizes


@pytest.mark.parametrize(
    ("after", "loop"),
    [
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["a"]}, ["a", "a"]),
        ({"c": ["a"], "a": ["b"], "b": ["c"], "d": ["a"]}, ["a", "b", "c", "a"]),
    ],
)
def test_a_circle_is_found_and_named(after: dict[str, list[str]], loop: list[str]) -> None:
    found = loop_in(after)
    assert sorted(found[:-1]) == sorted(loop[:-1])
    assert found[:1] == found[-1:]
    assert all(later in after[one] for one, later in itertools.pairwise(found))
    if loop:
        with pytest.raises(ValueError, match="wait for each other: a"):
            waves(after.keys() | {"a"}, {}, after)
