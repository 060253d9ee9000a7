"""No shorter list of lines does the same: all of them are tried, against what the kernel makes of each line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.link import Link
from reconciler.linux.operation import Operation
from reconciler.schedule.kernel import effect
from reconciler.schedule.needs import Tables
from reconciler.schedule.trail import trail

from .random_worlds import SWITCH, case, to

FIRST = int(os.environ.get("SEED", "0"))


class Reached(NamedTuple):
    """What is there after some lines, and which entries that shall stay have been missing meanwhile."""

    state: tuple[tuple[Key, Resource], ...]
    missed: frozenset[Key]

    @property
    def found(self) -> State:
        return dict(self.state)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + 40))
def test_no_node_is_sent_a_line_too_many(seed: int) -> None:
    shortest(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_no_node_is_sent_a_line_too_many_in_2_000_worlds(block: int) -> None:
    for seed in range(100):
        shortest(FIRST + 1000 + 100 * block + seed)


def shortest(seed: int) -> None:
    one = case(seed)
    for name in sorted(one.changes.keys() - {SWITCH}):
        ours = trail(one.world[name], one.changes[name])
        mine = {**one.old[name], **one.new[name]}
        staying = frozenset(key for key in ours.start if key in ours.end)
        missed = frozenset(
            key for move in ours.moves for key, left in move.delta.items() if left is None and key in staying
        )
        alphabet = lines(one.changes[name], ours.start)
        for length, reached in enumerate(scripts(ours.start, alphabet, staying, missed, len(ours.moves))):
            done = [r for r in reached if same(ours.end, r.found) and not to(one.new[name], r.found, mine)]
            assert not done or length == len(ours.moves), (seed, name, length)


def lines(changes: Sequence[Change], found: State) -> list[Operation]:
    """Whatever could be written or deleted: what is to change, and all that may go with it."""
    possible = [Operation(change, None, change.after) for change in changes if change.after is not None]
    possible += [Operation(change, change.before, None) for change in changes if change.before is not None]
    in_place = (change for change in changes if isinstance(change.after, Link) and change.before is not None)
    possible += [Operation(change, change.before, change.after) for change in in_place if not change.recreates]
    return possible + [Operation(changes[0], None, found[key]) for key in taken_along(changes, found)]


def taken_along(changes: Sequence[Change], found: State) -> list[Key]:
    """Entries that some order of the changes costs, though nobody wants them to go."""
    meant = {change.key for change in changes}
    return sorted({key for move in trail(found, changes).moves for key in move.delta if key in found} - meant)


def scripts(
    start: State, alphabet: Sequence[Operation], staying: frozenset[Key], missed: frozenset[Key], most: int
) -> Iterator[set[Reached]]:
    """What is there after no line, one line, … fewer than ``most``, in whatever order the kernel takes them."""
    frontier = {Reached(tuple(start.items()), frozenset())}
    seen = set(frontier)
    for _ in range(most):
        yield frontier
        further = {after for reached in frontier for after in next_ones(reached, alphabet, staying)}
        frontier = {one for one in further if one.missed <= missed} - seen
        seen |= frontier


def next_ones(reached: Reached, alphabet: Sequence[Operation], staying: frozenset[Key]) -> Iterator[Reached]:
    tables = Tables(reached.found)
    for operation in alphabet:
        if not tables.refusal(operation) and not is_refused(operation, reached):
            now = merged(reached.found, effect(reached.found, operation))
            gone = staying - now.keys()
            yield Reached(tuple(sorted(now.items(), key=lambda item: item[0])), reached.missed | gone)


def is_refused(operation: Operation, reached: Reached) -> bool:
    """Nothing makes a second interface of one name, nor gives one another VNI."""
    change, after = operation.change, operation.after
    return isinstance(after, Link) and change.recreates and after.key in reached.found


def merged(state: State, delta: Mapping[Key, Resource | None]) -> State:
    return {key: one for key, one in {**state, **delta}.items() if one is not None}


def same(one: State, other: State) -> bool:
    return one.keys() == other.keys()
