"""Laws of every order, over networks by chance; the best one is known by trying them all, without our short cuts."""

from __future__ import annotations

import heapq
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

import pytest

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource, State, state_of
from reconciler.core.schedule import Schedule, Step
from reconciler.linux.address import Address
from reconciler.linux.fallout import LAST_RESORT
from reconciler.linux.operation import operations
from reconciler.linux.route import KERNEL_PROTOCOL, Route
from reconciler.schedule.kernel import effect
from reconciler.schedule.needs import Tables
from reconciler.schedule.plan import schedule
from reconciler.schedule.sendable import Pending
from reconciler.schedule.trail import SWITCH_KINDS, trail
from reconciler.walk.flow import Flow, flows
from reconciler.walk.walk import walk

from .random_worlds import SWITCH, Case, case, to

FIRST = int(os.environ.get("SEED", "0"))
"""``SEED=70000 pytest -m long tests/schedule`` takes other worlds."""
World = Mapping[str, State]


@pytest.mark.parametrize("seed", range(FIRST, FIRST + 50))
def test_laws(seed: int) -> None:
    check(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(100))
def test_laws_of_10_000_worlds(block: int) -> None:
    for seed in range(100):
        check(FIRST + 1000 + 100 * block + seed)


def check(seed: int) -> None:
    one = case(seed)
    plan = schedule(one.changes, one.world, one.topology)
    every_change_goes_once(one, plan)
    reached = played(one.world, plan)
    what_was_foretold_is_there(one, reached)
    the_way_back_leads_back(one, reached)
    a_node_leads_itself_back(one, plan, reached)
    nobody_is_hurt_who_is_said_to_be_kept(one, plan, random.Random(seed))
    no_mac_and_no_vni_costs_anything(one, plan)
    no_order_is_better(one, plan)


def every_change_goes_once(one: Case, plan: Schedule) -> None:
    """But for what is made on the way, and what goes there and back: of that nothing is left."""
    sent = [((step.device, change.key), change) for step in plan.steps for change in step.changes]
    asked = {(name, change.key): change.after for name, some in one.changes.items() for change in some}
    before = {at: change.before for at, change in reversed(sent)}
    done = {at: change.after for at, change in sent}
    meanwhile = {(name, one.key) for name, some in plan.stand_ins.items() for one in some}
    assert {at: after for at, after in done.items() if after != before[at] and at not in meanwhile} == asked
    assert plan.stand_ins or len(sent) == len(asked)
    assert all(len({step.device for step in stage.steps}) == len(stage.steps) for stage in plan.stages)
    assert all(len({change.key for change in step.changes}) == len(step.changes) for step in plan.steps)


def played(world: World, plan: Schedule) -> dict[str, State]:
    """Stage after stage, each device's lines as its driver writes them."""
    now = dict(world)
    for step in plan.steps:
        way = trail(now[step.device], step.changes)
        refused = [move for move in way.moves if move.refusal]
        assert not refused, refused
        now[step.device] = way.end
    return now


def what_was_foretold_is_there(one: Case, reached: World) -> None:
    """The second plan is empty, and what no change is about is as it was."""
    for name, wanted in one.new.items():
        assert to(wanted, reached[name], {**one.old[name], **wanted}) == []
        changed = {change.key for change in one.changes.get(name, ())}
        before, after = settled(one.world[name]), settled(reached[name])
        assert {k: v for k, v in before.items() if k not in changed} == {
            k: v for k, v in after.items() if k not in changed
        }


def settled(state: State) -> dict[Key, Resource]:
    """Without what the kernel makes of addresses."""
    derived = {key for key, one in state.items() if isinstance(one, Route) and one.protocol == KERNEL_PROTOCOL}
    return {key: one for key, one in state.items() if key not in derived}


def the_way_back_leads_back(one: Case, reached: World) -> None:
    """The same diff with its arguments swapped, in an order of its own."""
    names = [name for name in one.new if name in one.changes]
    back = {name: to(one.old[name], reached[name], {**one.old[name], **one.new[name]}) for name in names}
    end = played(reached, schedule(back, reached, one.topology))
    for name, state in one.world.items():
        assert to(one.old[name], end[name], {**one.old[name], **one.new[name]}) == []
        assert {*settled(state)} == {*settled(end[name])}


def a_node_leads_itself_back(one: Case, plan: Schedule, reached: World) -> None:
    """From wherever it is, by lines that were written down before the first was sent; what is refused is passed over.

    In the middle of a batch there may be something of ours for the moment: the next cycle removes it.
    """
    for name in one.changes.keys() - {SWITCH}:
        meanwhile = state_of(plan.stand_ins.get(name, ()))
        there = {**reached[name], **meanwhile}
        back = to(one.old[name], there, {**one.old[name], **one.new[name], **meanwhile})
        lines = [operation for some in operations(back, there) for operation in some]
        for now, is_between in states(one.world[name], [step for step in plan.steps if step.device == name]):
            tables = Tables(now)
            for line in lines:
                if not tables.refusal(line):
                    tables.apply(effect(tables.found, line))
            after, before = settled(tables.found), settled(one.world[name])
            assert before.items() <= after.items(), name
            more = [after[key] for key in after.keys() - before.keys()]
            assert not more or (is_between and all(map(is_for_the_moment, more))), name


def is_for_the_moment(one: Resource) -> bool:
    return (isinstance(one, Address) and one.prefixlen == 32) or (isinstance(one, Route) and one.metric == LAST_RESORT)


def states(now: State, steps: Sequence[Step]) -> Iterator[tuple[State, bool]]:
    """A node's, line by line, and whether a batch is under way."""
    yield now, False
    for step in steps:
        moves = trail(now, step.changes).moves
        for number, move in enumerate(moves, 1):
            now = merged(now, move.delta)
            yield now, number < len(moves)


def alive(world: World, one: Case, some: list[Flow]) -> list[Flow]:
    return [flow for flow in some if walk(world, one.topology, flow).verdict == "delivered"]


def lasting(one: Case, end: World) -> list[Flow]:
    """What is alive before and after."""
    return alive(end, one, alive(one.world, one, flows(one.world, end, one.topology)))


def nobody_is_hurt_who_is_said_to_be_kept(one: Case, plan: Schedule, rng: random.Random) -> None:
    """The lines of a stage come in any order that keeps each device's own."""
    some = [flow for flow in lasting(one, played(one.world, plan)) if flow.pair not in plan.blast.interrupted]
    now = dict(one.world)
    for stage in plan.stages:
        lines = {step.device: [*trail(now[step.device], step.changes).moves] for step in stage.steps}
        while lines:
            name = rng.choice(sorted(lines))
            move = lines[name].pop(0)
            now[name] = merged(now[name], move.delta)
            lines = {name: left for name, left in lines.items() if left}
            assert alive(now, one, some) == some, move


def merged(state: State, delta: Mapping[Key, Resource | None]) -> State:
    return {key: one for key, one in {**state, **delta}.items() if one is not None}


def no_mac_and_no_vni_costs_anything(one: Case, plan: Schedule) -> None:
    """Where nothing differs but MACs, and what others know of them, or the VNI of all."""
    every = [change for some in one.changes.values() for change in some]
    kinds = {(change.key.kind, *change.fields) for change in every if change.key.kind != "fdb"}
    if kinds <= {("link", "address"), ("neighbour", "lladdr")} or kinds == {("link", "id")}:
        assert not plan.blast.interrupted


def no_order_is_better(one: Case, plan: Schedule) -> None:
    """By brute force over all orders, change by change: as few pairs are interrupted as can be."""
    best = fewest(one, lasting(one, played(one.world, plan))) if plan.blast.interrupted else None
    if best is not None:
        assert len(plan.blast.interrupted) <= best, plan.blast.interrupted


def fewest(one: Case, some: list[Flow]) -> int | None:
    """None where some device refuses every order of single changes."""
    start = {name: Pending(state, one.changes.get(name, ())) for name, state in one.world.items()}
    ticket = count()
    heap = [(0, 0, next(ticket), frozenset[tuple[str, str]](), start)]
    seen: dict[frozenset[tuple[str, Key]], list[frozenset[tuple[str, str]]]] = {}
    while heap:
        cost, gone, _, hurt, here = heapq.heappop(heap)
        if not any(pending.changes for pending in here.values()):
            return cost
        for name, unit in singles(here):
            way, sent = here[name].trail(unit)
            if len(sent) < len(unit):
                continue
            broken = hurt | {
                flow.pair for flow in dying({n: p.state for n, p in here.items()}, name, way.moves, one, some)
            }
            there = {**here, name: here[name].after(way, sent)}
            left = frozenset((n, change.key) for n, p in there.items() for change in p.changes)
            known = seen.setdefault(left, [])
            if not any(other <= broken for other in known):
                known.append(broken)
                heapq.heappush(heap, (len(broken), gone - 1, next(ticket), broken, there))
    return None


def singles(here: Mapping[str, Pending]) -> Iterator[tuple[str, tuple[Change, ...]]]:
    for name, pending in here.items():
        if pending.changes and pending.changes[0].key.kind in SWITCH_KINDS:
            yield name, pending.changes
        else:
            yield from ((name, (change,)) for change in pending.changes)


def dying(world: World, name: str, moves: tuple[object, ...], one: Case, some: list[Flow]) -> set[Flow]:
    now, found = dict(world), set[Flow]()
    for move in moves:
        now[name] = merged(now[name], move.delta)  # type: ignore[attr-defined]
        left = [flow for flow in some if flow not in found]
        found |= {*left} - {*alive(now, one, left)}
    return found
