"""What is changed by hand is seen and put back: on nodes as their kernels tell it, on the switch as its log does."""

from __future__ import annotations

import os
import signal
import time

from netmiko import ConnectHandler

from benchmarks.daemon import Daemon
from benchmarks.drift import NODE, STREAMS, broken_on, listeners, node_drift, random_breaks
from benchmarks.trouble import storm, wait
from reconciler.lab import netns
from reconciler.lab.switch import PASSWORD, USER

QUIET = 0.3
"""Seconds in which an echo of our own repair would have caused another cycle."""


def test_fifty_random_drifts_are_seen_and_put_back(daemon: Daemon) -> None:
    before, mark = daemon.reads(), daemon.mark
    for chosen in random_breaks(daemon, NODE, 50, seed=os.getpid()):
        node_drift(daemon, chosen, daemon.lab.member(chosen.world.device), quiet=0.0)
    assert sum(daemon.reads().values()) - sum(before.values()) < 50 * 5, "few looks each, and none at others"
    assert {one.kind for one in daemon.told(mark)} <= {"drift", "healed", "retry"}


def test_a_repair_of_ours_causes_no_second_cycle(daemon: Daemon) -> None:
    member = daemon.lab.nodes[1]
    time.sleep(QUIET)
    cases = [node_drift(daemon, broken_on(daemon, name, member), member, QUIET) for name in STREAMS.values()]
    assert [case.reads for case in cases] == [2, 2], "one that finds it, one that proves its repair"


def test_what_happens_while_nobody_listens_is_found_once_somebody_does(daemon: Daemon) -> None:
    member = daemon.lab.nodes[2]
    chosen = broken_on(daemon, "neighbour-deleted", member)
    (listener,) = listeners(member, "ip")
    os.kill(listener, signal.SIGKILL)
    node_drift(daemon, chosen, member)
    wait(lambda: len(listeners(member, "ip")) == 1, "listener")


def test_a_storm_on_one_node_costs_few_reads_and_nothing_is_missed(daemon: Daemon) -> None:
    seen = storm(daemon, daemon.lab.nodes[1], daemon.lab.nodes[2], flaps=2000)
    assert 0 < seen.reads < 20 + 40 * seen.took, "at most a look and a proof every 50 ms"
    assert seen.rss[1] - seen.rss[0] < 8, "memory stays as it is"


def test_who_has_changed_the_switch_is_named_with_the_address(daemon: Daemon) -> None:
    (switch,) = daemon.lab.switches
    login = {"host": str(switch.address), "username": USER, "password": PASSWORD, "device_type": "arista_eos"}
    person = netns.within(daemon.lab.jump_namespace, lambda: ConnectHandler(**login))
    mark = daemon.mark
    person.enable()
    person.send_config_set(["interface Ethernet1", "description forged"])
    found = daemon.wait("drift", switch.name, mark)
    daemon.wait("healed", switch.name, mark)
    person.disconnect()
    assert "description Connection to k01-control-plane" in found.words or "forged → " in found.words
    assert found.data["by"].startswith(f"{USER} on ")
    assert f"({daemon.lab.jump.ip})" in found.data["by"]
