"""A storm of 10,000 route flaps, and devices that hang: what it costs, how soon it is known, and whom else it harms."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.daemon import Daemon, lab_and_daemon
from benchmarks.drift import Case, broken_on, node_drift, quantile
from benchmarks.tables import tables
from reconciler.lab import netns
from reconciler.lab.breaks.live import Node
from reconciler.lab.state import Lab, Member

FLAPS, SECONDS, PIECES = 10_000, 1.0, 20
STALE = [f"203.0.113.{number}/32" for number in range(4)]


@dataclass(frozen=True, slots=True)
class Storm:
    """``took``: seconds of the flaps; ``settled``: from their end until all was as before. Megabytes."""

    took: float
    settled: float
    reads: int
    rss: tuple[float, float]
    others: Sequence[Case]


def storm(daemon: Daemon, victim: Member, other: Member, flaps: int = FLAPS) -> Storm:
    """Ends with a route of ours missing and one too many. Raises: TimeoutError if that is not put right."""
    before, reads, rss = tables(victim.namespace), daemon.reads()[victim.name], daemon.rss()
    flapping = threading.Thread(target=_flap, args=(victim, list(_flaps(daemon.lab, victim, flaps))))
    began = time.time()
    flapping.start()
    others = [_drift(daemon, other)]
    while flapping.is_alive():
        others.append(_drift(daemon, other))
    flapping.join()
    ended = time.time()
    wait(lambda: tables(victim.namespace) == before, "the tables as before")
    settled = time.time()
    time.sleep(0.5)
    return Storm(ended - began, settled - ended, daemon.reads()[victim.name] - reads, (rss, daemon.rss()), others)


def _flaps(lab: Lab, victim: Member, count: int) -> Iterator[str]:
    """Routes that are wanted go and come back, others with our mark come and go; the very last of each is amiss."""
    wanted = next(row for row in Node(victim, lab.overlay).routes if row["protocol"] == "142" and "gateway" in row)
    words = f"{wanted['dst']} via {wanted['gateway']} dev {wanted['dev']} proto 142"
    for number in range(count // 2):
        stale = f"blackhole {STALE[number % len(STALE)]} proto 142"
        yield from (f"route del {words}", f"route replace {words}", f"route replace {stale}", f"route del {stale}")
    yield from (f"route del {words}", f"route replace blackhole {STALE[0]} proto 142")


def _flap(victim: Member, lines: Sequence[str]) -> None:
    size = -(-len(lines) // PIECES)
    began = time.monotonic()
    for number in range(PIECES):
        time.sleep(max(0.0, began + number * SECONDS / PIECES - time.monotonic()))
        netns.batch(lines[number * size : (number + 1) * size], victim.namespace, force=True)


def _drift(daemon: Daemon, member: Member) -> Case:
    return node_drift(daemon, broken_on(daemon, "neighbour-deleted", member), member)


@dataclass(frozen=True, slots=True)
class Hang:
    """Seconds: until it was called unreachable, and, from its end on, until it answered again and was put right."""

    known: float
    back: float
    healed: float
    others: Sequence[Case]


def hang(daemon: Daemon, name: str, hung: Callable[[], Iterator[None]], patience: float = 60.0) -> Hang:
    """``hung``: what keeps the device from answering. A drift made meanwhile is found later. Raises: TimeoutError."""
    others: list[Case] = []
    member, other = daemon.lab.member(name), next(one for one in daemon.lab.nodes[1:] if one.name != name)
    before = _tables(member)
    mark, began = daemon.mark, time.time()
    with contextmanager(hung)():
        while not _unreachable(daemon, name, mark) and time.time() - began < patience:
            others.append(_drift(daemon, other))
            time.sleep(0.2)
        known = daemon.wait("unreachable", name, mark, 1.0).at
        if not member.switch:
            broken_on(daemon, "neighbour-deleted", member).commit()
        mark = daemon.mark
    ended = time.time()
    back = daemon.wait("unreachable", name, mark, 2 * patience).at
    wait(lambda: _tables(member) == before, "the tables as before")
    return Hang(known - began, back - ended, time.time() - ended, others)


def _tables(member: Member) -> list[str]:
    return [] if member.switch else tables(member.namespace)


def _unreachable(daemon: Daemon, name: str, mark: int) -> bool:
    return any((one.kind, one.device) == ("unreachable", name) for one in daemon.told(mark))


def stopped(pids: Sequence[int]) -> Callable[[], Iterator[None]]:
    """These processes hang."""

    def hung() -> Iterator[None]:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    return hung


def sshds(member: Member) -> list[int]:
    found = netns.processes([member.namespace])
    return [pid for pid in found if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").startswith("sshd")]


def silenced(lab: Lab, member: Member) -> Callable[[], Iterator[None]]:
    """Its answers to us get lost: nobody refuses, nobody answers."""

    def hung() -> Iterator[None]:
        netns.batch([f"route add blackhole {lab.jump.ip}/32 proto 99"], member.namespace)
        try:
            yield
        finally:
            netns.batch([f"route del blackhole {lab.jump.ip}/32 proto 99"], member.namespace)

    return hung


def wait(holds: Callable[[], bool], what: str, patience: float = 20.0) -> None:
    """Raises: TimeoutError."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} within {patience:g} s")
        time.sleep(0.01)


def _others(cases: Sequence[Case]) -> str:
    return f"{len(cases)} drifts on another node: {_span(cases, 'detected')}, {_span(cases, 'healed')}"


def _span(cases: Sequence[Case], which: str) -> str:
    seconds = [getattr(case, which) for case in cases]
    return f"{which} {quantile(seconds, 0.5) * 1e3:.0f} (max {max(seconds) * 1e3:.0f}) ms"


def storms(daemon: Daemon) -> Iterator[bool]:
    victim, other = daemon.lab.nodes[1:3]
    print(f"calm: {_others([_drift(daemon, other) for _ in range(10)])}")
    for _ in range(3):
        seen = storm(daemon, victim, other)
        all_right = f"all right {seen.settled * 1e3:.0f} ms after the last"
        print(f"{FLAPS} flaps in {seen.took:.1f} s: {seen.reads} reads, {all_right}, RSS {_grown(seen)}")
        print(f"  {_others(seen.others)}")
        yield seen.reads < 60


def _grown(seen: Storm) -> str:
    return " → ".join(f"{size:.0f}" for size in seen.rss) + " MB"


def hangs(daemon: Daemon) -> Iterator[bool]:
    lab = daemon.lab
    (switch,), api, node = lab.switches, lab.nodes[0], lab.nodes[1]
    assert switch.pid is not None
    for what, member, hung in (
        ("sshd stopped", node, stopped(sshds(node))),
        ("answers lost", node, silenced(lab, node)),
        ("the API node's sshd stopped", api, stopped(sshds(api))),
        ("switch stopped", switch, stopped([switch.pid])),
    ):
        lost = hang(daemon, member.name, hung)
        print(f"{what}: unreachable after {lost.known:.1f} s, then answers after {lost.back:.1f} s")
        print(f"  {_others(lost.others)}")
        yield lost.known <= 15.0


def main() -> None:
    with lab_and_daemon() as daemon:
        daemon.ready()
        daemon.wait("ready")
        time.sleep(1.0)
        met = [*storms(daemon), *hangs(daemon)]
        print(f"RSS {daemon.rss():.0f} MB; {'all as it should be' if all(met) else 'MISSED'}")
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
