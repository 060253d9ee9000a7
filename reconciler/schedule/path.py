"""The order with the fewest interrupted node pairs, change by change: complete, for plans that are small enough."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.core.schedule import Pair
from reconciler.schedule.prover import Prover
from reconciler.schedule.stage import Going, Standing, units
from reconciler.schedule.trail import Move
from reconciler.walk.flow import Flow

Unit = tuple[str, tuple[Change, ...]]
Step = tuple[tuple[Unit, ...], frozenset[Pair], Standing]
"""What goes next, what that costs from the beginning on, and where the devices stand then."""
Done = frozenset[tuple[str, Key]]
"""Device and first key of each unit that has gone."""


class Path(NamedTuple):
    """Units in their order, and the pairs that it costs."""

    units: tuple[Unit, ...]
    costs: frozenset[Pair]


@dataclass
class Finder:
    """Dijkstra over the sets of changes that have gone; a way costs the pairs that it interrupts.

    ``eager``: whatever hurts nobody goes at once, which leaves far fewer sets, and may miss the best way.
    """

    prover: Prover
    flows: Sequence[Flow]
    budget: int
    eager: bool = False
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
            for some, costs, there in self._steps(path, here):
                now = done | {(name, changes[0].key) for name, changes in some}
                if self._is_better(now, costs):
                    further = Path((*path.units, *some), costs)
                    heapq.heappush(heap, (len(costs), -len(now), next(ticket), further, now, there))
        return None

    def _is_better(self, done: Done, costs: frozenset[Pair]) -> bool:
        known = self._best.setdefault(done, [])
        if any(other <= costs for other in known):
            return False
        known[:] = [other for other in known if not costs <= other] + [costs]
        return True

    def _steps(self, path: Path, here: Standing) -> Iterator[Step]:
        going = Going(self.prover, here)
        flows = [flow for flow in self.flows if flow.pair not in path.costs]
        ways = going.most(flows) if self.eager else {}
        if ways:
            some = tuple((name, unit) for name, way in ways.items() for unit in units(way.sent))
            yield some, path.costs, going.after(ways)
            return
        yield from self._single(going, flows, path.costs)

    def _single(self, going: Going, flows: Sequence[Flow], costs: frozenset[Pair]) -> Iterator[Step]:
        """What may go next. What is made and touches nobody goes at once, what is deleted so when all else has gone."""
        late: list[Step] = []
        found: list[Step] = []
        for name, unit in ((name, one) for name, some in going.standing.items() for one in units(some.changes)):
            ways = going.ways({name: unit})
            if len(ways[name].sent) != len(unit):
                continue
            touched = [flow for flow in flows if name in self.prover.relevant(flow)]
            hurt = frozenset(Pair(*flow.pair) for flow in going.hurt(touched, ways))
            step: Step = (((name, unit),), costs | hurt, going.after(ways))
            if not self._is_idle(touched, name, ways[name].trail.moves):
                found.append(step)
            elif unit[0].after is None:
                late.append(step)
            else:
                yield step
                return
        yield from found or late[:1]

    def _is_idle(self, flows: Sequence[Flow], name: str, moves: Sequence[Move]) -> bool:
        keys = {key for move in moves for key in move.delta}
        relevant = (self.prover.relevant(flow)[name] for flow in flows)
        return not any(mine is None or not keys.isdisjoint(mine) for mine in relevant)
