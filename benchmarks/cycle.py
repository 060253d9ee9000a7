"""A warm no-change cycle over the seed lab's nodes against the bare floor; a cold dry run, and where its time goes.

The floor is twenty lines of asyncssh: the same questions on one kept-open shell per node, answers through json.loads.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

import asyncssh

from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.fleet import fleet
from reconciler.engine.observe import observe
from reconciler.engine.record import Record
from reconciler.intent.compile import compile_world
from reconciler.lab import world

ROOT = Path(__file__).parents[1]
ROUNDS = 40
MARK = "--answered--"
API_NODE = "k01-control-plane"
"""It is asked by kubectl, too, which costs more than all tables."""
LAB = [sys.executable, "-m", "reconciler.lab"]
RECONCILE = [sys.executable, "-m", "reconciler", "--desired", str(ROOT / "desired")]


Shells = dict[str, asyncssh.SSHClientProcess[str]]


async def floor_shells(inventory: Inventory, names: Iterable[str]) -> Shells:
    """One bare shell per node."""
    shells = {}
    for name in names:
        entry = inventory.devices[name]
        connection = await asyncssh.connect(
            entry.host, username=entry.username, client_keys=[str(entry.key)], known_hosts=str(entry.known_hosts)
        )
        shells[name] = await connection.create_process("sh")
    return shells


async def floor(shells: Shells, questions: dict[str, list[str]]) -> None:
    async def ask(name: str) -> None:
        shell = shells[name]
        script = "".join(f"{question}; echo; echo {MARK}\n" for question in questions[name])
        shell.stdin.write(script)
        for _ in questions[name]:
            text = await shell.stdout.readuntil(f"{MARK}\n")
            text = text.removesuffix(f"{MARK}\n").strip()
            if text.startswith(("[", "{")):
                json.loads(text.splitlines()[0] if "\n" in text else text)

    await asyncio.gather(*map(ask, shells))


async def spent(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def warm(inventory: Inventory, names: Collection[str]) -> tuple[list[float], list[float]]:
    """One of ours, one of theirs, in turn, so that a noisy machine disturbs both alike."""
    repository = load(ROOT / "desired")
    ours, bare = [], []
    async with fleet(inventory, repository, names.__contains__, writes=True) as devices:
        cycle = Cycle(repository, devices, Record(inventory.path))
        questions = {name: list(device.driver.questions) for name, device in devices.items()}
        shells = await floor_shells(inventory, names)
        plan = await cycle.plan()
        assert all(device.in_sync for device in plan.devices), plan.summary
        for _ in range(ROUNDS):
            bare.append(await spent(lambda: floor(shells, questions)))
            ours.append(await spent(cycle.plan))
    return ours, bare


def cold(on_jump: list[str]) -> list[float]:
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([*on_jump, *RECONCILE, "--dry-run"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return seconds


async def phases(inventory_path: Path) -> AsyncIterator[tuple[str, float]]:
    """Where a cold dry run's time goes, in one process: (what, seconds)."""
    inventory = load_inventory(inventory_path)
    started = time.perf_counter()
    repository = load(ROOT / "desired")
    yield "load and validate", time.perf_counter() - started
    started = time.perf_counter()
    compile_world(repository)
    yield "compile", time.perf_counter() - started

    for what, names in (("nodes", of(inventory, switches=False)), ("switch", of(inventory, switches=True))):
        async with fleet(inventory, repository, names.__contains__, writes=True) as devices:
            for turn in ("connect and read", "read again"):
                yield f"{what}: {turn}", await spent(partial(observe, devices.values()))


def imports() -> Iterator[tuple[str, float]]:
    """Seconds to start Python and import what a dry run needs: (what, seconds)."""
    for what, module in (
        ("start Python", "sys"),
        ("import the command line", "reconciler.cli.main"),
        ("import asyncssh", "asyncssh"),
        ("import netmiko", "netmiko"),
    ):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        yield what, time.perf_counter() - started


async def inside() -> None:
    """The part that runs on the jump host, where the nodes can be reached."""
    path = Path(os.environ["RECONCILE_INVENTORY"])
    inventory = load_inventory(path)
    async for what, seconds in phases(path):
        print(f"  {seconds:5.2f} s  {what}")
    tables = [name for name in of(inventory, switches=False) if name != API_NODE]
    for words, names in (("nodes and kubectl", of(inventory, switches=False)), ("nodes without kubectl", tables)):
        ours, bare = await warm(inventory, names)
        mine, least = statistics.median(ours) * 1e3, statistics.median(bare) * 1e3
        ratio = f"ratio {mine / least:.2f} (aim 1.5)"
        print(f"warm no-change cycle, {words}: {mine:.1f} ms, bare floor {least:.1f} ms: {ratio}")


def of(inventory: Inventory, *, switches: bool) -> list[str]:
    return [name for name, entry in inventory.devices.items() if entry.is_switch is switches]


def main() -> None:
    name = f"bench{uuid.uuid4().hex[:4]}"
    os.environ["RECONCILE_STATE"] = tempfile.mkdtemp()
    started = time.perf_counter()
    subprocess.run([*LAB, "up", "--name", name], check=True, stdout=subprocess.DEVNULL)
    print(f"lab up: {time.perf_counter() - started:.2f} s (aim 10)")
    try:
        on_jump = [*LAB, "exec", "--name", name, "jump", "--"]
        subprocess.run([*on_jump, *RECONCILE, "--yes"], check=True, capture_output=True)
        seconds = cold(on_jump)
        print(
            f"reconcile --dry-run, cold: median {statistics.median(seconds):.2f} s, best {min(seconds):.2f} s (aim 2.5)"
        )
        for what, cost in imports():
            print(f"  {cost:5.2f} s  {what}")
        sys.stdout.flush()
        subprocess.run([*on_jump, sys.executable, "-m", "benchmarks.cycle", "--inside"], cwd=ROOT, check=True)
    finally:
        world.down(name)


if __name__ == "__main__":
    asyncio.run(inside()) if "--inside" in sys.argv else main()
