"""Whom stages touch, flow by flow: through every state that can occur, from the first line to the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from reconciler.core.change import Change
from reconciler.core.schedule import Blast, Pair
from reconciler.schedule.prover import Prover
from reconciler.schedule.stage import Way
from reconciler.schedule.trail import Trail
from reconciler.walk.flow import Flow
from reconciler.walk.topology import World
from reconciler.walk.walk import Walk

SORTS = ("kept", "gained", "lost", "unknown")
Fate = Literal["kept", "interrupted", "gained", "begun", "lost", "ended", "dead", "unknown"]
"""``ended``: lost, since the target has no such address any more. ``begun``: gained, since it has it only now."""


Home = tuple[str, str]
"""A node and an address that is its own or a pod's of it."""
Homes = tuple[frozenset[Home], frozenset[Home]]
"""Those before, and those after."""


@dataclass(frozen=True, slots=True)
class Story:
    """What a flow goes through. ``why``, and in which ``stages``: of an interruption."""

    fate: Fate
    affected: bool = False
    why: str = ""
    stages: frozenset[int] = frozenset()


@dataclass
class Telling:
    """The stories of flows through ``stages``. ``homes``: who has which address; asked only where that matters."""

    prover: Prover
    before: World
    stages: Sequence[Mapping[str, Way]]
    homes: Callable[[], Homes]
    worlds: list[World] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.worlds = [self.before]
        for ways in self.stages:
            self.worlds.append({**self.worlds[-1], **{name: way.trail.end for name, way in ways.items()}})

    def story(self, flow: Flow) -> Story:
        first = self.prover.walk(flow, self.before)
        last = self.prover.walk(flow, self.worlds[-1])
        if "unknown" in (first.verdict, last.verdict):
            return Story("unknown", first != last)
        seen = list(self._seen(flow))
        affected = any(walk != first for _, walk, _ in seen)
        if fate := self._end(flow, first, last):
            return Story(fate, affected)
        dead = [(number, walk, at) for number, walk, at in seen if walk.verdict == "dropped"]
        if not dead:
            return Story("kept", affected)
        _, walk, at = dead[0]
        return Story("interrupted", affected, walk.why + _at(at), frozenset(number for number, _, _ in dead))

    def _end(self, flow: Flow, first: Walk, last: Walk) -> Fate | None:
        """None where it is alive before and after."""
        home = (flow.target, flow.dst)
        had, has = self.homes() if first.verdict != last.verdict else (frozenset[Home](), frozenset[Home]())
        match first.verdict == "delivered", last.verdict == "delivered":
            case False, False:
                return "dead"
            case False, True:
                return "gained" if home in had else "begun"
            case True, False:
                return "lost" if home in has else "ended"
        return None

    def _seen(self, flow: Flow) -> Iterator[tuple[int, Walk, Mapping[str, Change]]]:
        relevant = self.prover.relevant(flow)
        for number, ways in enumerate(self.stages):
            trails: dict[str, Trail] = {name: ways[name].trail for name in relevant if name in ways}
            if trails:
                for walk, last in self.prover.moments(flow, self.worlds[number], trails):
                    yield number, walk, last
                    if walk.verdict == "dropped":
                        break  # one is enough of this stage


def _at(last: Mapping[str, Change]) -> str:
    """The changes behind which a packet is lost."""
    if not last:
        return ""
    return ", while " + " and ".join(f"{name} has changed {change.key}" for name, change in sorted(last.items()))


def blast_of(
    pairs: int,
    stories: Mapping[Flow, Story],
    untold: frozenset[Pair] = frozenset(),
    lives_on: Callable[[Pair], bool] = lambda pair: False,
) -> Blast:
    """Per pair what happens to one of its flows: interrupted, lost, else gained, else kept.

    Of pairs that are ``untold`` nothing is known. An address that comes or goes with the plan matters only to pairs
    that have nothing else in common; ``lives_on``: whether a pair has flows without a story, which nothing touches.
    """
    by_pair: dict[Pair, list[Story]] = {}
    for flow, story in stories.items():
        by_pair.setdefault(Pair(*flow.pair), []).append(story)
    sorts = {pair: _sort({story.fate for story in found}) for pair, found in sorted(by_pair.items())}
    sorts |= {pair: "kept" for pair, found in by_pair.items() if _moves_house(found) and lives_on(pair)}
    listed = {name: frozenset(pair for pair, sort in sorts.items() if sort == name) for name in SORTS}
    return Blast(
        pairs,
        affected=frozenset(pair for pair, found in by_pair.items() if any(story.affected for story in found)),
        interrupted={pair: _why(by_pair[pair]) for pair, sort in sorts.items() if sort == "interrupted"},
        **{**listed, "unknown": listed["unknown"] | untold},
    )


def _sort(fates: set[Fate]) -> str:
    """Which of its lists a pair stands in; empty: in none, since its nodes never hear each other."""
    sure = next((fate for fate in ("interrupted", "lost", "gained", "kept") if fate in fates), "")
    new = {(True, False): "gained", (False, True): "lost"}.get(("begun" in fates, "ended" in fates), "")
    return sure or new or ("unknown" if fates == {"unknown"} else "")


def _moves_house(stories: Iterable[Story]) -> bool:
    """Whether only addresses come and go."""
    return {story.fate for story in stories} <= {"begun", "ended", "dead"}


def _why(stories: Iterable[Story]) -> str:
    return next(story.why for story in stories if story.fate == "interrupted")
