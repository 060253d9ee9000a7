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
from collections.abc import Awaitable, Callable
from pathlib import Path

from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.fleet import fleet
from reconciler.engine.record import Record
from reconciler.lab import state, world

ROOT = Path(__file__).parents[1]
ROUNDS = 40
MARK = "--answered--"


async def floor_shells(inventory: Inventory) -> dict[str, object]:
    """One bare shell per node."""
    import asyncssh

    shells = {}
    for name, entry in inventory.devices.items():
        if entry.platform == "linux":
            connection = await asyncssh.connect(
                entry.host, username=entry.username, client_keys=[str(entry.key)], known_hosts=str(entry.known_hosts)
            )
            shells[name] = await connection.create_process("sudo -n sh" if entry.sudo else "sh")
    return shells


async def floor(shells: dict[str, object], questions: dict[str, list[str]]) -> None:
    async def ask(name: str) -> None:
        shell = shells[name]
        script = "".join(f"{question}; echo; echo {MARK}\n" for question in questions[name])
        shell.stdin.write(script)  # type: ignore[attr-defined]
        for _ in questions[name]:
            text = await shell.stdout.readuntil(f"{MARK}\n")  # type: ignore[attr-defined]
            text = text.removesuffix(f"{MARK}\n").strip()
            if text.startswith(("[", "{")):
                json.loads(text.splitlines()[0] if "\n" in text else text)

    await asyncio.gather(*map(ask, shells))


async def timed(work: Callable[[], Awaitable[object]]) -> list[float]:
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await work()
        spent.append(time.perf_counter() - started)
    return spent


async def warm(inventory: Inventory) -> tuple[list[float], list[float]]:
    """Interleaving would share the CPU: first one, then the other, twice, best half kept."""
    repository = load(ROOT / "desired")
    devices = fleet(inventory, repository, lambda name: inventory.devices[name].platform == "linux")
    cycle = Cycle(repository, devices, Record(inventory.path))
    questions = {name: list(device.driver.questions) for name, device in devices.items()}
    shells = await floor_shells(inventory)
    await cycle.plan()
    await floor(shells, questions)
    ours, bare = [], []
    for _ in range(2):
        bare += await timed(lambda: floor(shells, questions))
        ours += await timed(cycle.plan)
    plan = await cycle.plan()
    assert all(device.in_sync for device in plan.devices), plan.summary
    await asyncio.gather(*(device.transport.close() for device in devices.values()))
    return ours, bare


def cold(name: str) -> list[float]:
    line = [sys.executable, "-m", "reconciler.lab", "exec", "--name", name, "jump", "--"]
    command = [sys.executable, "-m", "reconciler", "--desired", str(ROOT / "desired"), "--dry-run"]
    spent = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([*line, *command], check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return spent


def imports() -> dict[str, float]:
    """Seconds to start Python and import what a dry run needs."""
    found = {}
    for what, module in (
        ("python", "sys"),
        ("command line", "reconciler.cli.main"),
        ("asyncssh", "asyncssh"),
        ("netmiko", "netmiko"),
    ):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        found[what] = time.perf_counter() - started
    return found


def inside(name: str) -> int:
    """Re-run this module on the jump host, where the nodes can be reached."""
    line = [sys.executable, "-m", "reconciler.lab", "exec", "--name", name, "jump", "--"]
    return subprocess.run([*line, sys.executable, "-m", "benchmarks.cycle", "--warm"], cwd=ROOT).returncode


def report_warm() -> None:
    ours, bare = asyncio.run(warm(load_inventory(Path(os.environ["RECONCILE_INVENTORY"]))))
    mine, least = statistics.median(ours) * 1e3, statistics.median(bare) * 1e3
    print(
        f"warm no-change cycle over the nodes {mine:.1f} ms, bare floor {least:.1f} ms: "
        f"ratio {mine / least:.2f} (aim 1.5)"
    )


def main() -> int:
    if "--warm" in sys.argv:
        report_warm()
        return 0
    name = f"bench{uuid.uuid4().hex[:4]}"
    os.environ["RECONCILE_STATE"] = tempfile.mkdtemp()
    subprocess.run([sys.executable, "-m", "reconciler.lab", "up", "--name", name], check=True)
    try:
        line = [sys.executable, "-m", "reconciler.lab", "exec", "--name", name, "jump", "--"]
        command = [sys.executable, "-m", "reconciler", "--desired", str(ROOT / "desired"), "--yes"]
        subprocess.run([*line, *command], check=True, capture_output=True)
        code = inside(name)
        spent = cold(name)
        print(f"reconcile --dry-run cold: median {statistics.median(spent):.2f} s (aim 2.5), best {min(spent):.2f} s")
        print("  of which: " + ", ".join(f"{what} {seconds:.2f} s" for what, seconds in imports().items()))
        return code
    finally:
        assert state.get(name)
        world.down(name)


if __name__ == "__main__":
    sys.exit(main())
