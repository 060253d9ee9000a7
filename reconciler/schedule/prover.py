"""Walks packets through every state that a stage may pass, and says at which change which of them is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State
from reconciler.linux.rule import Rule
from reconciler.schedule.relevant import Relevant
from reconciler.schedule.trail import Trail
from reconciler.walk.flow import Flow
from reconciler.walk.topology import World
from reconciler.walk.walk import Walk

Judge = Callable[[World, Flow], Walk]
"""What becomes of the packets of a flow in a world, of which only what is relevant to it is given."""
Ways = Mapping[str, Trail]
"""What the devices do in one stage."""
MOST = 20_000
"""Of more states than these one flow is walked only where at most one device is on its way."""


class Spot(NamedTuple):
    """A device after one of its lines, as one flow sees it; ``change`` is None before the first."""

    change: Change | None
    state: State


class Moment(NamedTuple):
    """One state that a stage may pass. ``last``: device -> its last change that mattered."""

    walk: Walk
    last: Mapping[str, Change]


class Prover:
    """What was walked once is known: a flow depends on nothing but the entries that are relevant to it."""

    def __init__(self, world: World, judge: Judge, relevant: Callable[[Flow], Relevant]) -> None:
        self._world, self._judge, self._relevant_to = world, judge, relevant
        self._relevant: dict[Flow, Relevant] = {}
        self._states: dict[tuple[int, ...], State] = {}
        self._starts: dict[tuple[int, str, int], tuple[State, State]] = {}
        self._rules: dict[int, tuple[State, tuple[Key, ...]]] = {}
        self._walks: dict[tuple[Flow, tuple[int, ...]], Walk] = {}

    def relevant(self, flow: Flow) -> Relevant:
        if flow not in self._relevant:
            self._relevant[flow] = self._relevant_to(flow)
        return self._relevant[flow]

    def walk(self, flow: Flow, states: World) -> Walk:
        """In one world: ``states``, and what they leave out as it was in the beginning."""
        return self._walked(flow, {name: self._seen(flow, name, states) for name in self.relevant(flow)})

    def moments(self, flow: Flow, states: World, ways: Ways) -> Iterator[Moment]:
        """Every state that ``ways`` may pass, from where the devices are in ``states``; the nearest first."""
        names = [*self.relevant(flow)]
        lines = [[*self._line(flow, name, self._seen(flow, name, states), ways.get(name))] for name in names]
        for places in _places([len(line) for line in lines]):
            spots = [line[place] for line, place in zip(lines, places, strict=True)]
            walk = self._walked(flow, {name: spot.state for name, spot in zip(names, spots, strict=True)})
            changed = ((name, spot.change) for name, spot in zip(names, spots, strict=True))
            yield Moment(walk, {name: change for name, change in changed if change is not None})

    def _walked(self, flow: Flow, world: World) -> Walk:
        key = (flow, tuple(map(id, world.values())))
        if key not in self._walks:
            self._walks[key] = self._judge(world, flow)
        return self._walks[key]

    def _seen(self, flow: Flow, name: str, states: World) -> State:
        """Of a device what is relevant to ``flow``; the same object for the same entries."""
        state = states.get(name, self._world[name])
        keys = self.relevant(flow)[name]
        place = (id(keys), name, id(state))
        if place not in self._starts:
            chosen = state if keys is None else {key: state[key] for key in self._in_order(state, keys)}
            self._starts[place] = (state, self._one(chosen))
        return self._starts[place][1]

    def _in_order(self, state: State, keys: frozenset[Key]) -> Iterator[Key]:
        """Rules of one priority stand in line, so they stay in the kernel's order."""
        if id(state) not in self._rules:
            self._rules[id(state)] = (state, tuple(key for key in state if key.kind == Rule.kind))
        yield from (key for key in keys if key.kind != Rule.kind and key in state)
        yield from (key for key in self._rules[id(state)][1] if key in keys)

    def _line(self, flow: Flow, name: str, start: State, way: Trail | None) -> Iterator[Spot]:
        yield Spot(None, start)
        keys = self.relevant(flow)[name]
        now = start
        for move in way.moves if way else ():
            delta = {key: one for key, one in move.delta.items() if keys is None or key in keys}
            after = self._one(_applied(now, delta)) if delta else now
            if after is not now:
                now = after
                yield Spot(move.change, now)

    def _one(self, state: dict[Key, Resource] | State) -> State:
        return self._states.setdefault(tuple(map(id, state.values())), state)


def _applied(state: State, delta: Mapping[Key, Resource | None]) -> State:
    found = {key: one for key, one in state.items() if delta.get(key, one) is not None}
    return found | {key: one for key, one in delta.items() if one is not None}


def _places(lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """How far each device may have come; those that have gone the least way together come first."""
    ranges = [range(length) for length in lengths]
    if prod(lengths) <= MOST:
        yield from sorted(product(*ranges), key=sum)
        return
    for moving, length in enumerate(lengths):
        ends = [(0, other - 1) for other in lengths]
        yield from product(*ends[:moving], range(length), *ends[moving + 1 :])
