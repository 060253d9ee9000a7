"""Whatever happens, what was sent to a device stood in the history before, and has an outcome afterwards."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as some

from tests.daemon.fasttime import run
from tests.daemon.recorded import Recorded
from tests.daemon.world import FORGED, ONE, TWO, other

NAMES = ("n1", "n2")
Step = tuple[str, str, float]
STEPS = some.tuples(
    some.sampled_from(("forge", "lose", "push", "refuse", "take", "away", "back", "fail", "mend", "restart", "kill")),
    some.sampled_from(NAMES),
    some.sampled_from((0.3, 1.5, 20.0)),
)
"""What happens, to whom, and seconds until the next."""


def forge(world: Recorded, name: str) -> None:
    world.forge(name, FORGED)


def lose(world: Recorded, name: str) -> None:
    world.lose(name, TWO.key)


def push(world: Recorded, name: str) -> None:
    number = 3 + len(world.source.folders)
    world.commit(f"c{number}", text=other(world, number))
    world.service.following.poke()


def refuse(world: Recorded, name: str) -> None:
    world.transports[name].refuses = frozenset({ONE.key.name})


def take(world: Recorded, name: str) -> None:
    world.transports[name].refuses = frozenset()


def away(world: Recorded, name: str) -> None:
    world.transports[name].down = "no answer"


def back(world: Recorded, name: str) -> None:
    world.transports[name].down = ""


def fail(world: Recorded, name: str) -> None:
    world.fail()


def mend(world: Recorded, name: str) -> None:
    world.mend()


ACTS: dict[str, Callable[[Recorded, str], None]] = {
    one.__name__: one for one in (forge, lose, push, refuse, take, away, back, fail, mend)
}


async def lived(world: Recorded, steps: list[Step]) -> None:
    """Every step, with a restart wherever there is one; then all that was broken is whole again."""
    left = list(steps)
    while left:
        async with world.running():
            await asyncio.sleep(5.0)
            while left:
                what, name, seconds = left.pop(0)
                if what == "kill":
                    await world.kill()
                if what in ("restart", "kill"):
                    break
                ACTS[what](world, name)
                await asyncio.sleep(seconds)
    world.mend()
    for name in NAMES:
        take(world, name)
        back(world, name)
    async with world.running():
        await asyncio.sleep(600.0)
        assert {world.phase(name) for name in NAMES} == {"in sync"}
        assert list(world.service.hub.conditions) == []


UNSAVED = [("push", "n1", 1.5), ("kill", "n2", 0.3)]
"""Killed when what was applied was not saved so far: there is nothing to be written any more, and it is saved."""
MENDED = [("fail", "n1", 0.3), ("restart", "n1", 0.3), ("kill", "n1", 0.3)]
"""The disk is whole again when the next daemon starts, and nothing is to be written."""


@example(UNSAVED)
@example(MENDED)
@settings(max_examples=8)
@given(some.lists(STEPS, min_size=1, max_size=12))
def test_everything_that_is_sent_is_in_the_history_before_and_has_an_outcome(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = Recorded(Path(folder))
        run(lived(world, steps))
        assert world.unrecorded == []
        assert world.told("mistake") == []
        entries = [one for one in world.entries() if one["kind"] in ("change", "drift")]
        assert [one for one in entries if "outcome" not in one] == []
        assert any(one["kind"] == "change" for one in entries)
