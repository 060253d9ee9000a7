"""From single changes to few stages; what cannot be without an interruption is in one stage, as short as it can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.core.schedule import Pair
from reconciler.schedule.path import Unit
from reconciler.schedule.prover import Prover
from reconciler.schedule.sendable import Pending
from reconciler.schedule.stage import Going, Standing, Way, units
from reconciler.walk.flow import Flow

Ways = dict[str, Way]
SHRINKS = 64
"""So many changes are tried one by one, whether the interruption can do without them; of more, kinds of them."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """``flows``: all that are alive before and after, or (``alike``) some of them."""

    prover: Prover
    flows: Sequence[Flow]
    alike: bool = False

    def greedy(self, standing: Standing, costs: Collection[Pair] = ()) -> Iterator[Ways]:
        """As much as possible at a time; where nothing is possible any more, what only hurts the pairs of ``costs``.

        Ends early where even that is not possible.
        """
        spared = [flow for flow in self.flows if flow.pair not in costs]
        while any(pending.changes for pending in standing.values()):
            going = Going(self.prover, standing, self.alike)
            ways = self._makes_first(going, going.most(self.flows))
            if not ways and costs:
                ways = self._shortest(going, going.most(spared), spared)
            if not ways:
                return
            yield ways
            standing = going.after(ways)

    def _makes_first(self, going: Going, ways: Ways) -> Ways:
        """Nothing is deleted while something is still to be made, as far as that does without: it may fail."""
        sent = {id(change) for way in ways.values() for change in way.sent}
        left = (change for pending in going.standing.values() for change in pending.changes if id(change) not in sent)
        if not any(change.after is not None for change in left):
            return ways
        wanted = {name: _without_deletes(way.sent) for name, way in ways.items()}
        made = {name: way for name, way in going.ways(wanted).items() if way.sent}
        return made if made and not going.hurt(self.flows, made) else ways

    def along(self, standing: Standing, path: Sequence[Unit], costs: Collection[Pair]) -> Iterator[Ways]:
        """The units of ``path`` in their order, as many at a time as hurt none but ``costs``."""
        spared = [flow for flow in self.flows if flow.pair not in costs]
        left = list(path)
        while left:
            going = Going(self.prover, standing, self.alike)
            taken = 1
            while taken < len(left) and self._fit(going, left[: taken + 1], spared):
                taken += 1
            ways = going.ways(_by_device(left[:taken]))
            yield ways
            standing, left = going.after(ways), left[taken:]

    def at_once(self, standing: Standing) -> Ways:
        """Everything that is left, in the order of each device's driver."""
        return {name: _everything(pending) for name, pending in standing.items() if pending.changes}

    def blocked(self, standing: Standing) -> list[frozenset[Pair]]:
        """Whom each device would interrupt if it went on by itself, the fewest first."""
        going = Going(self.prover, standing, self.alike)
        found = {
            frozenset(Pair(*flow.pair) for flow in going.hurt(self.flows, {name: _everything(pending)}))
            for name, pending in standing.items()
            if pending.changes
        }
        return sorted(found, key=lambda pairs: (len(pairs), sorted(pairs)))

    def _fit(self, going: Going, some: Sequence[Unit], spared: Sequence[Flow]) -> bool:
        wanted = _by_device(some)
        ways = going.ways(wanted)
        whole = all(len(ways[name].sent) == len(changes) for name, changes in wanted.items())
        return whole and not going.hurt(spared, ways)

    def _shortest(self, going: Going, ways: Ways, spared: Sequence[Flow]) -> Ways:
        """Without what need not go at the same time: afterwards nobody may be dead that need not be."""
        dead = set(going.dead_after(self.flows, ways))
        for some in _parts(ways):
            wanted = {name: [c for c in way.sent if c.key not in some.get(name, ())] for name, way in ways.items()}
            fewer = {name: way for name, way in going.ways(wanted).items() if way.sent}
            hurts = going.hurt(spared, fewer)
            if fewer and not hurts and set(going.dead_after(self.flows, fewer)) <= dead and _is_less(fewer, ways):
                ways = fewer
        return ways


def _without_deletes(sent: Sequence[Change]) -> list[Change]:
    """A switch takes all or nothing."""
    return [change for unit in units(sent) if any(one.after is not None for one in unit) for change in unit]


def _parts(ways: Mapping[str, Way]) -> Iterator[dict[str, set[Key]]]:
    """What the interruption may be able to do without: all that is deleted, each device, each change."""
    yield {name: {change.key for change in way.sent if change.after is None} for name, way in ways.items()}
    everything = [(name, change) for name, way in ways.items() for change in way.sent]
    if len(everything) <= SHRINKS:
        yield from ({name: {change.key for change in way.sent}} for name, way in ways.items())
        yield from ({name: {change.key}} for name, change in reversed(everything))
        return
    kinds = dict.fromkeys((name, change.key.kind) for name, change in everything)
    for name, kind in kinds:
        yield {name: {change.key for change in ways[name].sent if change.key.kind == kind}}


def _is_less(fewer: Mapping[str, Way], ways: Mapping[str, Way]) -> bool:
    return sum(len(way.sent) for way in fewer.values()) < sum(len(way.sent) for way in ways.values())


def _everything(pending: Pending) -> Way:
    return Way(pending.at_once(), pending.changes)


def _by_device(path: Sequence[Unit]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for name, changes in path:
        found.setdefault(name, []).extend(changes)
    return found
