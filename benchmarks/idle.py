"""What a daemon costs that has nothing to do, on the seed's lab and on a hundred nodes, and how long it takes there."""

from __future__ import annotations

import argparse
import os
import sys
import time

from benchmarks.daemon import Daemon, lab_and_daemon

ROUTE = "  - {dst: 203.0.113.0/24, via: 10.10.20.1, dev: eth1}\n"
"""For the last node of a generated lab, at the end of its documents."""
CALM = 5.0
"""Seconds until what the start has caused is over."""


def idle(daemon: Daemon, seconds: float) -> float:
    """Per cent of a processor."""
    time.sleep(CALM)
    before = daemon.cpu()
    time.sleep(seconds)
    return (daemon.cpu() - before) / seconds * 100


def push(daemon: Daemon) -> tuple[float, float]:
    """One more route on one node: seconds until it is proven there, and until every device has had its turn."""
    path = daemon.desired / "nodes.yaml"
    path.write_text(path.read_text(encoding="utf-8") + ROUTE, encoding="utf-8")
    mark, began = daemon.mark, time.time()
    daemon.poke()
    over = daemon.wait("rollout", since=mark)
    applied = daemon.wait("applied", since=mark, patience=1.0)
    return applied.at - began, over.at - began


def show(what: str, seconds: float, *options: str) -> bool:
    """Measure one lab; whether it stays below what is allowed for the seed's."""
    with lab_and_daemon(*options) as daemon:
        began = time.time()
        converged = daemon.ready()
        at_start = daemon.rss()
        share = idle(daemon, seconds)
        print(
            f"{what}: converged {time.time() - began - seconds - CALM:.1f} s after its start ({converged:.1f} s of it"
        )
        print(f"  after the first look), idle {share:.2f} % of a core, RSS {at_start:.0f} → {daemon.rss():.0f} MB")
        if daemon.lab.documents:
            applied, over = push(daemon)
            print(f"  one route more: proven after {applied:.2f} s, every device looked at after {over:.1f} s")
        return share < 1.0 and daemon.rss() < 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--nodes", type=int, default=100)
    asked = parser.parse_args()
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    met = show("the seed's lab", asked.seconds)
    print("met" if met else "MISSED: less than 1 % of a core, less than 120 MB")
    show(f"{asked.nodes} nodes", asked.seconds, "--nodes", str(asked.nodes))
    sys.exit(not met)


if __name__ == "__main__":
    main()
