"""Devices that tell of changes, that fall silent and come back, and that hang while others need us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.core.driver import Reading, Unreachable
from reconciler.core.resource import Resource, State
from reconciler.core.watching import Program
from tests.daemon.fasttime import run
from tests.daemon.world import ONE, TWO, World
from tests.engine.fakes import DictDriver, DictTransport


class Rumours:
    """Everything that is heard is news."""

    quick = True

    def __init__(self) -> None:
        self.heard: list[str] = []

    def takes(self, line: str) -> bool:
        return True

    def hear(self, line: str) -> None:
        self.heard.append(line)

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        heard, self.heard = self.heard, []
        return "; ".join(heard)


class TellingDriver(DictDriver):
    programs: Sequence[Program] = ()
    watch = "tell"

    def rumours(self) -> Rumours:
        return Rumours()


@dataclass
class TellingTransport(DictTransport):
    """``hangs``: seconds until it is known that it does not answer."""

    hangs: float = 0.0
    watched: int = 0
    breaks_off: bool = False
    complains: bool = False
    asked: int = 0
    spoken: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def query(self, questions: Any) -> Any:
        self.asked += 1
        await self._answers()
        return await super().query(questions)

    async def watch(self, command: str, heard: Callable[[str], None]) -> None:
        if self.complains:
            heard("stderr: sh: ip: not found")
            raise Unreachable("the watch ended with exit status 127")
        await self._answers()
        self.watched += 1
        heard("ready")
        if self.breaks_off:
            raise Unreachable("the watch ended with exit status 127")
        while not self.down:
            heard(await self.spoken.get())
        raise Unreachable(self.down)

    async def _answers(self) -> None:
        if self.down:
            await asyncio.sleep(self.hangs)
            raise Unreachable(self.down)

    def fall_silent(self, seconds: float) -> None:
        self.down, self.hangs = "no answer", seconds
        self.spoken.put_nowait("the stream ended")


def world_of(folder: Path, *names: str, **loop: Any) -> World:
    world = World(folder, names, **loop)
    world.transports = {name: TellingTransport.having() for name in names}
    world.driver = TellingDriver
    return world


def lines(world: World, name: str) -> TellingTransport:
    transport = world.transports[name]
    assert isinstance(transport, TellingTransport)
    return transport


def tell(world: World, name: str) -> None:
    """Somebody takes a route away, and the node tells."""
    world.transports[name].rows.pop(ONE.key, None)
    lines(world, name).spoken.put_nowait("Deleted a route")


def test_what_a_node_tells_is_put_back_at_once_and_a_storm_of_it_costs_few_reads(tmp_path: Path) -> None:
    world = world_of(tmp_path, "n1", "n2")

    async def storm() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            tell(world, "n1")
            await asyncio.sleep(0.01)
            assert world.has("n1", ONE, TWO)
            before = world.transports["n1"].reads
            for _ in range(10_000):
                tell(world, "n1")
                await asyncio.sleep(0.0001)
            await asyncio.sleep(0.1)
            assert world.has("n1", ONE, TWO)
            assert world.transports["n1"].reads - before <= 2 * 22, "a look and a proof every 50 ms"

    world.flips = 10_000
    run(storm())


def test_a_node_that_was_away_and_speaks_again_is_looked_at_at_once(tmp_path: Path) -> None:
    world = world_of(tmp_path, "n1", "n2", retry={"first": "1s", "longest": "1h"})

    async def away() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            lines(world, "n1").fall_silent(5.0)
            world.transports["n1"].rows.pop(ONE.key)
            await asyncio.sleep(3600.0)
            assert world.phase("n1") == "unreachable"
            lines(world, "n1").down = ""
            await asyncio.sleep(45.0)
            assert world.has("n1", ONE, TWO), "a watch is begun again every 30 seconds"
            assert world.phase("n1") == "in sync"

    run(away())


def test_nodes_that_hang_keep_nobody_else_waiting(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(8)]
    world = world_of(tmp_path, *names, "well", concurrency=8)

    async def hang() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            for name in names:
                lines(world, name).fall_silent(14.0)
            for second in range(1, 61):
                await asyncio.sleep(0.8)
                tell(world, "well")
                await asyncio.sleep(0.2)
                assert world.has("well", ONE, TWO)
                assert second < 15 or all(world.phase(name) == "unreachable" for name in names)

    world.flips = 10_000
    run(hang())


def test_a_stream_that_does_not_last_is_begun_again_later_and_later(tmp_path: Path) -> None:
    world = world_of(tmp_path, "n1", "n2")
    lines(world, "n1").breaks_off = True

    async def hour() -> None:
        async with world.running():
            await asyncio.sleep(3600.0)

    run(hour())
    assert 3600 / 30 <= lines(world, "n1").watched < 160
    assert world.transports["n1"].reads < 400


def test_a_device_that_failed_and_then_hangs_is_called_unreachable_at_once(tmp_path: Path) -> None:
    world = world_of(tmp_path, "n1", "n2", retry={"first": "1s", "longest": "1h"})

    async def away() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            world.transports["n1"].refuses = frozenset({ONE.key.name})
            tell(world, "n1")
            await asyncio.sleep(3600.0)
            assert world.phase("n1") == "failed"
            lines(world, "n1").fall_silent(5.0)
            await asyncio.sleep(6.0)
            assert world.phase("n1") == "unreachable"

    run(away())


def test_a_shell_that_only_complains_is_no_node_that_is_back(tmp_path: Path) -> None:
    world = world_of(tmp_path, "n1", "n2", retry={"first": "1s", "longest": "1h"})

    async def away() -> None:
        async with world.running():
            await asyncio.sleep(5.0)
            lines(world, "n1").complains = True
            lines(world, "n1").fall_silent(1.0)
            before = lines(world, "n1").asked
            await asyncio.sleep(3600.0)
            assert world.phase("n1") == "unreachable"
            assert lines(world, "n1").asked - before < 20, "1, 2, 4 … seconds"

    run(away())
