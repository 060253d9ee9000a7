"""A change of all five devices, broken at every named point: each ends old or new, and nothing is left behind."""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.chaos_cases import Case, How, Result, Who, breaking, cases, tried
from benchmarks.chaos_field import CHANGES, ROOT, Field
from benchmarks.chaos_guard import Guard
from benchmarks.daemon import LAB
from reconciler.lab import enter, state, world
from reconciler.lab.failpoints import Place, place
from tests.lab.warm import warm

LEAST = 40
"""So many places have to be reached in one change."""
Found = dict[tuple[Who, How], Sequence[Place]]


@contextmanager
def field(timer: int, change: str) -> Iterator[Field]:
    """A lab of its own, which has been at both ends of the change."""
    name = f"c{uuid.uuid4().hex[:6]}"
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        subprocess.run([*LAB, "up", "--name", name], check=True, stdout=subprocess.DEVNULL)
        try:
            lab = state.get(name)
            start, environment = enter.on_jump(lab, [])
            with warm(start, Path(folder), environment | {"PYTHONPATH": str(ROOT)}) as ready:
                made = Field(lab, Path(folder), timer, ready, CHANGES[change])
                made.prepare()
                yield made
        finally:
            world.down(name)


def found_in(one: Field) -> Found:
    """All places that a change reaches, in either direction: by hand, by a daemon, on the way back of one that fails.

    Raises: TimeoutError.
    """
    log = one.folder / "log"
    by_hand, back, daemon = set[Place](), set[Place](), set[Place]()
    for _ in range(2):
        done = one.converge(one.there, log=log)
        assert not done.returncode, done.stderr
        by_hand |= set(_taken(log))
        one.here = one.there
        one.converge(one.there, points=breaking(one.lab, one.lab.nodes[1].name), log=log)
        one.restore()
        back |= set(_taken(log)) - by_hand
        with Guard(one, log=log) as guard:
            guard.follows()
            before = set(_taken(log))
            guard.wants(one.there)
            guard.acts()
            guard.comes(one.there)
        daemon |= set(_taken(log)) - before
        one.here = one.there
    every: Found = {("by hand", "kill"): sorted(by_hand), ("daemon", "kill"): sorted(daemon)}
    every["by hand", "kill on the way back"] = sorted(back)
    for who, places in (("by hand", by_hand), ("daemon", daemon)):
        for how in ("kill, again at once", "sessions", "sshd", "cut", "switch cut"):
            every[who, how] = sorted(places)  # type: ignore[index]
    return every


def _taken(log: Path) -> list[Place]:
    """What the log says; it is begun anew."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [place(line) for line in lines]


class Work:
    """Cases for several labs; each takes the next when it is through with one. ``until``: none is begun after that."""

    def __init__(self, every: Sequence[Case], until: float) -> None:
        self._left, self._until = list(every), until
        self._turn = threading.Lock()
        self.results: list[Result] = []

    @property
    def left(self) -> int:
        return len(self._left)

    def carry_out(self, one: Field) -> None:
        while (case := self._next()) is not None:
            self._note(tried(one, case))

    def _next(self) -> Case | None:
        with self._turn:
            return self._left.pop() if self._left and time.monotonic() < self._until else None

    def _note(self, result: Result) -> None:
        with self._turn:
            self.results.append(result)
            print(result, flush=True)


def summary(work: Work) -> Iterator[str]:
    results = work.results
    for who, how in sorted({(one.case.who, one.case.how) for one in results}):
        some = [one for one in results if (one.case.who, one.case.how) == (who, how)]
        reached = [one for one in some if one.reached]
        longest = max((one.settled for one in reached), default=0.0)
        wrong = sum(bool(one.wrong) for one in some)
        by_itself = f"by themselves within {longest:.1f} s"
        yield f"{who}, {how}: {len(reached)} of {len(some)} places reached, {by_itself}, {wrong} wrong"
    if work.left:
        yield f"{work.left} cases were not tried: the time was up"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--minutes", type=float, default=30.0, help="no case is begun after that")
    parser.add_argument("--labs", type=int, default=4, help="so many side by side")
    parser.add_argument("--timer", type=int, default=15, help="seconds after which devices take back by themselves")
    parser.add_argument(
        "--often", type=int, default=4, help="a point that is reached again and again is tried so often"
    )
    parser.add_argument("--sample", type=int, default=5, help="places for each way to break it other than to kill")
    parser.add_argument("--change", choices=CHANGES, default="one stage", help="what is changed")
    parser.add_argument("--only", default="", help="only cases in whose words this pattern is found")
    return parser.parse_args()


def main() -> None:
    asked, began = arguments(), time.monotonic()
    until = began + 60 * asked.minutes
    print(f"seed {asked.seed}: python -m benchmarks.chaos --seed {asked.seed}", flush=True)
    with ExitStack() as stack, ThreadPoolExecutor(asked.labs) as pool:
        first = stack.enter_context(field(asked.timer, asked.change))
        found = found_in(first)
        reached = {one for places in found.values() for one in places}
        names = Counter(one.name for one in reached)
        print(f"{len(reached)} places with {len(names)} names", flush=True)
        every = cases(first.lab, found, random.Random(asked.seed), asked)
        every = [one for one in every if re.search(asked.only, str(one))]
        fields = [first, *(stack.enter_context(field(asked.timer, asked.change)) for _ in range(asked.labs - 1))]
        work = Work(every, until)
        list(pool.map(work.carry_out, fields))
    wrong = [one for one in work.results if one.wrong]
    print(*summary(work), sep="\n")
    print(f"{time.monotonic() - began:.0f} s, {len(wrong)} of {len(work.results)} wrong", sep="\n")
    sys.exit(bool(wrong) or len(reached) < LEAST)


if __name__ == "__main__":
    main()
