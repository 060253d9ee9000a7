"""What a chaos run does to one change: where it is broken, how, and what must hold afterwards."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from benchmarks.chaos_field import Field, eventually, shell_to_cut, shell_to_kill
from benchmarks.chaos_guard import Guard
from reconciler.lab.failpoints import Place
from reconciler.lab.state import Lab, Member

Who = Literal["by hand", "daemon"]
How = Literal["kill", "kill, again at once", "kill on the way back", "sessions", "sshd", "cut", "switch cut"]
KILLS: Sequence[How] = ("kill", "kill, again at once", "kill on the way back")
SAID = (0, 1, 4)
"""Exit codes of somebody who lives: all is well; failed, and said so; a device could not be read in the first place."""
BREAK = Place("all applied", 1)
"""Here a node stops to let people in, where the way back is to be walked."""
GRACE = 5.0
"""Seconds after the timer within which every device has to be in one of the two states."""


@dataclass(frozen=True, slots=True)
class Case:
    """``victim``: the node that suffers, where it is one."""

    who: Who
    how: How
    place: Place
    victim: str

    def __str__(self) -> str:
        at = "" if self.how in KILLS else f" {self.victim}"
        return f"{self.who}: {self.how}{at} at {self.place}"

    def orders(self, lab: Lab) -> str:
        """For ``RECONCILE_FAILPOINT``."""
        here = "kill" if self.how in KILLS else f"sh {_shell(self.how, lab, lab.member(self.victim))}"
        first = f"{breaking(lab, self.victim)}\n" if self.how == "kill on the way back" else ""
        return f"{first}{self.place}={here}"


def breaking(lab: Lab, victim: str) -> str:
    """The order that makes a change fail when all of it has been sent: a node lets nobody in any more."""
    return f"{BREAK}=sh {shell_to_kill(lab.member(victim), listener=True, sessions=False)}"


def _shell(how: How, lab: Lab, victim: Member) -> str:
    if how == "switch cut":
        return shell_to_cut(lab.switches[0])
    if how == "cut":
        return shell_to_cut(victim)
    return shell_to_kill(victim, listener=how == "sshd", sessions=True)


@dataclass
class Result:
    """``settled``: seconds from the end of ours until nothing was armed any more. ``reached``: it happened at all."""

    case: Case
    reached: bool = True
    settled: float = 0.0
    news: str = ""
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.reached:
            return f"{self.case}: not reached"
        return f"{self.case}: {self.news} after {self.settled:.1f} s" + "".join(
            f"\n    WRONG {one}" for one in self.wrong
        )


def tried(field: Field, case: Case) -> Result:
    """One case; at its end the devices are at the other end of the change, if all is well."""
    result = Result(case)
    try:
        _tried_by_hand(field, case, result) if case.who == "by hand" else _tried_with_daemon(field, case, result)
        result.wrong += list(_rest(field))
    except Exception as error:
        result.wrong.append(f"{type(error).__name__}: {error}")
    return result


def _tried_by_hand(field: Field, case: Case, result: Result) -> None:
    done = field.converge(field.there, case.orders(field.lab))
    ended = time.monotonic()
    result.reached = done.returncode != 0 if case.how in KILLS else True
    killed = done.returncode == -signal.SIGKILL
    if not killed and done.returncode not in SAID:
        result.wrong.append(f"exit {done.returncode}: {done.stderr}")
    if "Traceback" in done.stderr:
        result.wrong.append(done.stderr)
    if case.how != "kill, again at once":
        _settle(field, result, ended)
    again = field.converge(field.there)
    if again.returncode:
        result.wrong.append(f"the next run: exit {again.returncode}\n{again.stdout}{again.stderr}")
    field.here = field.there


def _tried_with_daemon(field: Field, case: Case, result: Result) -> None:
    with Guard(field, case.orders(field.lab)) as daemon:
        daemon.follows()
        daemon.wants(field.there)
        result.reached = daemon.dies() if case.how in KILLS else daemon.acts()
        ended = time.monotonic()
        if not daemon.is_dead:
            time.sleep(field.timer if case.how == "sshd" else 0)
            field.restore()
            daemon.comes(field.there, mortal=True)
    result.reached |= daemon.died
    if daemon.died and case.how != "kill, again at once":
        _settle(field, result, ended)
    field.restore()
    with Guard(field) as again:
        again.comes(field.there)
    field.here = field.there


def _settle(field: Field, result: Result, ended: float) -> None:
    """Nobody of ours runs: each device comes to one of the two states by itself, in time, and nothing is left."""
    if eventually(lambda: not field.armed(), field.timer + GRACE - (time.monotonic() - ended)) is None:
        result.wrong.append(f"after the timer and {GRACE:g} s: {'; '.join(field.armed())}")
    result.settled = time.monotonic() - ended
    field.restore()
    found = field.observed()
    result.news = f"{sum(found[one] == field.states[field.there][one] for one in found)} of {len(found)} new"
    result.wrong += [*field.half_way(found), *field.pings(), *(f"left behind: {one}" for one in field.left())]


def _rest(field: Field) -> Iterator[str]:
    """What must hold at the end, however it came about."""
    if left := field.differences(field.here):
        yield f"the second plan is not empty: {left}"
    yield from field.pings()
    yield from (f"left behind in the end: {one}" for one in field.left_for_good())
    yield from (f"open in the history: {one}" for one in field.open_entries())


class Extent(Protocol):
    """``often``: how often a point that is reached again and again; ``sample``: places for what is no kill."""

    often: int
    sample: int


def cases(
    lab: Lab, found: Mapping[tuple[Who, How], Sequence[Place]], chance: random.Random, extent: Extent
) -> list[Case]:
    """A kill at every point, and of everything else a sample; in an order that the seed decides.

    Last in the list, so tried first, is each point once: who has little time has seen every one.
    """
    nodes = [member.name for member in lab.nodes]
    every = [
        Case(who, how, place, chance.choice(nodes))
        for (who, how), places in found.items()
        for place in _chosen(how, places, chance, extent)
    ]
    chance.shuffle(every)
    firsts = {(case.who, case.place.name): case for case in every if case.how in ("kill", "kill on the way back")}
    return sorted(every, key=lambda case: firsts.get((case.who, case.place.name)) is case)


def _chosen(how: How, places: Sequence[Place], chance: random.Random, extent: Extent) -> Iterable[Place]:
    if how not in ("kill", "kill on the way back"):
        return chance.sample(places, min(extent.sample, len(places)))
    by_name: dict[str, list[Place]] = {}
    for place in places:
        by_name.setdefault(place.name, []).append(place)
    return [one for same in by_name.values() for one in chance.sample(same, min(extent.often, len(same)))]
