"""The life of the service on a real systemd, as a person lives it: each test goes on from where the last one ended."""

from __future__ import annotations

import re
import signal
import socket
import time

import pytest

from reconciler.lab import netns
from reconciler.lab.state import Lab
from tests.system.conftest import SERVICE, configure
from tests.system.machine import Machine, until

SOCKETS = ("reconciler.socket", "reconciler-webhook.socket")
QUICK = "WatchdogSec=2\nRestartSec=100ms\n"
"""So that a test need not wait for half a minute."""


def active(machine: Machine, unit: str = SERVICE) -> bool:
    return machine.property(unit, "ActiveState") == "active"


def test_installing_starts_and_enables_nothing(machine: Machine) -> None:
    machine.run("apt-get", "install", "--yes", "/root/reconciler.deb")
    assert [machine.property(unit, "UnitFileState") for unit in (SERVICE, *SOCKETS)] == ["disabled"] * 3
    assert not active(machine)
    assert machine.run("dpkg", "--verify", "reconciler").stdout == ""


def test_the_command_starts_at_once(machine: Machine) -> None:
    """It is byte-compiled, and looks at no other folder: less than 0.25 s, the best of three on a busy machine."""
    times = []
    for _ in range(3):
        began = time.monotonic()
        machine.run("reconcile", "--version")
        times.append(time.monotonic() - began)
    assert min(times) < 0.25, times


def test_who_may_read_what(machine: Machine) -> None:
    said = machine.run("stat", "-c", "%U:%G %a %n", "/etc/reconciler", *machine.globbed("/etc/reconciler/*")).stdout
    assert said.splitlines() == [
        "root:reconciler 750 /etc/reconciler",
        "root:reconciler 640 /etc/reconciler/config.yaml",
        "root:root 700 /etc/reconciler/credentials",
    ]


def test_little_is_exposed(machine: Machine) -> None:
    said = machine.run("systemd-analyze", "security", "--no-pager", SERVICE).stdout
    level = re.search(r"exposure level for reconciler.service: ([\d.]+)", said)
    assert level is not None
    assert float(level[1]) <= 2.0


def test_the_sandbox_lets_a_whole_cycle_through(machine: Machine, lab: Lab) -> None:
    """ssh, the switch's session, threads, and the record in the state directory, under every restriction."""
    configure(machine, lab)
    cycle = "/usr/bin/reconcile --yes --desired /etc/reconciler/desired --inventory /etc/reconciler/inventory"
    said = in_the_sandbox(machine, cycle)
    assert "Applied and proven on 5 of 5 devices." in said
    assert machine.globbed("/var/lib/reconciler/devices-*.json")


PROBE = """#!/bin/sh
cd "$STATE_DIRECTORY"
touch mine
for forbidden in 'touch /etc/reconciler/mine' 'ls /home' 'unshare --user true' 'chown 0 mine' 'ps -p 1'; do
    if $forbidden; then exit 1; fi
done
rm mine
echo nothing went
"""


def test_the_sandbox_keeps_the_rest_out(machine: Machine) -> None:
    machine.write("/usr/local/bin/probe", PROBE, mode=0o755)
    assert "nothing went" in in_the_sandbox(machine, "/usr/local/bin/probe")


def in_the_sandbox(machine: Machine, command: str) -> str:
    """What ``command`` says, run to its end with the service's user, folders, credentials and restrictions."""
    machine.dropin("once", f"Type=oneshot\nRestart=no\nWatchdogSec=0\nExecStart=\nExecStart={command}\n")
    ran = machine.run("systemctl", "start", SERVICE, check=False)
    machine.dropin("once", "")
    assert ran.returncode == 0, machine.journal(SERVICE)
    return machine.journal(SERVICE)


def test_enabled_and_started(machine: Machine) -> None:
    machine.dropin("quick", QUICK)
    machine.systemctl("enable", "--now", SERVICE)
    assert active(machine)
    assert machine.property(SERVICE, "StatusText")
    until(lambda: "ready" in machine.journal(SERVICE))


def test_a_reload_keeps_the_process(machine: Machine) -> None:
    before = machine.property(SERVICE, "MainPID")
    machine.systemctl("reload", SERVICE)
    until(lambda: active(machine))
    assert machine.property(SERVICE, "MainPID") == before


def test_sockets_come_and_go_with_the_service(machine: Machine, lab: Lab) -> None:
    machine.systemctl("enable", *SOCKETS)
    machine.systemctl("restart", SERVICE)
    assert all(active(machine, unit) for unit in (SERVICE, *SOCKETS))
    machine.systemctl("stop", SERVICE)
    assert not any(active(machine, unit) for unit in (SERVICE, *SOCKETS))
    netns.within(lab.jump_namespace, syslog)
    time.sleep(0.3)
    assert not active(machine), "a switch's log line has woken a reconciler that somebody had stopped"
    machine.systemctl("start", SERVICE)
    assert all(active(machine, unit) for unit in (SERVICE, *SOCKETS))


def syslog() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"<189>%SYS-5-CONFIG_I: Configured from console", ("127.0.0.1", 514))


def test_the_control_socket_is_the_groups(machine: Machine) -> None:
    machine.run("useradd", "ada", "--groups", "reconciler")
    machine.run("useradd", "eve")
    ask = "import socket; socket.socket(socket.AF_UNIX).connect('/run/reconciler/control.sock')"
    assert machine.run("runuser", "-u", "ada", "--", "python3", "-c", ask).returncode == 0
    refused = machine.run("runuser", "-u", "eve", "--", "python3", "-c", ask, check=False)
    assert "PermissionError" in refused.stderr


def test_a_killed_loop_is_started_again(machine: Machine) -> None:
    before = machine.property(SERVICE, "MainPID")
    machine.signal(SERVICE, signal.SIGKILL)
    until(lambda: machine.property(SERVICE, "MainPID") not in ("0", before) and active(machine))
    assert all(active(machine, unit) for unit in SOCKETS)


def test_a_loop_that_stands_still_is_started_again(machine: Machine) -> None:
    before = machine.property(SERVICE, "MainPID")
    machine.signal(SERVICE, signal.SIGSTOP)
    took = until(lambda: machine.property(SERVICE, "MainPID") not in ("0", before) and active(machine))
    assert took > 1, "that was not the watchdog"
    said = machine.journal(SERVICE)
    assert "Watchdog timeout" in said
    assert "most recent call first" in said, "where each thread stood is not in the journal"


def test_an_upgrade_starts_it_again_and_keeps_what_people_wrote(machine: Machine) -> None:
    config = machine.root / "etc/reconciler/config.yaml"
    machine.run("sh", "-c", "echo '# mine' >>/etc/reconciler/config.yaml")
    before = machine.property(SERVICE, "MainPID")
    machine.run("apt-get", "install", "--yes", "--reinstall", "/root/reconciler.deb")
    until(lambda: active(machine))
    assert machine.property(SERVICE, "MainPID") not in ("0", before)
    assert config.read_text().endswith("# mine\n")


def test_it_is_there_after_a_reboot(machine: Machine) -> None:
    machine.reboot()
    until(lambda: active(machine))
    assert all(active(machine, unit) for unit in SOCKETS)


def test_stopping_is_clean(machine: Machine) -> None:
    machine.systemctl("stop", SERVICE)
    assert machine.property(SERVICE, "Result") == "success"


def test_without_the_package_pips_installation_makes_the_service(machine: Machine) -> None:
    """The same files, elsewhere; what pip would put into a virtual environment. The person's configuration stays."""
    machine.run("cp", "-r", "/usr/lib/reconciler", "/opt/reconciler")
    machine.run("sh", "-c", "sed s,/usr/lib/,/opt/, /usr/bin/reconcile >/opt/reconciler/reconcile")
    machine.run("chmod", "755", "/opt/reconciler/reconcile")
    machine.run("apt-get", "remove", "--yes", "reconciler")
    machine.run("/opt/reconciler/reconcile", "service", "install")
    machine.systemctl("enable", "--now", SERVICE)
    assert active(machine)
    assert "/opt/reconciler/reconcile" in machine.run("ps", "-o", "args=", machine.property(SERVICE, "MainPID")).stdout
    machine.run("/opt/reconciler/reconcile", "service", "uninstall")
    assert not active(machine)
    assert machine.property(SERVICE, "LoadState") == "not-found"
    machine.run("rm", "-r", "/opt/reconciler")
    machine.run("apt-get", "install", "--yes", "/root/reconciler.deb")


@pytest.mark.parametrize("verb", ["remove", "purge"])
def test_nothing_of_ours_is_left_behind_and_all_that_is_theirs(machine: Machine, verb: str) -> None:
    machine.run("apt-get", verb, "--yes", "reconciler")
    left = machine.run("find", "/usr", "/lib", "/var/lib/reconciler", "-name", "reconciler*", check=False).stdout
    state = ["/var/lib/reconciler", "/var/lib/reconciler/.cache/reconciler"]
    kept = [] if verb == "purge" else state
    assert [path for path in left.splitlines() if "/dpkg/" not in path] == kept
    assert (machine.root / "etc/reconciler/inventory/lab.yaml").exists()
    assert (machine.root / "etc/reconciler/config.yaml").exists() == (verb == "remove")
    assert machine.systemctl("--failed", "--quiet", "--plain") == ""
