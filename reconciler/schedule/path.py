"""The order with the fewest interrupted node pairs, change by change: complete, for plans that are small enough."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.schedule.effect import Move
from reconciler.schedule.model import Pair
from reconciler.schedule.prover import Prover
from reconciler.schedule.stage import Going, Standing, units
from reconciler.walk.flow import Flow

Unit = tuple[str, tuple[Change, ...]]
Done = frozenset[tuple[str, Key]]
"""Device and first key of each unit that has gone."""


class Path(NamedTuple):
    """Units in their order, and the pairs that it costs."""

    units: tuple[Unit, ...]
    costs: frozenset[Pair]


@dataclass
class Finder:
    """Dijkstra over the sets of units that have gone; a way costs the pairs that it interrupts."""

    prover: Prover
    flows: Sequence[Flow]
    budget: int
    _best: dict[Done, list[frozenset[Pair]]] = field(default_factory=dict)

    def path(self, standing: Standing) -> Path | None:
        """None where there is no order that each device takes change by change, or none was found within the budget."""
        ticket = count()
        heap: list[tuple[int, int, int, Path, Done, Standing]] = []
        heapq.heappush(heap, (0, 0, next(ticket), Path((), frozenset()), frozenset(), standing))
        for _ in range(self.budget):
            if not heap:
                return None
            _, _, _, path, done, here = heapq.heappop(heap)
            if not any(pending.changes for pending in here.values()):
                return path
            for unit, costs, there in self._steps(path, here):
                now = done | {(unit[0], unit[1][0].key)}
                if self._is_better(now, costs):
                    further = Path((*path.units, unit), costs)
                    heapq.heappush(heap, (len(costs), -len(now), next(ticket), further, now, there))
        return None

    def _is_better(self, done: Done, costs: frozenset[Pair]) -> bool:
        known = self._best.setdefault(done, [])
        if any(other <= costs for other in known):
            return False
        known[:] = [other for other in known if not costs <= other] + [costs]
        return True

    def _steps(self, path: Path, here: Standing) -> Iterator[tuple[Unit, frozenset[Pair], Standing]]:
        """What may go next. What is made and touches nobody goes at once, what is deleted so when all else has gone."""
        going = Going(self.prover, here)
        late: list[tuple[Unit, frozenset[Pair], Standing]] = []
        found = []
        for name, pending in here.items():
            for unit in units(pending.changes):
                ways = going.ways({name: unit})
                if len(ways[name].sent) != len(unit):
                    continue
                touched = [flow for flow in self._open(path) if name in self.prover.relevant(flow)]
                hurt = going.hurt(touched, ways)
                step = ((name, unit), path.costs | {Pair(*flow.pair) for flow in hurt}, going.after(ways))
                if self._is_idle(touched, name, ways[name].trail.moves):
                    if unit[0].after is not None:
                        yield step
                        return
                    late.append(step)
                else:
                    found.append(step)
        yield from found or late[:1]

    def _open(self, path: Path) -> Iterator[Flow]:
        return (flow for flow in self.flows if flow.pair not in path.costs)

    def _is_idle(self, flows: Sequence[Flow], name: str, moves: Sequence[Move]) -> bool:
        keys = {key for move in moves for key in move.delta}
        relevant = (self.prover.relevant(flow)[name] for flow in flows)
        return not any(mine is None or not keys.isdisjoint(mine) for mine in relevant)
