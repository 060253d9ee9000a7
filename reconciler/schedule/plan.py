"""From the changes of all devices to their order: stages that lose no packet which need not be lost, and the proof."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Resource
from reconciler.core.schedule import Blast, Schedule, Stage, Step
from reconciler.schedule.arrange import Ways
from reconciler.schedule.blast import blast_of
from reconciler.schedule.detour import around
from reconciler.schedule.idle import is_idle
from reconciler.schedule.problem import Problem
from reconciler.schedule.stage import Way
from reconciler.schedule.trail import NODE_KINDS, SWITCH_KINDS, trail
from reconciler.schedule.way_point import Changes, Detour
from reconciler.walk.topology import EOS, Topology, World


def schedule(changes: Changes, world: World, topology: Topology) -> Schedule:
    """The order of ``changes`` (device -> what is to change) where ``world`` is what all devices have now.

    Every change is in exactly one step, but for those of a `Detour`. Devices that could not be read are not in
    ``world``; a changed one has to be.
    """
    written = {name: tuple(some) for name, some in sorted(changes.items()) if some}
    pairs = _pairs(world, topology)
    if all(is_idle(change) for some in written.values() for change in some):
        return Schedule(_all_at_once(written), Blast(pairs))
    problem = Problem(written, world, topology)
    best = _told(problem, problem.stages(), pairs)
    detours = around(written, world, {pair.target for pair in best.blast.interrupted})
    for one in (way for detour in detours for way in _ways_round(problem, detour, pairs)):
        best = min(best, one, key=lambda order: len(order.blast.interrupted))
        if not best.blast.interrupted:
            break
    return Schedule(_with_the_rest(best.stages, written), best.blast, best.stand_ins)


class _Told(NamedTuple):
    """An order, and what it does to whom."""

    stages: tuple[Stage, ...]
    blast: Blast
    stand_ins: Mapping[str, tuple[Resource, ...]]


def _told(problem: Problem, stages: Sequence[Ways], pairs: int) -> _Told:
    stories = problem.stories(stages)
    hurt = {number for story in stories.values() for number in story.stages}
    staged = tuple(Stage(_steps(ways), interrupts=number in hurt) for number, ways in enumerate(stages))
    return _Told(staged, blast_of(pairs, stories, problem.untold, problem.lives_on), problem.meanwhile)


def _ways_round(straight: Problem, detour: Detour, pairs: int) -> Iterator[_Told]:
    """By way of what some devices have only meanwhile; the shorter order first."""
    whole = dataclasses.replace(straight, meanwhile=detour.stand_ins)
    first = dataclasses.replace(straight, changes=detour.first, shared=whole.prover)
    moved: Changes = dict.fromkeys(detour.first, ())
    then = dataclasses.replace(first, changes={**moved, **detour.then}, world=first.after)
    there, on = first.stages(), then.stages()
    found = [[*there, *on]]
    if there and on and there[-1].keys().isdisjoint(on[0]):
        found.insert(0, [*there[:-1], {**there[-1], **on[0]}, *on[1:]])
    yield from (_told(whole, stages, pairs) for stages in found if not any(map(_is_refused, stages)))


def _is_refused(ways: Ways) -> bool:
    """Whether some device would not take it: IPv6 routes to gateways that lead elsewhere by now (fact 34)."""
    return any(move.refusal for way in ways.values() for move in way.trail.moves)


def _pairs(world: World, topology: Topology) -> int:
    nodes = sum(topology.platforms.get(name) != EOS for name in world)
    return nodes * (nodes - 1)


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
