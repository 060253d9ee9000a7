"""What is counted of a pair's packets, whatever the network makes of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reconciler.lab.loss_tally import Tally

SENT = 12
Arrival = tuple[int, int]
"""Number and moment."""


def tally(arrivals: list[Arrival], began: int = 0, ended: int = 1000) -> Tally:
    made = Tally("a", "b", sent=SENT)
    made.start(began)
    for number, at in arrivals:
        made.hear(number, at)
    made.end(ended)
    return made


NUMBERS = st.lists(st.integers(0, SENT - 1), max_size=2 * SENT)


@given(NUMBERS, st.lists(st.integers(0, 1000), min_size=2 * SENT, max_size=2 * SENT).map(sorted))
def test_every_packet_is_counted_once(numbers: list[int], moments: list[int]) -> None:
    arrivals = list(zip(numbers, moments, strict=False))
    made = tally(arrivals)
    first = list(dict.fromkeys(numbers))
    assert made.received == len(first)
    assert made.lost == SENT - len(first)
    assert made.duplicates == len(numbers) - len(first)
    assert made.reordered == sum(number < max(first[:place], default=-1) for place, number in enumerate(first))


@given(NUMBERS, st.lists(st.integers(0, 1000), min_size=2 * SENT, max_size=2 * SENT).map(sorted))
def test_the_longest_gap_has_no_arrival_in_it(numbers: list[int], moments: list[int]) -> None:
    """Duplicates are none: who hears only old packets hears nothing."""
    arrivals = dict(reversed(list(zip(numbers, moments, strict=False))))
    heard = sorted([0, *arrivals.values(), 1000])
    made = tally(list(zip(numbers, moments, strict=False)))
    assert made.longest == max(later - earlier for earlier, later in pairwise(heard))


def test_a_pair_that_does_not_come_back_is_down() -> None:
    assert tally([(0, 10), (1, 20)]).is_down
    assert not tally([(0, 10), (11, 990)]).is_down
    assert not tally([(number, 10) for number in range(SENT)]).is_down
