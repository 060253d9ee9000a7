"""A few flows that together go over every hop which a plan changes: what is worth trying before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from reconciler.core.resource import Key, State
from reconciler.linux.address import Address
from reconciler.linux.route import Route
from reconciler.schedule.problem import Problem
from reconciler.schedule.relevant import Relevant
from reconciler.walk.flow import Flow

Place = tuple[str, Key]
"""A device, and one of its entries."""
ENOUGH = 8
"""So many flows are walked for the sake of one entry."""
CANDIDATES = 8
"""So many are walked for each one that is chosen."""


def covering(problem: Problem, most: int) -> list[Flow]:
    """Flows, alive before and after, that together use every changed entry that any uses; ``most`` at most.

    They end where somebody answers, before and after: at an address of the node's own or a pod's.
    """

    @cache
    def answering(name: str) -> frozenset[str]:
        before, after = (_answering(world.get(name, {})) for world in (problem.world, problem.after))
        return before & after

    fitting = (flow for flow in _spread(problem.touched, most) if flow.dst in answering(flow.target))
    return _cover(dict(islice(_used(problem, fitting), CANDIDATES * most)), most)


def _answering(state: State) -> frozenset[str]:
    """A node's own addresses and its pods'; a block's blackhole answers nobody."""
    found = {one.local for one in state.values() if isinstance(one, Address)}
    pods = (one for one in state.values() if isinstance(one, Route) and one.dev and not one.gateway)
    found |= {one.dst.partition("/")[0] for one in pods if one.dst.endswith(("/32", "/128")) and one.type == "unicast"}
    return frozenset(found)


def _spread(flows: Sequence[Flow], parts: int) -> Iterator[Flow]:
    """All of them; the first of each part of the list, then the second."""
    stride = 1 + len(flows) // parts
    for start in range(stride):
        yield from flows[start::stride]


def _used(problem: Problem, flows: Iterable[Flow]) -> Iterator[tuple[Flow, frozenset[Place]]]:
    """The changed entries that packets of a flow come to. No more flows are walked for an entry than is enough."""
    left = {name: dict.fromkeys((change.key for change in some), ENOUGH) for name, some in problem.changes.items()}
    changed = frozenset((name, key) for name, keys in left.items() for key in keys)
    for flow in flows:
        hopes = [*_hopes(problem.prover.relevant(flow), left)]
        if hopes and problem.lives(flow, problem.world) and problem.lives(flow, problem.after):
            walks = (problem.prover.walk(flow, world) for world in (problem.world, problem.after))
            if hits := changed & frozenset().union(*(walk.consulted for walk in walks)):
                yield flow, hits
            for name, key in hopes:
                left[name][key] -= 1


def _hopes(relevant: Relevant, left: Mapping[str, Mapping[Key, int]]) -> Iterator[Place]:
    for name, keys in relevant.items():
        mine = left.get(name, {})
        some = mine.keys() if keys is None else keys & mine.keys()
        yield from ((name, key) for key in some if mine[key])


def _cover(used: dict[Flow, frozenset[Place]], most: int) -> list[Flow]:
    """Whoever covers most of what is left comes next (greedy set cover)."""
    left = {hit for hits in used.values() for hit in hits}
    chosen: list[Flow] = []
    while left and len(chosen) < most:
        best = max(used, key=lambda flow: (len(used[flow] & left), flow.source, flow.target, flow.dst))
        chosen.append(best)
        left -= used.pop(best)
    return chosen
