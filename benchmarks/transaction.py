"""What a transaction adds to a change: the same one sent as it is and armed, in turn, in round trips and milliseconds.

The change is CrossSubnet to Always and back on the four nodes of the seed's lab: 12 routes on three of them, no pool.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.cycle import LAB, RECONCILE, ROOT
from reconciler.core.plan import Plan
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.engine.cycle import Cycle
from reconciler.engine.fleet import fleet
from reconciler.engine.record import Record
from reconciler.engine.transaction.terms import Mode, Terms
from reconciler.transport.ssh import SshTransport

ROUNDS = 12
MODES: tuple[Mode, ...] = ("never", "always")
MEANT = {"never": "as it is", "always": "armed"}


@dataclass
class Cost:
    """Of one way to carry a change out: ``seconds`` of each time, ``asked``: round trips of all nodes together."""

    seconds: list[float] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        return statistics.median(self.seconds) * 1e3


class Counting:
    """Counts what is asked of each node, as it is asked."""

    def __init__(self, transports: Iterable[object]) -> None:
        self.asked = Counter[int]()
        for number, transport in enumerate(transports):
            if isinstance(transport, SshTransport):
                self._count(transport, number)

    def _count(self, transport: SshTransport, number: int) -> None:
        ask = transport._ask

        async def counted(commands: Sequence[str]) -> Any:
            self.asked[number] += 1
            return await ask(commands)

        transport._ask = counted  # type: ignore[method-assign]

    def taken(self) -> int:
        total = self.asked.total()
        self.asked.clear()
        return total


def documents(place: Path, mode: str) -> Path:
    """The seed's, without its API node, with the pool in this mode."""
    folder = place / mode / "desired"
    shutil.copytree(ROOT / "desired", folder)
    for name, old, new in (
        ("pools.yaml", "vxlanMode: CrossSubnet", f"vxlanMode: {mode}"),
        ("cluster.yaml", "  apiNode: k01-control-plane", "  # apiNode: k01-control-plane"),
    ):
        path = folder / name
        text = path.read_text()
        assert old in text, path
        path.write_text(text.replace(old, new))
    return folder


async def measured(place: Path) -> dict[Mode, Cost]:
    """In turn, so that a noisy machine disturbs both alike."""
    inventory = load_inventory(Path(os.environ["RECONCILE_INVENTORY"]))
    names = {name for name, entry in inventory.devices.items() if not entry.is_switch}
    repositories = [load(documents(place, mode)) for mode in ("Always", "CrossSubnet")]
    costs = {mode: Cost() for mode in MODES}
    async with fleet(inventory, repositories[0], names.__contains__, writes=True) as devices:
        counting = Counting(device.transport for device in devices.values())
        record = Record(inventory.path, place)
        for _ in range(ROUNDS):
            for mode in MODES:
                for repository in repositories:
                    cycle = Cycle(repository, devices, record, terms=Terms(mode))
                    plan = await cycle.plan()
                    await _applied(cycle, plan, costs[mode], counting)
    return costs


async def _applied(cycle: Cycle, plan: Plan, cost: Cost, counting: Counting) -> None:
    counting.taken()
    began = time.perf_counter()
    outcomes = await cycle.apply(plan)
    cost.seconds.append(time.perf_counter() - began)
    cost.asked.append(counting.taken())
    assert outcomes, "there was something to do"
    assert all(outcome.ok for outcome in outcomes), outcomes


def inside() -> None:
    """The part that runs on the jump host."""
    with tempfile.TemporaryDirectory() as place:
        costs = asyncio.run(measured(Path(place)))
    plain, armed = costs["never"], costs["always"]
    for mode in MODES:
        cost = costs[mode]
        print(f"  {cost.milliseconds:6.1f} ms  {statistics.median(cost.asked):4.0f} round trips  {MEANT[mode]}")
    ratio, more = (
        armed.milliseconds / plain.milliseconds,
        statistics.median(armed.asked) - statistics.median(plain.asked),
    )
    print(f"transaction over three nodes: {armed.milliseconds - plain.milliseconds:.0f} ms more, ratio {ratio:.2f}")
    print(f"  {more:.0f} round trips more (arm, confirm; pings before and after), and a new connection to each node")


def main() -> None:
    """Raises: subprocess.CalledProcessError."""
    name = f"b{uuid.uuid4().hex[:6]}"
    subprocess.run([*LAB, "up", "--name", name], check=True, capture_output=True)
    try:
        on_jump = [*LAB, "exec", "--name", name, "jump", "--"]
        subprocess.run([*on_jump, *RECONCILE, "--yes"], check=True, capture_output=True)
        subprocess.run([*on_jump, sys.executable, "-m", "benchmarks.transaction", "--inside"], check=True)
    finally:
        subprocess.run([*LAB, "down", "--name", name], check=False, capture_output=True)


if __name__ == "__main__":
    inside() if "--inside" in sys.argv else main()
