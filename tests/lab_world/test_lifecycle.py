"""Up and down: fast, side by side, and without a trace, even after `kill -9` of an `up` that had not ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reconciler.lab import state

from .conftest import LAB_DATA, Labs, command, on, shown, traces

pytestmark = pytest.mark.lab


def test_down_leaves_nothing_and_may_be_said_twice(labs: Labs) -> None:
    lab = labs.up()
    assert traces([lab.name])
    for words in (f"Lab {lab.name} is down.\n", f"Lab {lab.name} was not up.\n"):
        ran = command("down", "--name", lab.name)
        assert (ran.stdout, ran.returncode) == (words, 0), ran.stderr
    assert traces([lab.name]) == []


@pytest.mark.parametrize("after", [0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1.0])
def test_down_cleans_up_after_a_killed_up(labs: Labs, after: float) -> None:
    name = labs.name()
    up = subprocess.Popen([sys.executable, "-m", "reconciler.lab", "up", "--name", name, "--nodes", "12"])
    time.sleep(after)
    up.send_signal(signal.SIGKILL)
    up.wait()
    assert command("down", "--name", name).returncode == 0
    assert traces([name]) == []


def test_down_waits_for_an_up_that_is_at_work(labs: Labs) -> None:
    name = labs.name()
    up = subprocess.Popen([sys.executable, "-m", "reconciler.lab", "up", "--name", name], stdout=subprocess.DEVNULL)
    while not (state.INDEX / name / "lab.json").exists():
        assert up.poll() is None
        time.sleep(0.005)
    assert command("down", "--name", name).returncode == 0
    assert up.wait() == 0
    assert traces([name]) == []


def test_a_failed_up_takes_itself_down(labs: Labs, tmp_path: Path) -> None:
    name, file = labs.name(), tmp_path / "x.clab.yaml"
    file.write_text("topology: {nodes: {a: {kind: linux, exec: [ip address add nonsense dev eth1]}}}")
    ran = command("up", "--name", name, "--topology", file, "--configured")
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: a: `ip address add nonsense dev eth1` failed")
    assert traces([name]) == []


def test_two_labs_side_by_side_are_two_worlds(labs: Labs) -> None:
    first, second = labs.up(), labs.up()
    shown(first, "k01-worker", "ip", "address", "add", "10.10.10.11/24", "dev", "eth1")
    assert "10.10.10.11" not in shown(second, "k01-worker", "ip", "address")
    labs_up = command("status", "--name", first.name), command("status", "--name", second.name)
    assert [ran.returncode for ran in labs_up] == [0, 0]
    command("down", "--name", first.name)
    assert command("status", "--name", second.name).returncode == 0
    assert traces([first.name]) == []


def test_a_chosen_folder_keeps_what_is_not_ours(labs: Labs, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    lab = labs.up("--dir", tmp_path, "--nodes", 2)
    assert (tmp_path / "inventory" / "lab.yaml").exists()
    assert shown(lab, "k01-worker", "hostname") == "k01-worker\n"
    refused = command("up", "--name", labs.name(), "--dir", tmp_path)
    assert refused.returncode == 1
    assert "choose another --dir" in refused.stderr
    assert command("down", "--name", lab.name).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert traces([lab.name]) == []


def test_a_folder_made_for_the_lab_goes_with_it(labs: Labs, tmp_path: Path) -> None:
    lab = labs.up("--dir", tmp_path / "new")
    assert command("down", "--name", lab.name).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_dead_host_shows_in_the_status(labs: Labs) -> None:
    lab = labs.up()
    worker = lab.member("k01-worker")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    while command("status", "--name", lab.name).returncode == 0:
        time.sleep(0.02)
    dead = [line for line in command("status", "--name", lab.name).stdout.splitlines() if line.endswith("dead")]
    assert [line.split()[0] for line in dead] == ["k01-worker"]
    assert "k01-worker is not running any more" in on(lab, "k01-worker", "true").stderr


@pytest.mark.parametrize("folder", ["06-calico-overlay", "07-calico-bgp"])
def test_the_real_labs_topologies_come_up_and_are_pinged(labs: Labs, folder: str) -> None:
    if not LAB_DATA.exists():
        pytest.skip(f"the real lab's files are not here: {LAB_DATA}")
    lab = labs.up("--topology", LAB_DATA / folder / "topology.clab.yaml", "--configured")
    result = command("ping", "--name", lab.name).stdout
    pairs = len(lab.nodes) * (len(lab.nodes) - 1)
    assert f"nodes: {pairs} of {pairs} pairs answer" in result
