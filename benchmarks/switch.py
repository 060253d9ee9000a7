"""A switch against netmiko itself in the same run: a look at it, and a change that is confirmed and proven."""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from netmiko import BaseConnection, ConnectHandler

from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.engine.cycle import Cycle
from reconciler.engine.fleet import fleet
from reconciler.engine.owned import owns_of
from reconciler.engine.record import Record
from reconciler.lab import world

ROOT = Path(__file__).parents[1]
LAB = [sys.executable, "-m", "reconciler.lab"]
RECONCILE = [sys.executable, "-m", "reconciler", "--desired", str(ROOT / "desired"), "--yes"]
SWITCH = "ceos01"
LOOKS = 60
CHANGES = 7
PLAIN, MORE = "Connection to", "Bench link to"


def _spent(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def bare(inventory: Inventory) -> BaseConnection:
    entry = inventory.devices[SWITCH]
    assert entry.password is not None
    login = {"host": entry.host, "username": entry.username, "password": entry.password.read()}
    connection = ConnectHandler(device_type="arista_eos", **login)
    connection.enable()
    return connection


@asynccontextmanager
async def cycle(inventory: Inventory, repository: Repository) -> AsyncIterator[Cycle]:
    async with fleet(inventory, repository, SWITCH.__eq__, writes=True) as devices:
        yield Cycle(repository, devices, Record(inventory.path), owns_of(inventory))


async def looking(inventory: Inventory, connection: BaseConnection) -> str:
    """One of ours, one of theirs, in turn, so that a noisy machine disturbs both alike."""
    ours, theirs = [], []
    async with cycle(inventory, load(ROOT / "desired")) as ready:
        plan = await ready.plan()
        assert plan.devices[0].in_sync, plan.summary
        for _ in range(LOOKS):
            theirs.append(_spent(lambda: connection.send_command("show running-config")))
            started = time.perf_counter()
            await ready.plan()
            ours.append(time.perf_counter() - started)
    return _ratio("warm no-change cycle", ours, theirs, 1.2)


def _ratio(what: str, ours: list[float], theirs: list[float], aim: float) -> str:
    mine, least = statistics.median(ours) * 1e3, statistics.median(theirs) * 1e3
    return f"{what}: {mine:.1f} ms, netmiko {least:.1f} ms: ratio {mine / least:.2f} (aim {aim})"


async def changing(inventory: Inventory, connection: BaseConnection, folder: Path) -> str:
    """A VLAN, its SVI and four ports: ours brings them and netmiko takes them away, then the other way round."""
    ours, theirs = [], []
    names = itertools.count(1)
    plain, more = load(ROOT / "desired"), load(_variant(folder))
    async with cycle(inventory, plain) as without, cycle(inventory, more) as with_them:
        for _ in range(CHANGES):
            ours.append(await _applied(with_them))
            theirs += [_typed(connection, next(names), bring=bring) for bring in (False, True)]
            ours.append(await _applied(without))
    return _ratio("VLAN, SVI and four ports, confirmed, proven and saved", ours, theirs, 3)


def _variant(folder: Path) -> Path:
    """The seed's switch with a VLAN and an SVI more, and another description on each port."""
    text = (ROOT / "desired" / "switch.yaml").read_text(encoding="utf-8").replace(PLAIN, MORE)
    text = text.replace("  vlans:\n", "  vlans:\n    30: {name: bench}\n")
    text = text.replace("  svis:\n", "  svis:\n    30: {addresses: [10.10.30.1/24]}\n")
    (folder / "switch.yaml").write_text(text, encoding="utf-8")
    return folder


def _typed(connection: BaseConnection, number: int, *, bring: bool) -> float:
    """The same lines in a session, committed and saved, by netmiko alone, which proves nothing."""
    lines = list(_lines(bring=bring))
    name = f"bench-{number}"
    started = time.perf_counter()
    connection.send_config_set(lines, config_mode_command=f"configure session {name}", error_pattern=r"(?m)^% ")
    connection.send_command(f"configure session {name} commit", expect_string=r"#")
    connection.save_config()
    return time.perf_counter() - started


def _lines(*, bring: bool) -> Iterator[str]:
    words = MORE if bring else PLAIN
    yield from ("vlan 30", "name bench") if bring else ()
    for port, node in enumerate(("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3"), start=1):
        yield from (f"interface Ethernet{port}", f"description {words} {node}")
    yield from ("interface Vlan30", "ip address 10.10.30.1/24") if bring else ("no interface Vlan30", "no vlan 30")


async def _applied(ready: Cycle) -> float:
    """Seconds from the plan to the end."""
    plan = await ready.plan()
    assert len(plan.devices[0].changes) == 6, plan.summary
    started = time.perf_counter()
    (outcome,) = await ready.apply(plan)
    assert outcome.ok, outcome
    assert not outcome.warnings, outcome
    return time.perf_counter() - started


async def inside() -> None:
    """The part that runs on the jump host, where the switch can be reached."""
    inventory = load_inventory(Path(os.environ["RECONCILE_INVENTORY"]))
    connection = bare(inventory)
    print(await looking(inventory, connection))
    with tempfile.TemporaryDirectory() as folder:
        print(await changing(inventory, connection, Path(folder)))
    connection.disconnect()


def main() -> None:
    name = f"bench{uuid.uuid4().hex[:4]}"
    os.environ["RECONCILE_STATE"] = tempfile.mkdtemp()
    subprocess.run([*LAB, "up", "--name", name], check=True, stdout=subprocess.DEVNULL)
    try:
        on_jump = [*LAB, "exec", "--name", name, "jump", "--"]
        subprocess.run([*on_jump, *RECONCILE], check=True, capture_output=True)
        subprocess.run([*on_jump, sys.executable, "-m", "benchmarks.switch", "--inside"], cwd=ROOT, check=True)
    finally:
        world.down(name)


if __name__ == "__main__":
    asyncio.run(inside()) if "--inside" in sys.argv else main()
