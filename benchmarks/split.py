"""Where the time of one drift goes: from the kernel's event to the proof of its repair, step by step."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.daemon import Daemon, lab_and_daemon
from benchmarks.drift import QUIET, broken_on
from benchmarks.floor import floor

DRIFTS = 60
STEPS = (
    ("heard", "the command is started, the node's event is heard"),
    ("asked", "is it news?"),
    ("answered", "the node is read"),
    ("understood", "the answers are understood"),
    ("planned", "planned"),
    ("drift", "the drift is told"),
    ("sent", "on the way to the repair"),
    ("applied", "the repair is sent and carried out"),
    ("answered again", "the node is read again"),
    ("healed", "understood, planned, remembered, told"),
)
Marks = list[tuple[str, float]]


def traced(marks: Marks) -> None:
    """Have a daemon in this process note when it does what."""
    from reconciler.daemon.event import Bus
    from reconciler.daemon.watcher import Watcher
    from reconciler.engine.cycle import Cycle
    from reconciler.linux.driver import LinuxDriver
    from reconciler.report.event import Event
    from reconciler.transport.ssh import SshTransport

    _noting(Watcher, "_hear", marks, before="heard")
    _noting_task(SshTransport, "query", marks, before="asked", after="answered")
    _noting_task(SshTransport, "apply", marks, before="sent", after="applied")
    _noting(LinuxDriver, "read", marks, after="understood")
    _noting(Cycle, "planned", marks, after="planned")
    publish = Bus.publish

    def published(bus: Bus, event: Event) -> None:
        marks.append((event.kind, time.time()))
        publish(bus, event)
        if event.kind == "healed":
            line = {"timestamp": "2026-01-01T00:00:00+00:00", "event": "split", "words": "", "steps": steps(marks)}
            print(json.dumps(line), file=sys.stderr, flush=True)
            marks.clear()

    setattr(Bus, "publish", published)  # noqa: B010 - mypy would have it typed as a method


def _noting(kind: type[Any], name: str, marks: Marks, before: str = "", after: str = "") -> None:
    work = getattr(kind, name)

    def noted(*args: Any, **options: Any) -> Any:
        _note(marks, before)
        try:
            return work(*args, **options)
        finally:
            _note(marks, after)

    setattr(kind, name, noted)


def _noting_task(kind: type[Any], name: str, marks: Marks, before: str, after: str) -> None:
    work = getattr(kind, name)

    async def noted(*args: Any, **options: Any) -> Any:
        _note(marks, before)
        try:
            return await work(*args, **options)
        finally:
            _note(marks, after)

    setattr(kind, name, noted)


def _note(marks: Marks, what: str) -> None:
    if what:
        marks.append((what, time.time()))


def steps(marks: Marks) -> dict[str, float]:
    """When each step was done: what came last before the drift was told, and first after it."""
    names = [name for name, _ in marks]
    told = names.index("drift")
    found = dict(marks[:told])
    found["heard"] = max(at for name, at in marks[:told] if name == "heard" and at <= found["asked"])
    for name, at in marks[told:]:
        found.setdefault(f"{name} again" if name == "answered" else name, at)
    return found


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name, _ in STEPS}
    with lab_and_daemon(start=[sys.executable, "-m", "benchmarks.split", "--traced"]) as running:
        running.ready()
        running.wait("ready")
        member = running.lab.nodes[1]
        print(f"load {os.getloadavg()[0]:.1f}; floor of a detection {floor(running.lab, member) * 1e3:.1f} ms")
        for _ in range(DRIFTS):
            time.sleep(QUIET)
            for name, took in _once(running, broken_on(running, "route-tunnel-deleted", member).commit).items():
                taken[name].append(took)
    sums = 0.0
    for name, words in STEPS:
        took = statistics.median(taken[name]) * 1e3
        sums += took
        print(f"{took:7.1f} ms {sums:7.1f}  {words}")


def _once(running: Daemon, commit: Callable[[], None]) -> dict[str, float]:
    mark, last = running.mark, time.time()
    commit()
    done: dict[str, float] = running.wait("split", since=mark).data["steps"]
    took = {}
    for name, _ in STEPS:
        took[name], last = done[name] - last, done[name]
    return took


if __name__ == "__main__":
    if "--traced" in sys.argv:
        sys.argv.remove("--traced")
        traced([])
        from reconciler.cli.main import main as reconcile

        reconcile()
    else:
        main()
