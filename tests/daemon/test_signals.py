"""A real daemon and real signals: SIGHUP reads the settings again, SIGTERM ends it and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.control import Control, NoDaemon

ROOT = Path(__file__).parents[2]
OWN = "apiVersion: reconciler/v1\n"


def config(folder: Path, spec: str = "") -> None:
    (folder / "config.yaml").write_text(
        f"{OWN}kind: Settings\nmetadata: {{name: t}}\nspec:\n"
        f"  source: {{path: desired}}\n  inventory: i.yaml\n  state: state\n  socket: s\n{spec}"
    )


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A real daemon without a revision: its folder of documents is empty."""
    (tmp_path / "desired").mkdir()
    (tmp_path / "i.yaml").write_text(f"{OWN}kind: Inventory\nmetadata: {{name: t}}\nspec: {{devices: {{}}}}\n")
    config(tmp_path)
    command = [sys.executable, "-m", "reconciler", "daemon", "--config", str(tmp_path / "config.yaml")]
    ran = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True)
    yield ran
    ran.kill()
    ran.communicate()


def settled(tmp_path: Path, wanted: set[str]) -> None:
    """Wait until the daemon tells of exactly these conditions."""
    for _ in range(1500):
        with contextlib.suppress(NoDaemon):
            if {one["kind"] for one in Control(tmp_path / "s").get("/v1/status")["conditions"]} == wanted:
                return
        time.sleep(0.02)
    raise AssertionError(f"no {wanted}")


def test_a_real_signal_reaches_a_real_daemon(process: subprocess.Popen[str], tmp_path: Path) -> None:
    settled(tmp_path, {"revision"})
    assert (tmp_path / "state/daemon.lock").read_text() == f"{process.pid}\n"
    for spec, wanted in (("  loop: 1\n", {"revision", "settings"}), ("", {"revision"})):
        config(tmp_path, spec)
        process.send_signal(signal.SIGHUP)
        settled(tmp_path, wanted)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not (tmp_path / "s").exists()
