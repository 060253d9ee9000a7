"""A node's watch in the shells that nodes have: ready when it listens, telling of gaps, leaving nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.core.watching import AGAIN, ENDED, READY, STDERR, Program, watching
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.monitor import PROGRAMS

from .node import Node
from .watching import watched

pytestmark = pytest.mark.kernel

TEXT = LinuxDriver().watch.replace("pause=1 again", "pause=0 again")
"""The pause after an end is left out."""
BUSYBOX = os.environ.get("RECONCILER_TEST_BUSYBOX", shutil.which("busybox") or "")
SHELLS = [("sh",), ("bash",), *([(BUSYBOX, "sh")] if BUSYBOX else [])]
SUDO = ("sudo", "-n", "sh", "-c", "exec sh")


def processes(node: Node) -> dict[int, str]:
    """Pid -> name of each process in the namespace."""
    listed = subprocess.run(["ip", "netns", "pids", node.namespace], capture_output=True, text=True, check=True)
    return {int(pid): name for pid in listed.stdout.split() if (name := _name(pid))}


def _name(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def assert_all_gone(node: Node) -> None:
    deadline = time.monotonic() + 2
    while processes(node) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes(node) == {}


def named(node: Node, name: str) -> int:
    return next(pid for pid, one in processes(node).items() if one == name)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: Path(words[0]).name)
def test_it_is_ready_when_it_listens_and_comes_back_when_it_ended(node: Node, shell: tuple[str, ...]) -> None:
    """What happens right after `ready` is heard, and what happens right after `again`."""
    with watched(node, TEXT.replace("keep ip ip", f"keep ip {shutil.which('ip')}"), shell) as watch:
        node.must("ip route add 10.1.0.0/16 dev eth1; bridge fdb add 02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.9")
        watch.has("[ROUTE]1 10.1.0.0/16 dev eth1 table 254 proto 3")
        watch.has("02:00:00:00:00:01 dev vxlan.calico dst 10.10.10.9")
        os.kill(named(node, "ip"), signal.SIGKILL)
        assert watch.has(f"{ENDED} ip 137") < watch.has(f"{AGAIN} ip")
        node.must("ip route del 10.1.0.0/16")
        watch.has("[ROUTE]Deleted 1 10.1.0.0/16")
        assert f"{ENDED} bridge" not in " ".join(watch.lines)
    assert_all_gone(node)


def test_nothing_that_happens_right_after_it_is_ready_is_missed(node: Node) -> None:
    """`ip monitor` has subscribed some ms before it listens: what came in between was lost."""
    for turn in range(5):
        reader = subprocess.Popen(
            ["ip", "netns", "exec", node.namespace, "sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write(TEXT + "\n")
        reader.stdin.flush()
        lines = iter(reader.stdout.readline, "")
        assert any(line == f"{READY}\n" for line in lines)
        node.must(f"ip route add 10.{turn}.0.0/16 dev eth1")
        assert any(line.startswith(f"[ROUTE]1 10.{turn}.0.0/16") for line in lines)
        reader.stdin.close()
        reader.stdout.close()
        assert reader.wait(5) == 0
    assert_all_gone(node)


@pytest.mark.parametrize("shell", [("sh",), SUDO], ids=["sh", "sudo"])
def test_whoever_of_it_is_killed_nothing_outlives_the_channel(node: Node, shell: tuple[str, ...]) -> None:
    """Each process of the watch in turn, the shell first; then its standard input ends."""
    if shell == SUDO and shutil.which("sudo") is None:
        pytest.skip("no sudo on this machine")
    place = 0
    while True:
        with watched(node, TEXT, shell):
            pids = sorted(processes(node))
            if place == len(pids):
                break
            os.kill(pids[place], signal.SIGKILL)
            _until_gone(pids[place])
        assert_all_gone(node)
        place += 1
    assert_all_gone(node)


def _until_gone(pid: int) -> None:
    with suppress(FileNotFoundError, ProcessLookupError):  # it goes while we look
        while _name(str(pid)) and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            time.sleep(0.002)


def test_an_overflow_is_told(node: Node) -> None:
    """While nobody reads, the kernel throws events away: ENOBUFS."""
    with watched(node, TEXT.replace("4194304", "4096")) as watch:
        pid = named(node, "ip")
        os.kill(pid, signal.SIGSTOP)
        flaps = "route add 10.1.0.0/16 dev eth1\nroute del 10.1.0.0/16\n" * 500
        node.must(f"ip -batch - <<'end'\n{flaps}end")
        os.kill(pid, signal.SIGCONT)
        watch.has(f"{STDERR}netlink receive error No buffer space available")


def test_what_cannot_be_run_is_told_and_disturbs_nobody(bare: Node) -> None:
    text = watching([Program("none", "no-such-program"), *PROGRAMS]).replace("-ge 100", "-ge 3")
    with watched(bare, text) as watch:
        watch.has(f"{AGAIN} none")
        watch.has("not found")
        watch.has(f"{ENDED} none 127")
        bare.must("ip link set lo up")
        watch.has("[LINK]1: lo")
    assert_all_gone(bare)


def test_a_node_without_proc_is_ready_all_the_same(bare: Node) -> None:
    """Nothing tells then who listens: two seconds are waited for each program."""
    text = TEXT.replace("/proc/net/netlink", "/proc/no/such").replace("-ge 100", "-ge 3")
    with watched(bare, text) as watch:
        bare.must("ip link set lo up")
        watch.has("[LINK]1: lo")
