"""One stage: the most that can go at one time without losing a packet, however the lines of its devices interleave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.schedule.prover import Moment, Prover
from reconciler.schedule.sendable import Pending
from reconciler.schedule.trail import SWITCH_KINDS, Trail
from reconciler.walk.flow import Flow
from reconciler.walk.topology import World

Changes = Mapping[str, Sequence[Change]]
Standing = Mapping[str, Pending]
"""Device -> what it has by now, and what is still to come."""


class Way(NamedTuple):
    """What one device does in a stage."""

    trail: Trail
    sent: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """A stage in the making, from where the devices are ``standing``.

    ``alike``: what has to wait for one flow waits on every device, where not all flows are walked.
    """

    prover: Prover
    standing: Standing
    alike: bool = False

    @property
    def states(self) -> World:
        return {name: pending.state for name, pending in self.standing.items()}

    def most(self, flows: Sequence[Flow]) -> dict[str, Way]:
        """Of all that is still to come as much as hurts none of ``flows``; less where some has to wait."""
        ways = self.ways({name: pending.changes for name, pending in self.standing.items()})
        suspects: Collection[Flow] = flows
        while late := self._late(suspects, ways):
            wanted = {name: [c for c in ways[name].sent if c.key not in keys] for name, keys in late.items()}
            ways |= self.ways(wanted)
            suspects = [flow for flow in flows if not late.keys().isdisjoint(self.prover.relevant(flow))]
        return {name: way for name, way in ways.items() if way.sent}

    def ways(self, wanted: Changes) -> dict[str, Way]:
        """What the devices take of it by themselves."""
        return {name: Way(*self.standing[name].trail(changes)) for name, changes in wanted.items()}

    def hurt(self, flows: Iterable[Flow], ways: Mapping[str, Way]) -> list[Flow]:
        """Those of ``flows`` that are alive before the stage and lost in it, or lost for a moment."""
        return [flow for flow in flows if self._first(flow, ways) is not None]

    def dead_after(self, flows: Iterable[Flow], ways: Mapping[str, Way]) -> list[Flow]:
        ends = {**self.states, **{name: way.trail.end for name, way in ways.items()}}
        return [flow for flow in flows if self.prover.walk(flow, ends).verdict == "dropped"]

    def after(self, ways: Mapping[str, Way]) -> dict[str, Pending]:
        """Where the devices stand when it is over."""
        return {**self.standing, **{name: self.standing[name].after(*way) for name, way in ways.items()}}

    def _late(self, flows: Iterable[Flow], ways: Mapping[str, Way]) -> dict[str, set[Key]]:
        """Changes that have to wait: each kills a flow by itself, or one of several that kill it together."""
        late: dict[str, set[Key]] = {}
        together: list[Mapping[str, Change]] = []
        for flow in flows:
            moment = self._first(flow, ways)
            if moment is None:
                continue
            if len(moment.last) > 1:
                together.append(moment.last)
                continue
            for name, change in moment.last.items():
                late.setdefault(name, set()).update(_unit(change, ways[name].sent))
        if not late and together:
            name, change = max(together[0].items(), key=_patience)
            late[name] = set(_unit(change, ways[name].sent))
        return self._alike(late, ways) if self.alike else late

    def _alike(self, late: Mapping[str, set[Key]], ways: Mapping[str, Way]) -> dict[str, set[Key]]:
        sorts = {_sort(change) for name, keys in late.items() for change in ways[name].sent if change.key in keys}
        alike = {name: {change.key for change in way.sent if _sort(change) in sorts} for name, way in ways.items()}
        return {name: keys | late.get(name, set()) for name, keys in alike.items() if keys}

    def _first(self, flow: Flow, ways: Mapping[str, Way]) -> Moment | None:
        """The first state in which ``flow`` is lost; None where it is not, or was not alive in the beginning."""
        relevant = self.prover.relevant(flow)
        moving = {name: ways[name].trail for name in relevant if name in ways and ways[name].sent}
        if not moving:
            return None
        moments = self.prover.moments(flow, self.states, moving)
        lost = (moment for moment in moments if moment.walk.verdict == "dropped")
        first = next(lost, None)
        return first if first is not None and first.last else None


def units(changes: Sequence[Change]) -> Iterator[tuple[Change, ...]]:
    """What can go by itself: each change of a node; all of a switch's at once."""
    committed = tuple(change for change in changes if change.key.kind in SWITCH_KINDS)
    if committed:
        yield committed
    yield from ((change,) for change in changes if change.key.kind not in SWITCH_KINDS)


def _unit(change: Change, sent: Iterable[Change]) -> Iterator[Key]:
    is_committed = change.key.kind in SWITCH_KINDS
    yield from (one.key for one in sent if one is change or (is_committed and one.key.kind in SWITCH_KINDS))


def _sort(change: Change) -> tuple[object, ...]:
    """What of a change is the same for other nodes: from where to where it leads, but not for whom."""
    sides = (None if side is None else (side.link, *side.needs) for side in (change.before, change.after))
    return (change.key.kind, change.verb, *sides)


def _patience(item: tuple[str, Change]) -> tuple[bool, bool, str]:
    """Of two that kill a flow together that one waits: what breaks rather than what makes, a node for a switch."""
    name, change = item
    return (change.after is None, change.key.kind not in SWITCH_KINDS, name)
