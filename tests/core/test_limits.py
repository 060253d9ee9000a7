"""When a plan is too much: for one device, and for all together while they are planned one after the other."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change, diff
from reconciler.core.limits import EACH, TOTAL, Bound, Extent, Limits, extent, too_much
from reconciler.core.resource import Live, state_of
from reconciler.core.tally import Tally
from reconciler.linux.route import Route

PERCENT = st.sampled_from([0.0, 0.5, 29.0, 30.0, 57.0, 99.9, 100.0])
BOUNDS = st.builds(Bound, PERCENT, st.integers(1, 40))
LIMITS = st.builds(Limits, BOUNDS, BOUNDS)
EXTENTS = st.builds(Extent, st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))


def changed(number: int, owned: int = 0, *, foreign: int = 0) -> Extent:
    """So many of ``owned`` routes of ours, and of ``foreign`` ones, get another gateway."""
    wants = [Route(dst=f"10.{n // 256}.{n % 256}.0/24", gateway="10.0.0.1", protocol=142) for n in range(number)]
    there = state_of(Route(dst=want.dst, gateway="10.0.0.2", protocol=142) for want in wants)
    live = Live({}, there) if foreign else Live(there, {})
    return extent(diff(state_of(wants), live), owned)


@given(st.integers(0, 1000), st.integers(0, 1000), PERCENT, st.integers(1, 100))
def test_a_bound_is_exact_arithmetic(number: int, owned: int, percent: float, count: int) -> None:
    share = Fraction(str(percent)) / 100
    assert Bound(percent, count).is_broken(number, owned) == (number >= count and number > share * owned)


@given(st.integers(0, 200), st.integers(0, 200), BOUNDS)
def test_everything_is_never_more_than_all_of_it(number: int, owned: int, bound: Bound) -> None:
    assert not Bound(100, bound.count).is_broken(min(number, owned), owned)
    assert Bound(0, 1).is_broken(number, owned) == (number > 0)


@pytest.mark.parametrize(
    ("does", "held"),
    [
        (changed(60, 60), False),  # all rows of a node of a small cluster, whose pool got another mode
        (changed(99, 99), False),
        (changed(100, 200), False),
        (changed(101, 200), True),
        (changed(1000, 1000), True),
        (changed(1000, 0, foreign=1000), False),  # a first adoption
    ],
)
def test_many_updates_wait_on_a_large_device_and_adoptions_do_not(does: Extent, held: bool) -> None:
    assert (too_much(does, EACH) is not None) == held


def test_what_is_replaced_counts_and_what_is_made_does_not() -> None:
    old = Route(dst="10.1.0.0/16", protocol=142)
    new = dataclasses.replace(old, gateway="10.0.0.1")
    changes = [Change(None, new), Change(old, new), Change(old, new, adopts=True), Change(old, None)]
    assert extent(changes, 7) == Extent(1, 1, 7)


@given(st.lists(EXTENTS, min_size=1, max_size=8), LIMITS)
def test_what_is_let_through_one_by_one_is_within_the_limits_together(plans: list[Extent], limits: Limits) -> None:
    """Whatever the order: the sum of what goes on never breaks a bound, and who is refused would have."""
    tally, passed = Tally(), list[Extent]()
    known: list[Extent] = []
    for number, does in enumerate(plans):
        known.append(does)
        owned = sum(one.owned for one in known)
        refused = tally.refused({f"n{number}": does}, limits, 0)
        together = Extent(
            sum(one.deletes for one in (*passed, does)), sum(one.updates for one in (*passed, does)), owned
        )
        assert bool(refused) == (not does.is_harmless and too_much(together, limits) is not None)
        passed += [] if refused else [does]


@given(EXTENTS, st.integers(0, 60), st.integers(0, 60), LIMITS)
def test_what_is_left_of_a_plan_that_was_let_through_goes_on(
    does: Extent, deletes: int, updates: int, limits: Limits
) -> None:
    """Proving what was applied plans it again: that must not fail because others have come meanwhile."""
    tally = Tally()
    tally.let({"n1": does, "n2": Extent(1000, 1000, 1)})
    rest = Extent(min(deletes, does.deletes), min(updates, does.updates), does.owned)
    assert tally.refused({"n1": rest}, limits, 2) == {}


def test_the_first_of_a_large_fleet_are_not_taken_for_all_of_it() -> None:
    """40 of 100 entries on each device are more than 30 %, and on three of a thousand devices next to nothing."""
    tally = Tally()
    refused = [bool(tally.refused({f"n{n}": Extent(40, 0, 100)}, TOTAL, 1000)) for n in range(1000)]
    assert refused.index(True) == 750
    assert all(refused[750:])


def test_deleting_makes_no_fleet_smaller() -> None:
    """What was ours before counts: else the last devices of a quarter of everything would be too much."""
    tally = Tally()
    for number in range(20):
        assert tally.refused({f"n{number}": Extent(25, 0, 100)}, TOTAL, 20) == {}
        tally.refused({f"n{number}": Extent(0, 0, 75)}, TOTAL, 20)
