"""Ending a daemon that is in the middle of writing: a batch is finished, and a switch is never left half configured."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconciler.lab.state import Lab
from tests.system.conftest import SERVICE, configure, console, on_node, settings
from tests.system.machine import Machine, until
from tests.system.pusher import REPOSITORY, Pusher

NODE = "k01-worker"
SLOW_IP = """
ip=$(command -v ip)
cp $ip /run/real-ip
printf '#!/bin/sh\\ncase "$*" in *batch*) sleep 3;; esac\\nexec /run/real-ip "$@"\\n' >/run/slow-ip
chmod +x /run/slow-ip
mount --bind /run/slow-ip $ip
"""


@pytest.fixture(scope="module")
def ada(machine: Machine, lab: Lab) -> Pusher:
    """The lab is as it should be, and the service runs."""
    machine.run("apt-get", "install", "--yes", "/root/reconciler.deb")
    configure(machine, lab)
    settings(machine, f"{{url: {REPOSITORY}, branch: main}}")
    machine.run("reconcile", "repo", "init", REPOSITORY)
    machine.dropin("quick", "RestartSec=100ms\n")
    machine.systemctl("start", SERVICE)
    ada = Pusher.arrive(machine, "/etc/reconciler/desired")
    assert "5 of 5 devices in sync" in ada.push()
    return ada


@contextmanager
def slow_node(lab: Lab) -> Iterator[None]:
    """Three seconds for each batch."""
    on_node(lab, NODE, SLOW_IP)
    yield
    on_node(lab, NODE, "umount $(command -v ip)")


@contextmanager
def slow_switch(lab: Lab) -> Iterator[None]:
    console(lab, "lab fault slow 0.15")
    yield
    console(lab, "lab fault clear")


def in_the_middle_of(machine: Machine, ada: Pusher, device: str) -> None:
    """Of writing what Ada has just committed."""
    ada.commit(f"For {device}")
    ada.push("-o", "no-wait")
    until(lambda: f"{device}: applying" in machine.run("reconcile", "status", check=False).stdout, 15)


def test_a_batch_on_a_node_is_finished(machine: Machine, ada: Pusher, lab: Lab) -> None:
    prefixes = [f"10.78.{number}.0/24" for number in range(50)]
    ada.route(*prefixes)
    with slow_node(lab):
        in_the_middle_of(machine, ada, NODE)
        assert "10.78." not in on_node(lab, NODE, "/run/real-ip route")
        machine.systemctl("stop", SERVICE)
    assert set(prefixes) <= set(on_node(lab, NODE, "ip route").split())
    assert ended_well(machine)
    assert f"{NODE}: applied and proven 50 changes" in machine.journal(SERVICE)


def ended_well(machine: Machine) -> bool:
    said = machine.journal(SERVICE, "_TRANSPORT=stdout").splitlines()
    return machine.property(SERVICE, "Result") == "success" and '"event": "stopped"' in said[-1]


def test_a_transaction_on_a_switch_is_finished_and_saved(machine: Machine, ada: Pusher, lab: Lab) -> None:
    machine.systemctl("start", SERVICE)
    ada.change("switch.yaml", "Connection to k01-worker,", "Connection to worker 1,")
    with slow_switch(lab):
        in_the_middle_of(machine, ada, "ceos01")
        assert "worker 1" not in console(lab, "show running-config")
        machine.systemctl("stop", SERVICE)
    assert "Connection to worker 1" in console(lab, "show running-config section Ethernet2")
    assert_nothing_is_pending(lab)
    assert ended_well(machine)


def assert_nothing_is_pending(lab: Lab) -> None:
    """No session, no timer that would take it back, nothing that a reload of the switch would forget."""
    rows = [line for line in console(lab, "show configuration sessions").splitlines() if line.startswith("  rec-")]
    assert rows
    assert all(" completed " in row for row in rows), rows
    assert console(lab, "show running-config diffs").strip() == ""


def test_a_daemon_that_dies_leaves_a_switch_that_its_successor_tidies(machine: Machine, ada: Pusher, lab: Lab) -> None:
    """SIGKILL, as from a power cut: EOS keeps the session, the next run knows it by its name and ends it."""
    machine.systemctl("start", SERVICE)
    ada.change("switch.yaml", "Connection to worker 1,", "Connection to worker one,")
    with slow_switch(lab):
        in_the_middle_of(machine, ada, "ceos01")
        until(lambda: "rec-" in console(lab, "show configuration sessions").rpartition("pending")[0], 15)
        machine.signal(SERVICE, signal.SIGKILL)
        time.sleep(0.5)
    until(lambda: "Connection to worker one" in console(lab, "show running-config section Ethernet2"), 30)
    until(lambda: "5 of 5 devices in sync" in machine.property(SERVICE, "StatusText"), 30)
    assert_nothing_is_pending(lab)


def test_an_upgrade_waits_for_the_batch_and_starts_it_again(machine: Machine, ada: Pusher, lab: Lab) -> None:
    before = machine.property(SERVICE, "MainPID")
    ada.route("10.79.0.0/24")
    with slow_node(lab):
        in_the_middle_of(machine, ada, NODE)
        machine.run("apt-get", "install", "--yes", "--reinstall", "/root/reconciler.deb")
        assert "10.79.0.0/24" in on_node(lab, NODE, "/run/real-ip route")
    until(lambda: "5 of 5 devices in sync" in machine.property(SERVICE, "StatusText"), 30)
    assert machine.property(SERVICE, "MainPID") not in ("0", before)
    assert machine.journal(SERVICE).count(f"{NODE}: applied and proven 1 change") == 1


def test_an_upgrade_starts_one_again_that_was_about_to_be(machine: Machine) -> None:
    """A new version may be what heals a daemon that fails: systemd calls it activating meanwhile. As dpkg does it."""
    machine.dropin("broken", "RestartSec=1h\nExecStartPre=/bin/false\n")
    machine.run("systemctl", "restart", SERVICE, check=False)
    assert machine.property(SERVICE, "SubState") == "auto-restart"
    machine.dropin("broken", "")
    machine.run("/var/lib/dpkg/info/reconciler.prerm", "upgrade", "9")
    assert machine.property(SERVICE, "ActiveState") == "inactive"
    machine.run("/var/lib/dpkg/info/reconciler.postinst", "configure", "0.1")
    until(lambda: machine.property(SERVICE, "ActiveState") == "active", 30)


def test_a_second_daemon_on_the_same_state_is_refused(machine: Machine) -> None:
    command = "reconcile daemon --config /etc/reconciler/config.yaml"
    second = machine.run(
        *f"runuser -u reconciler -- env STATE_DIRECTORY=/var/lib/reconciler {command}".split(), check=False
    )
    assert second.returncode == 1
    pid = machine.property(SERVICE, "MainPID")
    assert second.stderr == f"Error: another daemon (process {pid}) works with /var/lib/reconciler; stop it first\n"
    assert machine.run("reconcile", "status", check=False).stdout


STUCK = """#!/usr/bin/python3 -SP
import signal, sys, time
sys.path.insert(0, "/usr/lib/reconciler")
def a_callback_that_never_ends(*_):
    while True:
        pass
signal.signal(signal.SIGUSR1, a_callback_that_never_ends)
from reconciler.cli.main import main
main()
"""


def test_a_loop_that_is_busy_for_ever_is_started_again(machine: Machine) -> None:
    """Its other threads live on, and so would a watchdog that one of them fed."""
    machine.write("/usr/local/bin/stuck", STUCK, mode=0o755)
    command = "/usr/local/bin/stuck daemon --config /etc/reconciler/config.yaml"
    machine.dropin("stuck", f"WatchdogSec=2\nExecStart=\nExecStart={command}\n")
    machine.systemctl("restart", SERVICE)
    before = machine.property(SERVICE, "MainPID")
    machine.signal(SERVICE, signal.SIGUSR1)
    until(lambda: machine.property(SERVICE, "MainPID") not in ("0", before), 20)
    said = machine.journal(SERVICE)
    assert "Watchdog timeout" in said
    assert "in a_callback_that_never_ends" in said
    machine.dropin("stuck", "")
    machine.systemctl("restart", SERVICE)
