"""In which order the changes go: one that keeps every flow alive, else one that interrupts the fewest node pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reconciler.core.schedule import Pair
from reconciler.schedule.arrange import Arrangement, Ways
from reconciler.schedule.path import Finder
from reconciler.schedule.prover import Prover
from reconciler.schedule.stage import Going, Standing, units
from reconciler.walk.flow import Flow

SMALL = 40
"""Plans of so few units are searched through, as far as the budget reaches."""
FEW = 8
"""Of so few every order is looked at."""
BUDGET = 600
"""Sets of units that a search looks at."""
TRIES = 8
"""So often the pairs that are given up are added to one device at a time; then all that is left goes at once."""

Cost = Callable[[Sequence[Ways]], tuple[int, ...]]
"""How bad an order is: the less the better."""


@dataclass(frozen=True, slots=True)
class Search:
    """``flows``: what is alive before and after, and can be touched. ``cost``: of an order.

    ``alike``: these are some of many, and stand for the others.
    """

    prover: Prover
    flows: Sequence[Flow]
    cost: Cost
    alike: bool = False

    def stages(self, standing: Standing) -> list[Ways]:
        """Every change once. What no device takes in any order that was tried goes last, all of it at once."""
        arranged = Arrangement(self.prover, self.flows, self.alike)
        stages = list(arranged.greedy(standing))
        if not self._left(standing, stages):
            return stages
        searched = self._searched(arranged, standing) or self._given_up(arranged, standing)
        return min([self._whole(arranged, standing, found) for found in (*searched, stages)], key=self.cost)

    def _searched(self, arranged: Arrangement, standing: Standing) -> list[list[Ways]]:
        """Orders with the fewest interrupted pairs, of plans that are small enough."""
        number = sum(len([*units(pending.changes)]) for pending in standing.values())
        if number > SMALL:
            return []
        path = Finder(self.prover, self.flows, BUDGET, eager=number > FEW).path(standing)
        if path is None:
            return []
        along = list(arranged.along(standing, path.units, path.costs))
        return [list(arranged.greedy(standing, path.costs)), along] if path.costs else [along]

    def _given_up(self, arranged: Arrangement, standing: Standing) -> list[list[Ways]]:
        """Of large plans: give up those pairs that the next device would interrupt, for as long as nothing goes."""
        costs: frozenset[Pair] = frozenset()
        stages: list[Ways] = []
        for _ in range(TRIES):
            stages = list(arranged.greedy(standing, costs))
            stuck = self._after(standing, stages)
            if not any(pending.changes for pending in stuck.values()):
                break
            costs |= next((pairs for pairs in arranged.blocked(stuck) if not pairs <= costs), frozenset())
        return [stages]

    def _whole(self, arranged: Arrangement, standing: Standing, stages: list[Ways]) -> list[Ways]:
        return [*stages, arranged.at_once(self._after(standing, stages))] if self._left(standing, stages) else stages

    def _left(self, standing: Standing, stages: Iterable[Ways]) -> bool:
        return any(pending.changes for pending in self._after(standing, stages).values())

    def _after(self, standing: Standing, stages: Iterable[Ways]) -> Standing:
        for ways in stages:
            standing = Going(self.prover, standing).after(ways)
        return standing
