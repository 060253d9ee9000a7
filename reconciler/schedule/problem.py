"""One set of changes with all that is known of it: whom it can touch, in which stages it goes, and what that does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource
from reconciler.core.schedule import Pair
from reconciler.linux.address import Address
from reconciler.schedule.arrange import Ways
from reconciler.schedule.blast import Homes, Story, Telling
from reconciler.schedule.kernel import connected
from reconciler.schedule.prover import Judge, Prover
from reconciler.schedule.relevant import Atlas
from reconciler.schedule.search import Search
from reconciler.schedule.sendable import Pending
from reconciler.schedule.stage import Way
from reconciler.schedule.trail import NODE_KINDS, SWITCH_KINDS, Move
from reconciler.schedule.way_point import Changes
from reconciler.walk.flow import Flow, flows, homes
from reconciler.walk.topology import EOS, Topology, World
from reconciler.walk.walk import Walk, walk

MANY = 20_000
"""So many flows are walked; of more some that stand for the others, evenly spread."""


@dataclass(frozen=True)
class Problem:
    """What is to be ordered, with all that is known of it.

    ``meanwhile``: what devices have neither before nor after. ``shared``: what has been walked for another problem of
    the same devices already; then all that it moved is in ``changes``, be it as nothing to change.
    """

    changes: Changes
    world: World
    topology: Topology
    meanwhile: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    shared: Prover | None = None

    def stages(self) -> list[Ways]:
        if sum(map(len, self.changes.values())) == 1:
            alone = ((name, pending) for name, pending in self.standing.items() if pending.changes)
            return [{name: Way(pending.at_once(), pending.changes) for name, pending in alone}]
        flows = [flow for flow in self.touched if self.lives(flow, self.world) and self.lives(flow, self.after)]
        return Search(self.prover, flows, partial(self._cost, flows), self.spread > 1).stages(self.standing)

    def stories(self, stages: Sequence[Ways], flows: Sequence[Flow] | None = None) -> dict[Flow, Story]:
        telling = Telling(self.prover, self.world, stages, lambda: self._homes)
        return {flow: telling.story(flow) for flow in (self.touched if flows is None else flows)}

    @cached_property
    def standing(self) -> dict[str, Pending]:
        return {name: Pending(self.world.get(name, {}), _in_tables(some)) for name, some in self.changes.items()}

    @cached_property
    def after(self) -> World:
        return {**self.world, **{name: pending.end for name, pending in self.standing.items()}}

    @cached_property
    def near(self) -> Sequence[Flow]:
        """Flows that begin or end on a changed device; all where packets between others go over one."""
        return flows(self.world, self.after, self.topology, None if self._is_between else self.changes)

    @property
    def _is_between(self) -> bool:
        """Whether a switch changes, a node that forwards for others, or one that is given what another one has."""
        nodes = [name for name in self.changes if name not in self._switches]
        at_home = {name: [home.prefix for home in homes(name, self.world, self.after)] for name in nodes}
        given = [c.after.local for some in self.changes.values() for c in some if isinstance(c.after, Address)]
        return (
            len(nodes) < len(self.changes)
            or any(map(self._atlas.is_shared, given))
            or any(self._atlas.transits(name, at_home[name]) for name in nodes)
        )

    @property
    def spread(self) -> int:
        """Of so many flows one is walked."""
        return 1 + len(self.near) // MANY

    @cached_property
    def walked(self) -> Sequence[Flow]:
        return self.near[:: self.spread]

    @cached_property
    def untold(self) -> frozenset[Pair]:
        """Pairs of which no flow is walked."""
        if self.spread == 1:
            return frozenset()
        return frozenset(Pair(*flow.pair) for flow in self.near) - {Pair(*flow.pair) for flow in self.walked}

    @cached_property
    def touched(self) -> Sequence[Flow]:
        """Those that some change may matter to."""
        keys = {name: frozenset(_keys(pending)) for name, pending in self.standing.items()}
        more = {name: frozenset(one.key for one in some) for name, some in self.meanwhile.items()}
        changed = {name: keys.get(name, frozenset()) | more.get(name, frozenset()) for name in {**keys, **more}}
        return [flow for flow in self.walked if self._is_touched(flow, changed)]

    def lives_on(self, pair: Pair) -> bool:
        """Whether its nodes hear each other by what no change touches."""
        return any(self.lives(flow, self.world) for flow in self._untouched.get(pair, ()))

    @cached_property
    def _untouched(self) -> Mapping[Pair, Sequence[Flow]]:
        touched, found = set(self.touched), defaultdict[Pair, list[Flow]](list)
        for flow in self.walked:
            if flow not in touched:
                found[Pair(*flow.pair)].append(flow)
        return found

    def _is_touched(self, flow: Flow, changed: Mapping[str, frozenset[Key]]) -> bool:
        relevant = self.prover.relevant(flow)
        mine = ((relevant[name], keys) for name, keys in changed.items() if name in relevant)
        return any(matter is None or not matter.isdisjoint(keys) for matter, keys in mine)

    @cached_property
    def _switches(self) -> Sequence[str]:
        return [name for name in self.world if self.topology.platforms.get(name) == EOS]

    @cached_property
    def prover(self) -> Prover:
        if self.shared is not None:
            return self.shared
        return Prover(self.world, self._judge, self._atlas.relevant)

    @cached_property
    def _atlas(self) -> Atlas:
        return Atlas(self.world, {name: [*self._variants(name)] for name in self.standing}, self._switches)

    @property
    def _judge(self) -> Judge:
        return lambda world, flow: walk(world, self.topology, flow)

    def _variants(self, name: str) -> Iterator[Resource]:
        """What a device may come to have."""
        moves = _moves(self.standing[name])
        written = [one for move in moves for one in move.delta.values() if one is not None]
        wanted = [change.after for change in self.changes[name] if change.after is not None]
        yield from (*written, *wanted, *self.meanwhile.get(name, ()))
        yield from (
            one for address in (*written, *wanted) if isinstance(address, Address) and (one := connected(address))
        )

    @cached_property
    def _homes(self) -> Homes:
        worlds = (self.world, self.after)
        before, after = (frozenset((f.target, f.dst) for f in flows(one, one, self.topology)) for one in worlds)
        return before, after

    def lives(self, flow: Flow, world: World) -> bool:
        """Whether its packets arrive."""
        found: Walk = self.prover.walk(flow, world)
        return found.verdict == "delivered"

    def _cost(self, flows: Sequence[Flow], stages: Sequence[Ways]) -> tuple[int, ...]:
        """Interrupted pairs first, then for how long, then round trips."""
        stories = self.stories(stages, flows)
        interrupted = {flow.pair for flow, story in stories.items() if story.fate == "interrupted"}
        hurting = {number for story in stories.values() for number in story.stages}
        sent = sum(len(way.sent) for number in hurting for way in stages[number].values())
        return len(interrupted), len(hurting), sent, len(stages)


def _keys(pending: Pending) -> Iterator[Key]:
    yield from (change.key for change in pending.changes)
    yield from (key for move in _moves(pending) for key in move.delta)


def _moves(pending: Pending) -> list[Move]:
    return [move for way in (pending.at_once(), *pending.goes) for move in way.moves]


def _in_tables(changes: Iterable[Change]) -> list[Change]:
    """Without what is in no device's tables: that goes last."""
    return [change for change in changes if change.key.kind in NODE_KINDS | SWITCH_KINDS]
