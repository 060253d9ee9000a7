"""What a change of a live network costs its pods: ours, and a naive script's, in packets and milliseconds.

`python -m benchmarks.loss [SCENARIO…]`: a lab of its own, 1,000 packets a second on each of the 12 directed pairs.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import loss_naive
from benchmarks.loss_scenarios import SCENARIOS, Scenario
from reconciler.lab import enter, ping, state, world
from reconciler.lab.loss import Losses, Meter
from reconciler.lab.state import Lab

LAB = [sys.executable, "-m", "reconciler.lab"]
RECONCILE = [sys.executable, "-m", "reconciler"]
AROUND = 0.5
"""Seconds of calm before a change, and after it."""
ALLOW = "--allow-interruption"
ROW = "{:<22}{:>8}{:>9}{:>10}{:>12}{:>10}"


@dataclass(frozen=True, slots=True)
class Bench:
    """A lab, and the command line on its jump host."""

    lab: Lab

    def reconcile(self, desired: Path, *words: str) -> subprocess.CompletedProcess[str]:
        line, environment = enter.on_jump(self.lab, [*RECONCILE, "--desired", str(desired), *words])
        return subprocess.run(line, env=environment, text=True, capture_output=True)

    def plan(self, desired: Path) -> dict[str, Any]:
        ran = self.reconcile(desired, "--dry-run", "-o", "json")
        if not ran.stdout:
            raise SystemExit(ran.stderr)
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def converge(self, desired: Path, plan: dict[str, Any]) -> None:
        """Apply, also what is held: whoever measures has decided."""
        ran = self.reconcile(desired, "--yes", *_allowing(), "--approve", plan["digest"])
        if ran.returncode:
            raise SystemExit(f"{desired}: exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}")

    def settle(self, desired: Path) -> None:
        self.converge(desired, self.plan(desired))
        self.check(desired)

    def check(self, desired: Path) -> None:
        """Be sure of it: nothing is left to do, and all pods ping."""
        left = self.plan(desired)["summary"]
        if left["in_sync"] != left["devices"]:
            raise SystemExit(f"{desired}: not converged: {left}")
        for result in ping.everyone(self.lab):
            if result.failed and result.group.startswith("pods"):  # nodes are pinged at the addresses of the topology
                raise SystemExit(f"{desired}: {len(result.failed)} pairs of {result.group} do not ping")

    def measured(self, work: Callable[[], object]) -> Losses:
        with Meter(self.lab) as meter:
            time.sleep(AROUND)
            work()
            time.sleep(AROUND)
        return meter.losses

    def compared(self, scenario: Scenario, folder: Path) -> tuple[Losses, Losses]:
        """Ours and the naive script's, both from the same state to the same state."""
        before, after = scenario.write(folder)
        self.settle(before)
        plan = self.plan(after)
        ours = self.measured(lambda: self.converge(after, plan))
        self.check(after)
        self.settle(before)
        plan = self.plan(after)
        return ours, self.measured(lambda: loss_naive.run(self.lab, plan))


@functools.cache
def _allowing() -> Sequence[str]:
    """The option, where this version has it."""
    words = subprocess.run([*RECONCILE, "--help"], text=True, capture_output=True).stdout
    return [ALLOW] if ALLOW in words else []


@contextmanager
def bench() -> Iterator[Bench]:
    """A lab as the seed wants it, for as long as it is needed."""
    name = f"loss{uuid.uuid4().hex[:4]}"
    with tempfile.TemporaryDirectory() as memory:
        os.environ["RECONCILE_STATE"] = memory
        subprocess.run([*LAB, "up", "--name", name], check=True, stdout=subprocess.DEVNULL)
        try:
            yield Bench(state.get(name))
        finally:
            world.down(name)


def gap(losses: Losses) -> str:
    """Milliseconds; ``>`` where a pair did not come back while it was measured."""
    return ("> " if any(pair.is_down for pair in losses.pairs) else "") + f"{losses.gap:.1f}"


def line(scenario: Scenario, ours: Losses, naive: Losses) -> str:
    return ROW.format(scenario.title, ours.sent, ours.lost, gap(ours), naive.lost, gap(naive))


def main(names: Sequence[str]) -> None:
    known = {scenario.name: scenario for scenario in SCENARIOS}
    if strange := set(names) - known.keys():
        raise SystemExit(f"no scenario {', '.join(sorted(strange))}; there are {', '.join(known)}")
    print(ROW.format("", "packets", "lost", "longest", "lost by a", "longest"))
    print(ROW.format("change", "sent", "by us", "gap, ms", "script", "gap, ms"), flush=True)
    with bench() as running, tempfile.TemporaryDirectory() as folder:
        for name in names or known:
            print(line(known[name], *running.compared(known[name], Path(folder) / name)), flush=True)
    for scenario in (known[name] for name in names or known):
        if scenario.note:
            print(textwrap.fill(f"{scenario.title}: {scenario.note}.", 80))


if __name__ == "__main__":
    main(sys.argv[1:])
