"""From the changes of all devices to their order: stages that lose no packet which need not be lost, and the proof."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource
from reconciler.core.schedule import Blast, Pair, Schedule, Stage, Step
from reconciler.linux.address import Address
from reconciler.schedule.arrange import Ways
from reconciler.schedule.blast import Homes, Story, Telling, blast_of
from reconciler.schedule.idle import is_idle
from reconciler.schedule.kernel import connected
from reconciler.schedule.prover import Judge, Prover
from reconciler.schedule.relevant import Atlas
from reconciler.schedule.search import Search
from reconciler.schedule.sendable import Pending
from reconciler.schedule.stage import Way
from reconciler.schedule.trail import NODE_KINDS, SWITCH_KINDS, Move, trail
from reconciler.walk.flow import Flow, flows, homes
from reconciler.walk.topology import EOS, Topology, World
from reconciler.walk.walk import Walk, walk

MANY = 20_000
"""So many flows are walked; of more some that stand for the others, evenly spread."""
Changes = Mapping[str, Sequence[Change]]


def schedule(changes: Changes, world: World, topology: Topology) -> Schedule:
    """The order of ``changes`` (device -> what is to change) where ``world`` is what all devices have now.

    Every change is in exactly one step. Devices that could not be read are not in ``world``; a changed one has to be.
    """
    written = {name: tuple(some) for name, some in sorted(changes.items()) if some}
    pairs = _pairs(world, topology)
    if all(is_idle(change) for some in written.values() for change in some):
        return Schedule(_all_at_once(written), Blast(pairs))
    problem = Problem(written, world, topology)
    stages = problem.stages()
    stories = problem.stories(stages)
    hurt = {number for story in stories.values() for number in story.stages}
    staged = tuple(Stage(_steps(ways), interrupts=number in hurt) for number, ways in enumerate(stages))
    return Schedule(_with_the_rest(staged, written), blast_of(pairs, stories, problem.untold))


@dataclass(frozen=True)
class Problem:
    """What is to be ordered, with all that is known of it."""

    changes: Changes
    world: World
    topology: Topology

    def stages(self) -> list[Ways]:
        if sum(map(len, self.changes.values())) == 1:
            return [{name: Way(pending.at_once(), pending.changes) for name, pending in self.standing.items()}]
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
        return [flow for flow in self.walked if self._is_touched(flow, keys)]

    def _is_touched(self, flow: Flow, changed: Mapping[str, frozenset[Key]]) -> bool:
        relevant = self.prover.relevant(flow)
        mine = ((relevant[name], keys) for name, keys in changed.items() if name in relevant)
        return any(matter is None or not matter.isdisjoint(keys) for matter, keys in mine)

    @cached_property
    def _switches(self) -> Sequence[str]:
        return [name for name in self.world if self.topology.platforms.get(name) == EOS]

    @cached_property
    def prover(self) -> Prover:
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
        yield from (*written, *wanted)
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


def _pairs(world: World, topology: Topology) -> int:
    nodes = sum(topology.platforms.get(name) != EOS for name in world)
    return nodes * (nodes - 1)


def _keys(pending: Pending) -> Iterator[Key]:
    yield from (change.key for change in pending.changes)
    yield from (key for move in _moves(pending) for key in move.delta)


def _moves(pending: Pending) -> list[Move]:
    return [move for way in (pending.at_once(), *pending.goes) for move in way.moves]


def _in_tables(changes: Iterable[Change]) -> list[Change]:
    """Without what is in no device's tables: that goes last."""
    return [change for change in changes if change.key.kind in NODE_KINDS | SWITCH_KINDS]


def _all_at_once(changes: Changes) -> tuple[Stage, ...]:
    steps = tuple(Step(name, _as_sent(Way(trail({}, some), tuple(some)))) for name, some in changes.items())
    return (Stage(steps),) if steps else ()


def _steps(ways: Ways) -> tuple[Step, ...]:
    return tuple(Step(name, _as_sent(way)) for name, way in sorted(ways.items()))


def _as_sent(way: Way) -> tuple[Change, ...]:
    by_identity = {id(change): change for change in (*(move.change for move in way.trail.moves), *way.sent)}
    sent = {id(change) for change in way.sent}
    return tuple(change for number, change in by_identity.items() if number in sent)


def _with_the_rest(stages: Sequence[Stage], changes: Changes) -> tuple[Stage, ...]:
    """Pools in the cluster go last: whoever follows them (Felix) finds every row as it is to be."""
    rest = {name: [c for c in some if c.key.kind not in NODE_KINDS | SWITCH_KINDS] for name, some in changes.items()}
    rest = {name: some for name, some in rest.items() if some}
    if not rest:
        return tuple(stages)
    *first, last = stages or (Stage(()),)
    steps = {step.device: step.changes for step in last.steps}
    steps |= {name: (*steps.get(name, ()), *some) for name, some in rest.items()}
    return (*first, dataclasses.replace(last, steps=tuple(Step(*step) for step in sorted(steps.items()))))
