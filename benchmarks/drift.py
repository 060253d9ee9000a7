"""How soon a drift is seen and put back: a thousand random ones on nodes, some on the switch, and streams killed."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.daemon import Daemon, Told, lab_and_daemon
from benchmarks.floor import floor
from benchmarks.tables import tables
from reconciler.lab import breaks, netns
from reconciler.lab.breaks import BREAKS, Break
from reconciler.lab.errors import LabError
from reconciler.lab.state import Member

PATIENCE = 20.0
"""Seconds after which a drift counts as missed."""
QUIET = 0.15
"""Seconds after a repair in which what it echoes would cause another cycle."""
NODE = tuple(name for name, scenario in BREAKS.items() if scenario.on == "node")
SWITCH = tuple(name for name, scenario in BREAKS.items() if scenario.on == "switch")
STREAMS = {"ip": "neighbour-deleted", "bridge": "fdb-deleted"}
"""What is broken while that one of the programs that listen is away."""


@dataclass(frozen=True, slots=True)
class Case:
    """One drift. Seconds from the moment before it was made; ``reads`` that it has cost; ``by``: who was named."""

    name: str
    detected: float
    healed: float
    reads: int
    by: str = ""


def node_drift(daemon: Daemon, chosen: Break, member: Member, quiet: float = QUIET) -> Case:
    """Raises: TimeoutError for one that is missed, or not put back as it was."""
    before, reads = tables(member.namespace), daemon.reads()[member.name]
    mark, began = daemon.mark, time.time()
    with suppress(LabError):  # of two lines, the repair of the first may be faster than the second
        chosen.commit()
    found = daemon.wait("drift", member.name, mark, PATIENCE)
    daemon.wait("healed", member.name, mark, PATIENCE)
    while tables(member.namespace) != before:
        if time.time() - began > PATIENCE:
            raise TimeoutError(f"{chosen.scenario.name}: {set(tables(member.namespace)) ^ set(before)}")
        time.sleep(0.01)
    time.sleep(quiet)
    healed = [one for one in daemon.told(mark) if (one.kind, one.device) == ("healed", member.name)][-1]
    cost = daemon.reads()[member.name] - reads
    return Case(chosen.scenario.name, found.at - began, healed.at - began, cost)


def switch_drift(daemon: Daemon, chosen: Break) -> Case:
    """From the moment at which the last line has been typed at its console: then it says so. Raises: TimeoutError."""
    name = chosen.world.device
    reads, mark = daemon.reads()[name], daemon.mark
    chosen.commit()
    typed = time.time()
    found, healed = daemon.wait("drift", name, mark, PATIENCE), daemon.wait("healed", name, mark, PATIENCE)
    time.sleep(QUIET)
    cost = daemon.reads()[name] - reads
    return Case(chosen.scenario.name, found.at - typed, healed.at - typed, cost, str(found.data.get("by", "")))


def stream_drift(daemon: Daemon, program: str, member: Member) -> Case:
    """What a node's `ip monitor` or `bridge monitor` cannot tell: it was killed just before."""
    chosen = broken_on(daemon, STREAMS[program], member)
    for pid in listeners(member, program):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    case = node_drift(daemon, chosen, member)
    return Case(f"{program} monitor killed", case.detected, case.healed, case.reads)


def listeners(member: Member, program: str) -> list[int]:
    """The processes of a node that listen to the kernel for us."""
    return [pid for pid in netns.processes([member.namespace]) if _is(pid, program)]


def _is(pid: int, program: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0] == program.encode() and b"monitor" in words


def broken_on(daemon: Daemon, name: str, member: Member) -> Break:
    """That break on that node."""
    choices = (breaks.by_name(daemon.lab, name, seed)[0] for seed in range(1000))
    return next(one for one in choices if one.world.device == member.name)


def random_breaks(daemon: Daemon, names: Sequence[str], count: int, seed: int) -> Iterator[Break]:
    """``count`` of them, one after the other, as the lab is at that moment."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        try:
            (chosen,) = breaks.by_name(daemon.lab, chance.choice(names), chance.randrange(1_000_000))
        except LabError:
            continue
        made += 1
        time.sleep(chance.uniform(0.0, 0.1))
        yield chosen


def nodes(daemon: Daemon, count: int, seed: int) -> Iterator[Case]:
    for chosen in random_breaks(daemon, NODE, count, seed):
        yield node_drift(daemon, chosen, daemon.lab.member(chosen.world.device))


def switches(daemon: Daemon, count: int, seed: int) -> Iterator[Case]:
    return (switch_drift(daemon, chosen) for chosen in random_breaks(daemon, SWITCH, count, seed))


def streams(daemon: Daemon) -> Iterator[Case]:
    for program in STREAMS:
        for member in daemon.lab.nodes[1:]:
            yield stream_drift(daemon, program, member)


def table(title: str, cases: Iterable[Case], limits: Sequence[tuple[str, float, float]]) -> bool:
    """Print the distribution, by kind and in all; whether the limits ``(which, quantile, seconds)`` hold."""
    known = list(cases)
    print(f"\n{title}: ms until detected | until healed (proven) | reads for one")
    heads = f"{'p50':>6}{'p90':>6}{'p99':>6}{'max':>6}"
    print(f"{'':26}{'n':>5} |{heads} |{heads} | {'mean':>5}{'max':>4}")
    for name in sorted({case.name for case in known}):
        print(_row(name, [case for case in known if case.name == name]))
    print(_row("all", known))
    held = True
    for which, share, most in limits:
        is_met = quantile([getattr(case, which) for case in known], share) < most
        held &= is_met
        print(f"{'met   ' if is_met else 'MISSED'} {which} p{share * 100:g} < {most * 1e3:g} ms")
    return held


def _row(name: str, cases: Sequence[Case]) -> str:
    times = [[getattr(case, which) for case in cases] for which in ("detected", "healed")]
    parts = ["".join(f"{quantile(one, share) * 1e3:6.0f}" for share in (0.5, 0.9, 0.99, 1.0)) for one in times]
    reads = [case.reads for case in cases]
    return f"{name:26}{len(cases):5} |{parts[0]} |{parts[1]} | {sum(reads) / len(reads):5.2f}{max(reads):4}"


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that so many are not above."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1000, metavar="N")
    parser.add_argument("--switch", type=int, default=60, metavar="N")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    asked = parser.parse_args()
    print(f"seed {asked.seed}; load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with lab_and_daemon() as daemon:
        daemon.ready()
        daemon.wait("ready")
        time.sleep(1.0)
        print(f"floor of a detection: {floor(daemon.lab, daemon.lab.nodes[1]) * 1e3:.0f} ms (`ip`, and reading once)")
        aims = [("detected", 0.5, 0.06), ("detected", 0.99, 0.25), ("healed", 0.99, 1.0)]
        held = table("Nodes", nodes(daemon, asked.nodes, asked.seed), aims)
        held &= table("Streams killed", streams(daemon), [("detected", 1.0, 90.0)])
        typed = list(switches(daemon, asked.switch, asked.seed))
        held &= table("Switch, with syslog", typed, [("detected", 1.0, 0.5), ("healed", 1.0, 3.0)])
        print(f"named: {', '.join(sorted({case.by or 'nobody' for case in typed}))}")
        print(f"RSS {daemon.rss():.0f} MB; load {os.getloadavg()[0]:.1f}; {_trouble(daemon.told())}")
    sys.exit(not held)


def _trouble(told: Iterable[Told]) -> str:
    strange = [one.words for one in told if one.kind in ("mistake", "stderr", "failed", "fight", "unreachable")]
    return "no trouble" if not strange else f"TROUBLE: {strange[:5]}"


if __name__ == "__main__":
    main()
